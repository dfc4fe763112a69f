package foreign;

import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The ledger API: a protected resource that checks tokens by itself (RFC 9068). */
@SpringBootApplication(proxyBeanMethods = false)
class Ledger {

  /** Checks access tokens for one audience: signature, issuer, audience, type, time, and that they say who acts. */
  static JwtDecoder decoder(String issuer, String audience) {
    NimbusJwtDecoder decoder = NimbusJwtDecoder.withIssuerLocation(issuer).jwsAlgorithm(Inputs.ALGORITHM).build();
    OAuth2TokenValidator<Jwt> accessToken = JwtValidators.createAtJwtValidator().issuer(issuer).audience(audience).build();
    OAuth2TokenValidator<Jwt> actor = new JwtClaimValidator<Map<String, Object>>("act", act -> act != null && act.get("sub") instanceof String);
    decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(accessToken, actor));
    return decoder;
  }

  @Bean
  Inputs inputs() {
    return Inputs.read();
  }

  @Bean
  JwtDecoder ledgerDecoder(Inputs inputs) {
    // The issuer is asked with the first token, not at the start.
    return new SupplierJwtDecoder(() -> decoder(inputs.issuer(), inputs.ledgerAudience()));
  }

  @Bean
  SecurityFilterChain ledgerSecurity(HttpSecurity http, Inputs inputs, JwtDecoder ledgerDecoder) throws Exception {
    return http.authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority("SCOPE_" + inputs.ledgerScope()))
        .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ledgerDecoder)))
        .build();
  }

  @RestController
  static class Entries {
    @GetMapping("/entries")
    Map<String, Object> entries(@AuthenticationPrincipal Jwt token) {
      return Map.of("customer", token.getSubject(), "act", token.getClaimAsMap("act"));
    }
  }
}
