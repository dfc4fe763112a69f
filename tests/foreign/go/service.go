package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessToken   = "urn:ietf:params:oauth:token-type:access_token"
)

var httpClient = &http.Client{Timeout: 10 * time.Second}

// metadata is what the service says of itself.
type metadata struct {
	Issuer        string `json:"issuer"`
	Token         string `json:"token_endpoint"`
	Introspection string `json:"introspection_endpoint"`
	Revocation    string `json:"revocation_endpoint"`
	JWKS          string `json:"jwks_uri"`
}

// discover reads OpenID's document, the only one that go-oidc knows. The library compares the issuer.
func discover(ctx context.Context, issuer string) (metadata, error) {
	var found metadata
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, httpClient), issuer)
	if err != nil {
		return found, err
	}
	return found, provider.Claims(&found)
}

// party is a client of the service, which proves itself by client_secret_basic.
type party struct{ id, secret string }

// token asks the token endpoint. x/oauth2 has no type for an exchange: client credentials with another grant type are one,
// and the library says that grant_type may be replaced.
func (p party) token(ctx context.Context, as metadata, grant url.Values) (*oauth2.Token, error) {
	config := clientcredentials.Config{
		ClientID:       p.id,
		ClientSecret:   p.secret,
		TokenURL:       as.Token,
		EndpointParams: grant,
		// Left to guess, the library sends a refused request a second time, with the secret in the body.
		AuthStyle: oauth2.AuthStyleInHeader,
	}
	return config.Token(context.WithValue(ctx, oauth2.HTTPClient, httpClient))
}

// exchange is RFC 8693; changed replaces parameters, and an empty one is left out.
func (p party) exchange(ctx context.Context, as metadata, usual, changed map[string]string) (*oauth2.Token, error) {
	parameters := maps.Clone(usual)
	maps.Copy(parameters, changed)
	grant := url.Values{"grant_type": {exchangeGrant}}
	for name, value := range parameters {
		if value != "" {
			grant.Set(name, value)
		}
	}
	return p.token(ctx, as, grant)
}

// introspect is RFC 7662.
func (p party) introspect(ctx context.Context, as metadata, token string) (map[string]any, error) {
	var answer map[string]any
	request, err := p.about(ctx, as.Introspection, token)
	if err != nil {
		return nil, err
	}
	return answer, readJSON(request, &answer)
}

// revoke is RFC 7009.
func (p party) revoke(ctx context.Context, as metadata, token string) error {
	request, err := p.about(ctx, as.Revocation, token)
	if err != nil {
		return err
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("revocation was answered with %s", response.Status)
	}
	return nil
}

// about is a request that tells the service of a token. Both halves are escaped before they are joined (RFC 6749 §2.3.1).
func (p party) about(ctx context.Context, endpoint, token string) (*http.Request, error) {
	body := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(body.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(p.id), url.QueryEscape(p.secret))
	return request, nil
}

func readJSON(request *http.Request, into any) error {
	request.Header.Set("Accept", "application/json")
	response, err := httpClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s: %s", request.URL.Path, response.Status, body)
	}
	return json.Unmarshal(body, into)
}
