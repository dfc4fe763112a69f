package foreign;

import java.util.Map;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.TokenExchangeOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientTokenExchangeTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.SpringOpaqueTokenIntrospector;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;

/** The service as these clients see it: Spring Security's clients, with the settings that they need here. */
final class Service {

  private final ClientRegistration found;

  /** The library looks for OpenID's document first, which the service has, then for RFC 8414's, and compares the issuer. */
  Service(String issuer) {
    found = ClientRegistrations.fromIssuerLocation(issuer).clientId("discovery").build();
  }

  String tokenEndpoint() {
    return found.getProviderDetails().getTokenUri();
  }

  String jwksUri() {
    return found.getProviderDetails().getJwkSetUri();
  }

  /** An endpoint that Spring Security has no name for. */
  String endpoint(String name) {
    return String.valueOf(found.getProviderDetails().getConfigurationMetadata().get(name));
  }

  /** RFC 6749 §4.4. */
  OAuth2AccessTokenResponse clientCredentials(Inputs.Party party) {
    ClientRegistration registration = registration(party, ClientAuthenticationMethod.CLIENT_SECRET_POST, AuthorizationGrantType.CLIENT_CREDENTIALS, Set.of());
    return new RestClientClientCredentialsTokenResponseClient().getTokenResponse(new OAuth2ClientCredentialsGrantRequest(registration));
  }

  /** What an exchange asks for; {@code changed} replaces parameters that the library would set by itself. */
  record Exchange(Inputs.Party party, ClientAuthenticationMethod method, Jwt subject, OAuth2AccessToken actor, String audience, String scope, Map<String, String> changed) {}

  /** What came of it. The library's client keeps the token alone, so the answer is kept beside it. */
  record Exchanged(OAuth2AuthorizedClient client, OAuth2AccessTokenResponse answer) {}

  /** RFC 8693. */
  Exchanged exchange(Exchange wanted) {
    RestClientTokenExchangeTokenResponseClient endpoint = new RestClientTokenExchangeTokenResponseClient();
    // Neither the target nor the type of an access token is a setting of the library: a Jwt is sent as a token of the type jwt.
    endpoint.setParametersCustomizer(parameters -> {
      parameters.set("audience", wanted.audience());
      wanted.changed().forEach(parameters::set);
    });
    OAuth2AccessTokenResponse[] answer = new OAuth2AccessTokenResponse[1];
    TokenExchangeOAuth2AuthorizedClientProvider provider = new TokenExchangeOAuth2AuthorizedClientProvider();
    provider.setAccessTokenResponseClient(request -> answer[0] = endpoint.getTokenResponse(request));
    provider.setActorTokenResolver(context -> wanted.actor());
    OAuth2AuthorizationContext context = OAuth2AuthorizationContext.withClientRegistration(
            registration(wanted.party(), wanted.method(), AuthorizationGrantType.TOKEN_EXCHANGE, Set.of(wanted.scope().split(" "))))
        .principal(new JwtAuthenticationToken(wanted.subject()))
        .build();
    return new Exchanged(provider.authorize(context), answer[0]);
  }

  /** RFC 7662, by client_secret_basic; nothing if the token is not active. */
  Map<String, Object> introspect(Inputs.Party party, String token) {
    try {
      return SpringOpaqueTokenIntrospector.withIntrospectionUri(endpoint("introspection_endpoint"))
          .clientId(party.id())
          .clientSecret(party.secret())
          .build()
          .introspect(token)
          .getAttributes();
    } catch (BadOpaqueTokenException inactive) {
      return Map.of();
    }
  }

  /** RFC 7009, for which Spring Security has no client. */
  void revoke(Inputs.Party party, String token) {
    MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
    form.add("token", token);
    form.add("client_id", party.id());
    form.add("client_secret", party.secret());
    RestClient.create()
        .post()
        .uri(endpoint("revocation_endpoint"))
        .contentType(MediaType.APPLICATION_FORM_URLENCODED)
        .body(form)
        .retrieve()
        .toBodilessEntity();
  }

  private ClientRegistration registration(Inputs.Party party, ClientAuthenticationMethod method, AuthorizationGrantType grant, Set<String> scope) {
    return ClientRegistration.withClientRegistration(found)
        .registrationId(party.id())
        .clientId(party.id())
        .clientSecret(party.secret())
        .clientAuthenticationMethod(method)
        .authorizationGrantType(grant)
        .scope(scope)
        .build();
  }
}
