package foreign;

import static org.springframework.security.oauth2.core.ClientAuthenticationMethod.CLIENT_SECRET_BASIC;
import static org.springframework.security.oauth2.core.ClientAuthenticationMethod.CLIENT_SECRET_POST;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.client.RestClient;

/** The walk with Spring Security: one line a step, exit code 0 only if all of them hold. */
final class Walk {

  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
  private static final String ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";

  private final Inputs in;
  private final String entries;
  private Service service;
  private OAuth2AccessToken own;
  private Jwt parent;
  private OAuth2AccessToken child;

  private Walk(Inputs in, String entries) {
    this.in = in;
    this.entries = entries;
  }

  public static void main(String[] args) {
    try (ConfigurableApplicationContext ledger = SpringApplication.run(Ledger.class, args)) {
      String entries = "http://127.0.0.1:" + ledger.getEnvironment().getProperty("local.server.port") + "/entries";
      if (!new Walk(ledger.getBean(Inputs.class), entries).all()) {
        System.exit(1);
      }
    }
  }

  private boolean all() {
    return step(1, "discover", this::discover)
        && step(2, "client credentials", this::clientCredentials)
        && step(3, "parent received", this::parentReceived)
        && step(4, "parent validated", this::parentValidated)
        && step(5, "exchange", this::exchange)
        && step(6, "protected resource", this::protectedResource)
        && step(7, "introspect", this::introspect)
        && step(8, "be refused", this::beRefused)
        && step(9, "revoke", this::revoke);
  }

  private static boolean step(int number, String name, Callable<String> run) {
    try {
      System.out.printf("ok %d %s: %s%n", number, name, run.call());
      return true;
    } catch (Exception failure) {
      System.out.printf("FAILED %d %s: %s%n", number, name, failure);
      return false;
    }
  }

  private String discover() {
    service = new Service(in.issuer());
    for (String endpoint : List.of(service.tokenEndpoint(), service.jwksUri(), service.endpoint("introspection_endpoint"), service.endpoint("revocation_endpoint"))) {
      hold(endpoint.startsWith(in.issuer() + "/"), endpoint + " is not under the issuer");
    }
    return in.issuer();
  }

  private String clientCredentials() {
    own = service.clientCredentials(in.gateway()).getAccessToken();
    same(OAuth2AccessToken.TokenType.BEARER, own.getTokenType(), "token_type");
    long seconds = lifetime(own);
    hold(seconds > 0 && seconds <= 600, "expires_in is " + seconds);
    hold(!own.getTokenValue().contains("."), "the token is opaque");
    return "opaque, " + seconds + " s";
  }

  private String parentReceived() {
    same(3, in.parentToken().split("\\.").length, "parts of a JWT");
    return "a JWT";
  }

  private String parentValidated() {
    parent = Ledger.decoder(in.issuer(), in.gatewayAudience()).decode(in.parentToken());
    String agent = String.valueOf(parent.getClaimAsMap("act").get("sub"));
    hold(agent.startsWith("usr_"), agent + " is no agent");
    return agent + " acts for " + parent.getSubject();
  }

  private String exchange() {
    Service.Exchanged exchanged = service.exchange(wanted(in.ledgerAudience(), in.ledgerScope(), Map.of()));
    OAuth2AccessTokenResponse answer = exchanged.answer();
    child = exchanged.client().getAccessToken();
    same(ACCESS_TOKEN, answer.getAdditionalParameters().get("issued_token_type"), "issued_token_type");
    same(OAuth2AccessToken.TokenType.BEARER, child.getTokenType(), "token_type");
    same(Set.of(in.ledgerScope()), child.getScopes(), "scope");
    Jwt said = Ledger.decoder(in.issuer(), in.ledgerAudience()).decode(child.getTokenValue());
    same(chain(), said.getClaimAsMap("act"), "act");
    same(parent.getSubject(), said.getSubject(), "sub");
    same(parent.getClaimAsString("txn"), said.getClaimAsString("txn"), "txn");
    same(in.ledgerScope(), said.getClaimAsString("scope"), "scope of the token");
    hold(parent.getExpiresAt() != null && said.getExpiresAt() != null && !said.getExpiresAt().isAfter(parent.getExpiresAt()), "it outlives its parent");
    hold(Duration.between(said.getExpiresAt(), child.getExpiresAt()).abs().toSeconds() < 10, "expires_in is " + lifetime(child));
    return in.gateway().id() + " for " + parent.getClaimAsMap("act").get("sub") + ", " + lifetime(child) + " s";
  }

  private String protectedResource() {
    same(200, call(child.getTokenValue()), "with the child");
    same(401, call(in.parentToken()), "with a token of the wrong audience");
    return "200 with the child, 401 with the parent";
  }

  private String introspect() {
    same(chain(), service.introspect(in.ledger(), child.getTokenValue()).get("act"), "act for the ledger");
    same(Map.of(), service.introspect(in.stranger(), child.getTokenValue()), "for a stranger");
    return "active for the ledger, nothing for a stranger";
  }

  private String beRefused() {
    refused("a wider scope", "invalid_scope", wanted(in.ledgerAudience(), in.ledgerScope() + " " + in.widerScope(), Map.of()));
    refused("another target", "invalid_target", wanted(in.otherAudience(), in.ledgerScope(), Map.of()));
    // RFC 8693 §2.2.2 has one code for all that can be wrong with a subject token.
    refused("the parent in other hands", "invalid_request", new Service.Exchange(in.stranger(), CLIENT_SECRET_BASIC, parent, null, in.ledgerAudience(), in.ledgerScope(), Map.of()));
    refused("an id token", "invalid_request", wanted(in.ledgerAudience(), in.ledgerScope(), Map.of("subject_token_type", ID_TOKEN)));
    return "wider scope, other target, other client, id token";
  }

  private String revoke() {
    service.revoke(in.gateway(), child.getTokenValue());
    same(Map.of(), service.introspect(in.ledger(), child.getTokenValue()), "afterwards");
    return "inactive at once";
  }

  private Service.Exchange wanted(String audience, String scope, Map<String, String> changed) {
    return new Service.Exchange(in.gateway(), CLIENT_SECRET_POST, parent, own, audience, scope, changed);
  }

  private Map<String, Object> chain() {
    return Map.of("sub", in.gateway().id(), "act", parent.getClaimAsMap("act"));
  }

  private int call(String token) {
    return RestClient.create().get().uri(entries).headers(headers -> headers.setBearerAuth(token)).exchange((request, response) -> response.getStatusCode().value());
  }

  private void refused(String what, String code, Service.Exchange attempt) {
    try {
      service.exchange(attempt);
    } catch (ClientAuthorizationException refusal) {
      OAuth2Error error = refusal.getError();
      same(code, error.getErrorCode(), what);
      hold(error.getDescription() != null && !error.getDescription().isEmpty(), what + ": nothing said of why");
      return;
    }
    throw new IllegalStateException(what + ": was not refused");
  }

  private static long lifetime(OAuth2AccessToken token) {
    return Duration.between(token.getIssuedAt(), token.getExpiresAt()).toSeconds();
  }

  private static void same(Object wanted, Object found, String what) {
    hold(Objects.equals(wanted, found), what + ": " + found + " instead of " + wanted);
  }

  private static void hold(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
