package main

import (
	"fmt"
	"os"
)

// inputs is what the walk is told, all by the environment.
type inputs struct {
	issuer, parentToken                  string
	gatewayID, gatewaySecret, gatewayAud string
	ledgerID, ledgerSecret, ledgerAud    string
	ledgerScope, widerScope, otherAud    string
	strangerID, strangerSecret           string
}

func readInputs() (inputs, error) {
	var in inputs
	for name, into := range map[string]*string{
		"ISSUER":                 &in.issuer,
		"PARENT_TOKEN":           &in.parentToken,
		"GATEWAY_CLIENT_ID":      &in.gatewayID,
		"GATEWAY_CLIENT_SECRET":  &in.gatewaySecret,
		"GATEWAY_AUDIENCE":       &in.gatewayAud,
		"LEDGER_CLIENT_ID":       &in.ledgerID,
		"LEDGER_CLIENT_SECRET":   &in.ledgerSecret,
		"LEDGER_AUDIENCE":        &in.ledgerAud,
		"LEDGER_SCOPE":           &in.ledgerScope,
		"WIDER_SCOPE":            &in.widerScope,
		"OTHER_AUDIENCE":         &in.otherAud,
		"STRANGER_CLIENT_ID":     &in.strangerID,
		"STRANGER_CLIENT_SECRET": &in.strangerSecret,
	} {
		if *into = os.Getenv(name); *into == "" {
			return in, fmt.Errorf("%s is not set: scripts/foreign.sh names what the walk needs", name)
		}
	}
	return in, nil
}
