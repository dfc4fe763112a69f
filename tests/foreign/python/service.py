"""The service as these clients see it: authlib's sessions, with the settings that they need here."""

from pathlib import Path

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from joserfc.jwk import RSAKey

import inputs

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
TIMEOUT_S = 10


class Assertion(PrivateKeyJWT):
    """RFC 7523, as the service wants it: the issuer as audience, a minute long. The library's own would live an hour."""

    alg = "RS256"

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(auth.client_secret, auth.client_id, token_endpoint, alg=self.alg, expires_in=60)


def discover():
    """RFC 8414. The library knows the address and the rules; comparing the issuer is left to the caller."""
    response = requests.get(get_well_known_url(inputs.ISSUER, external=True), timeout=TIMEOUT_S)
    response.raise_for_status()
    metadata = AuthorizationServerMetadata(response.json())
    metadata.validate()
    if metadata["issuer"] != inputs.ISSUER:
        raise ValueError(f"the metadata is of {metadata['issuer']}")
    return metadata


def gateway():
    """The gateway: it proves itself by a key."""
    key = RSAKey.import_key(Path(inputs.GATEWAY_KEY).read_text())
    session = _session(inputs.GATEWAY_CLIENT_ID, key, "private_key_jwt")
    session.register_client_auth_method(Assertion(inputs.ISSUER))
    return session


def ledger():
    """The ledger: its secret stands in the body."""
    return _session(inputs.LEDGER_CLIENT_ID, inputs.LEDGER_CLIENT_SECRET, "client_secret_post")


def stranger():
    """Somebody else's API: its secret stands in the header."""
    return _session(inputs.STRANGER_CLIENT_ID, inputs.STRANGER_CLIENT_SECRET, "client_secret_basic")


def _session(client, secret, method):
    # Revocation falls back to another method unless it is told this one too.
    return OAuth2Session(client, secret, token_endpoint_auth_method=method, revocation_endpoint_auth_method=method, default_timeout=TIMEOUT_S)


def introspect(session, metadata, token):
    """RFC 7662."""
    response = session.introspect_token(metadata["introspection_endpoint"], token=token, token_type_hint="access_token")
    response.raise_for_status()
    return response.json()


def revoke(session, metadata, token):
    """RFC 7009."""
    session.revoke_token(metadata["revocation_endpoint"], token=token, token_type_hint="access_token").raise_for_status()
