"""The ledger API: a protected resource that checks tokens by itself (RFC 9068)."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from authlib.oauth2 import OAuth2Error, ResourceProtector
from authlib.oauth2.rfc6750.errors import InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet

import inputs
from service import TIMEOUT_S


class Validator(JWTBearerTokenValidator):
    """The library's, and what it leaves open: a `typ` has to be there, one algorithm, somebody who acts."""

    def __init__(self, metadata, audience):
        super().__init__(inputs.ISSUER, audience)
        self._jwks_uri = metadata["jwks_uri"]

    def get_jwks(self):
        response = requests.get(self._jwks_uri, timeout=TIMEOUT_S)
        response.raise_for_status()
        return KeySet.import_key_set(response.json())

    def validate_token(self, token, scopes, request, **kwargs):
        if token.header.get("typ") != "at+jwt" or token.header.get("alg") != inputs.ALGORITHM:
            raise InvalidTokenError()
        super().validate_token(token, scopes, request, **kwargs)
        if not token.get("act", {}).get("sub"):
            raise InvalidTokenError(description="it does not say who acts")


class _Handler(BaseHTTPRequestHandler):
    protect = None

    def do_GET(self):
        try:
            token = self.protect.validate_request([inputs.LEDGER_SCOPE], self)
        except OAuth2Error as error:
            status, body, headers = error()
            self._send(status, json.dumps(body), dict(headers))
        else:
            self._send(200, json.dumps({"customer": token["sub"], "act": token["act"]}), {"Content-Type": "application/json"})

    def _send(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format, *args):
        pass


def serve(metadata):
    """Serves on a loopback port. Answers its address, and how to stop it."""
    protect = ResourceProtector()
    protect.register_token_validator(Validator(metadata, inputs.LEDGER_AUDIENCE))
    handler = type("Handler", (_Handler,), {"protect": protect})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/entries", server.shutdown
