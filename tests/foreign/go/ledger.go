package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// actor is who acts, and for whom they act in turn (RFC 8693 §4.1).
type actor struct {
	Sub string `json:"sub"`
	Act *actor `json:"act,omitempty"`
}

// claims is what an access token says here, beside what go-oidc has checked.
type claims struct {
	Subject     string `json:"sub"`
	Audience    string `json:"aud"`
	Act         *actor `json:"act"`
	Scope       string `json:"scope"`
	Transaction string `json:"txn"`
	Expires     int64  `json:"exp"`
}

// resource checks access tokens for one audience, with go-oidc's verifier.
type resource struct{ verifier *oidc.IDTokenVerifier }

// newResource makes one. The verifier is for id tokens: its ClientID is the audience, and its algorithm has to be named.
func newResource(ctx context.Context, as metadata, audience string) resource {
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(ctx, httpClient), as.JWKS)
	return resource{oidc.NewVerifier(as.Issuer, keys, &oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{algorithm}})}
}

// verify checks signature, issuer, audience and time by the library, and here what it does not look at: the type, who acts.
func (r resource) verify(ctx context.Context, raw string) (claims, error) {
	var said claims
	token, err := r.verifier.Verify(ctx, raw)
	if err != nil {
		return said, err
	}
	if kind := headerType(raw); kind != "at+jwt" {
		return said, fmt.Errorf("its type is %q instead of at+jwt", kind)
	}
	if err := token.Claims(&said); err != nil {
		return said, err
	}
	if said.Act == nil || said.Act.Sub == "" {
		return said, errors.New("it does not say who acts")
	}
	return said, nil
}

func headerType(raw string) string {
	first, _, _ := strings.Cut(raw, ".")
	var header struct {
		Type string `json:"typ"`
	}
	if decoded, err := base64.RawURLEncoding.DecodeString(first); err != nil || json.Unmarshal(decoded, &header) != nil {
		return ""
	}
	return header.Type
}

// serve starts the ledger API on a loopback port. It answers its address, and how to stop it.
func (r resource) serve(scope string) (string, func(), error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: r.handler(scope)}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String() + "/entries", func() { _ = server.Close() }, nil
}

func (r resource) handler(scope string) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		raw, found := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
		if !found {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "no token", http.StatusUnauthorized)
			return
		}
		said, err := r.verify(request.Context(), raw)
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		if !slices.Contains(strings.Fields(said.Scope), scope) {
			w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error=%q, scope=%q", "insufficient_scope", scope))
			http.Error(w, "not for that", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"customer": said.Subject, "act": said.Act})
	}
}
