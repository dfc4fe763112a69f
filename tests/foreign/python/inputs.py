"""What the walk is told, all by the environment."""

import os


def _input(name):
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"{name} is not set: scripts/foreign.sh names what the walk needs")
    return value


ISSUER = _input("ISSUER")
PARENT_TOKEN = _input("PARENT_TOKEN")
GATEWAY_CLIENT_ID = _input("GATEWAY_CLIENT_ID")
GATEWAY_KEY = _input("GATEWAY_KEY")
GATEWAY_AUDIENCE = _input("GATEWAY_AUDIENCE")
LEDGER_CLIENT_ID = _input("LEDGER_CLIENT_ID")
LEDGER_CLIENT_SECRET = _input("LEDGER_CLIENT_SECRET")
LEDGER_AUDIENCE = _input("LEDGER_AUDIENCE")
LEDGER_SCOPE = _input("LEDGER_SCOPE")
STRANGER_CLIENT_ID = _input("STRANGER_CLIENT_ID")
STRANGER_CLIENT_SECRET = _input("STRANGER_CLIENT_SECRET")
OTHER_AUDIENCE = _input("OTHER_AUDIENCE")
WIDER_SCOPE = _input("WIDER_SCOPE")

# What both APIs' contracts say that their tokens are signed with.
ALGORITHM = "ES256"
