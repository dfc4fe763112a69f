// The walk with golang.org/x/oauth2 and go-oidc: one line a step, exit code 0 only if all of them hold.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// algorithm is what both APIs' contracts say that their tokens are signed with.
const algorithm = "EdDSA"

const idToken = "urn:ietf:params:oauth:token-type:id_token"

// walk holds what each step leaves for the later ones.
type walk struct {
	inputs
	gateway, ledger, stranger party
	as                        metadata
	own, child                string
	parent                    claims
}

func main() {
	in, err := readInputs()
	if err != nil {
		fmt.Println("FAILED", err)
		os.Exit(1)
	}
	w := &walk{
		inputs:   in,
		gateway:  party{in.gatewayID, in.gatewaySecret},
		ledger:   party{in.ledgerID, in.ledgerSecret},
		stranger: party{in.strangerID, in.strangerSecret},
	}
	steps := []struct {
		name string
		run  func(context.Context) (string, error)
	}{
		{"discover", w.discover},
		{"client credentials", w.clientCredentials},
		{"parent received", w.parentReceived},
		{"parent validated", w.parentValidated},
		{"exchange", w.exchange},
		{"protected resource", w.protectedResource},
		{"introspect", w.introspect},
		{"be refused", w.beRefused},
		{"revoke", w.revoke},
	}
	for number, step := range steps {
		said, err := step.run(context.Background())
		if err != nil {
			fmt.Printf("FAILED %d %s: %v\n", number+1, step.name, err)
			os.Exit(1)
		}
		fmt.Printf("ok %d %s: %s\n", number+1, step.name, said)
	}
}

func (w *walk) discover(ctx context.Context) (string, error) {
	as, err := discover(ctx, w.issuer)
	if err != nil {
		return "", err
	}
	for _, endpoint := range []string{as.Token, as.Introspection, as.Revocation, as.JWKS} {
		if !strings.HasPrefix(endpoint, w.issuer+"/") {
			return "", fmt.Errorf("%q is not under the issuer", endpoint)
		}
	}
	w.as = as
	return as.Issuer, nil
}

func (w *walk) clientCredentials(ctx context.Context) (string, error) {
	token, err := w.gateway.token(ctx, w.as, nil)
	if err != nil {
		return "", err
	}
	left := expiresIn(token)
	if token.TokenType != "Bearer" || left <= 0 || left > 600 || strings.Contains(token.AccessToken, ".") {
		return "", fmt.Errorf("%s, %d s, or not opaque", token.TokenType, left)
	}
	w.own = token.AccessToken
	return fmt.Sprintf("opaque, %d s", left), nil
}

func (w *walk) parentReceived(context.Context) (string, error) {
	if kind := headerType(w.parentToken); kind != "at+jwt" {
		return "", fmt.Errorf("its type is %q", kind)
	}
	return "at+jwt", nil
}

func (w *walk) parentValidated(ctx context.Context) (string, error) {
	said, err := newResource(ctx, w.as, w.gatewayAud).verify(ctx, w.parentToken)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(said.Act.Sub, "usr_") {
		return "", fmt.Errorf("%q acts, which is no agent", said.Act.Sub)
	}
	w.parent = said
	return fmt.Sprintf("%s acts for %s", said.Act.Sub, said.Subject), nil
}

// parameters are those of the exchange that is allowed.
func (w *walk) parameters() map[string]string {
	return map[string]string{
		"subject_token":      w.parentToken,
		"subject_token_type": accessToken,
		"actor_token":        w.own,
		"actor_token_type":   accessToken,
		"audience":           w.ledgerAud,
		"scope":              w.ledgerScope,
	}
}

func (w *walk) exchange(ctx context.Context) (string, error) {
	token, err := w.gateway.exchange(ctx, w.as, w.parameters(), nil)
	if err != nil {
		return "", err
	}
	said, err := newResource(ctx, w.as, w.ledgerAud).verify(ctx, token.AccessToken)
	if err != nil {
		return "", err
	}
	wanted := claims{
		Subject: w.parent.Subject, Audience: w.ledgerAud, Act: &actor{w.gatewayID, w.parent.Act},
		Scope: w.ledgerScope, Transaction: w.parent.Transaction, Expires: said.Expires,
	}
	if !reflect.DeepEqual(said, wanted) {
		return "", fmt.Errorf("it says %s instead of %s", show(said), show(wanted))
	}
	if token.Extra("issued_token_type") != accessToken || token.TokenType != "Bearer" || token.Extra("scope") != w.ledgerScope {
		return "", fmt.Errorf("answered with %v, %s, %v", token.Extra("issued_token_type"), token.TokenType, token.Extra("scope"))
	}
	if said.Expires > w.parent.Expires {
		return "", errors.New("it outlives its parent")
	}
	left := expiresIn(token)
	if off := said.Expires - time.Now().Unix() - left; left <= 0 || max(off, -off) > 10 {
		return "", fmt.Errorf("expires_in is %d", left)
	}
	w.child = token.AccessToken
	return fmt.Sprintf("%s for %s, %d s", said.Act.Sub, said.Act.Act.Sub, left), nil
}

func (w *walk) protectedResource(ctx context.Context) (string, error) {
	address, stop, err := newResource(ctx, w.as, w.ledgerAud).serve(w.ledgerScope)
	if err != nil {
		return "", err
	}
	defer stop()
	for _, call := range []struct {
		what, token string
		wanted      int
	}{{"the child", w.child, http.StatusOK}, {"the parent", w.parentToken, http.StatusUnauthorized}} {
		// oauth2's own client puts the token where it belongs.
		client := oauth2.NewClient(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: call.token}))
		response, err := client.Get(address)
		if err != nil {
			return "", err
		}
		response.Body.Close()
		if response.StatusCode != call.wanted {
			return "", fmt.Errorf("%s with %s", response.Status, call.what)
		}
	}
	return "200 with the child, 401 with the parent", nil
}

func (w *walk) introspect(ctx context.Context) (string, error) {
	live, err := w.ledger.introspect(ctx, w.as, w.child)
	if err != nil {
		return "", err
	}
	if live["active"] != true || !reflect.DeepEqual(live["act"], plain(actor{w.gatewayID, w.parent.Act})) {
		return "", fmt.Errorf("the ledger was told %s", show(live))
	}
	if err := w.inactive(ctx, w.stranger); err != nil {
		return "", err
	}
	return "active for the ledger, nothing for a stranger", nil
}

func (w *walk) inactive(ctx context.Context, asker party) error {
	answer, err := asker.introspect(ctx, w.as, w.child)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(answer, map[string]any{"active": false}) {
		return fmt.Errorf("%s was told %s", asker.id, show(answer))
	}
	return nil
}

func (w *walk) beRefused(ctx context.Context) (string, error) {
	for _, attempt := range []struct {
		what    string
		who     party
		changed map[string]string
		code    string
	}{
		{"a wider scope", w.gateway, map[string]string{"scope": w.ledgerScope + " " + w.widerScope}, "invalid_scope"},
		{"another target", w.gateway, map[string]string{"audience": w.otherAud}, "invalid_target"},
		// RFC 8693 §2.2.2 has one code for all that can be wrong with a subject token.
		{"the parent in other hands", w.stranger, map[string]string{"actor_token": "", "actor_token_type": ""}, "invalid_request"},
		{"an id token", w.gateway, map[string]string{"subject_token_type": idToken}, "invalid_request"},
	} {
		_, err := attempt.who.exchange(ctx, w.as, w.parameters(), attempt.changed)
		var refusal *oauth2.RetrieveError
		if !errors.As(err, &refusal) {
			return "", fmt.Errorf("%s: was not refused (%v)", attempt.what, err)
		}
		if refusal.ErrorCode != attempt.code || refusal.ErrorDescription == "" {
			return "", fmt.Errorf("%s: %w instead of %s with a description", attempt.what, refusal, attempt.code)
		}
	}
	return "wider scope, other target, other client, id token", nil
}

func (w *walk) revoke(ctx context.Context) (string, error) {
	if err := w.gateway.revoke(ctx, w.as, w.child); err != nil {
		return "", err
	}
	if err := w.inactive(ctx, w.ledger); err != nil {
		return "", err
	}
	return "inactive at once", nil
}

// expiresIn reads what was answered; clientcredentials keeps only the instant that it makes of it.
func expiresIn(token *oauth2.Token) int64 {
	seconds, _ := token.Extra("expires_in").(float64)
	return int64(seconds)
}

// plain is a value as JSON reads back without its type.
func plain(value any) any {
	var read any
	_ = json.Unmarshal([]byte(show(value)), &read)
	return read
}

func show(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}
