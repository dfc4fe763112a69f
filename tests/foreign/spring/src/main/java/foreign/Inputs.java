package foreign;

import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;

/** What the walk is told, all by the environment. */
record Inputs(
    String issuer,
    String parentToken,
    Party gateway,
    String gatewayAudience,
    Party ledger,
    String ledgerAudience,
    String ledgerScope,
    String widerScope,
    String otherAudience,
    Party stranger) {

  /** What both APIs' contracts say that their tokens are signed with. */
  static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.RS256;

  /** A client of the service and its secret. */
  record Party(String id, String secret) {
    static Party read(String name) {
      return new Party(input(name + "_CLIENT_ID"), input(name + "_CLIENT_SECRET"));
    }
  }

  static Inputs read() {
    return new Inputs(
        input("ISSUER"),
        input("PARENT_TOKEN"),
        Party.read("GATEWAY"),
        input("GATEWAY_AUDIENCE"),
        Party.read("LEDGER"),
        input("LEDGER_AUDIENCE"),
        input("LEDGER_SCOPE"),
        input("WIDER_SCOPE"),
        input("OTHER_AUDIENCE"),
        Party.read("STRANGER"));
  }

  private static String input(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalStateException(name + " is not set: scripts/foreign.sh names what the walk needs");
    }
    return value;
  }
}
