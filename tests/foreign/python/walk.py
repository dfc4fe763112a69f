"""The walk with authlib: one line a step, exit code 0 only if all of them hold."""

import re
import sys
import time

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import decode

import inputs
import ledger
import service
from service import ACCESS_TOKEN, EXCHANGE

ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


def hold(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def same(found, wanted, what):
    hold(found == wanted, f"{what}: {found!r} instead of {wanted!r}")


class Walk:
    """Each step leaves here what the later ones need."""

    def __init__(self):
        self.gateway = service.gateway()
        self.metadata = self.own = self.parent = self.child = None

    def discover(self):
        self.metadata = service.discover()
        for endpoint in ("token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"):
            hold(str(self.metadata.get(endpoint)).startswith(inputs.ISSUER + "/"), f"{endpoint} is not under the issuer")
        return self.metadata["issuer"]

    def client_credentials(self):
        answer = self.gateway.fetch_token(self.metadata["token_endpoint"], grant_type="client_credentials")
        same(answer["token_type"], "Bearer", "token_type")
        hold(0 < answer["expires_in"] <= 600, f"expires_in is {answer['expires_in']}")
        hold("." not in answer["access_token"], "the token is opaque")
        self.own = answer["access_token"]
        return f"opaque, {answer['expires_in']} s"

    def parent_received(self):
        header = jws.extract_compact(inputs.PARENT_TOKEN.encode()).headers()
        same((header.get("typ"), header.get("alg")), ("at+jwt", inputs.ALGORITHM), "its header")
        return f"{header['typ']}, {header['alg']}"

    def parent_validated(self):
        validator = ledger.Validator(self.metadata, inputs.GATEWAY_AUDIENCE)
        self.parent = validator.authenticate_token(inputs.PARENT_TOKEN)
        validator.validate_token(self.parent, [], None)
        hold(re.match("usr_", self.parent["act"]["sub"]), "no agent acts")
        return f"{self.parent['act']['sub']} acts for {self.parent['sub']}"

    def exchange(self):
        answer = self._exchange(self.gateway)
        same(answer["issued_token_type"], ACCESS_TOKEN, "issued_token_type")
        same(answer["token_type"], "Bearer", "token_type")
        same(answer["scope"], inputs.LEDGER_SCOPE, "scope")
        claims = self._claims(answer["access_token"])
        same(claims["act"], {"sub": inputs.GATEWAY_CLIENT_ID, "act": self.parent["act"]}, "act")
        for name, wanted in (("aud", inputs.LEDGER_AUDIENCE), ("sub", self.parent["sub"]), ("txn", self.parent["txn"]), ("scope", inputs.LEDGER_SCOPE)):
            same(claims[name], wanted, name)
        hold(claims["exp"] <= self.parent["exp"], "it outlives its parent")
        hold(answer["expires_in"] > 0 and abs(claims["exp"] - time.time() - answer["expires_in"]) < 10, f"expires_in is {answer['expires_in']}")
        self.child = answer["access_token"]
        return f"{claims['act']['sub']} for {claims['act']['act']['sub']}, {answer['expires_in']} s"

    def protected_resource(self):
        url, stop = ledger.serve(self.metadata)
        try:
            taken, wrong, none = (self._call(url, token) for token in (self.child, inputs.PARENT_TOKEN, None))
            same((taken.status_code, taken.json()["customer"]), (200, self.parent["sub"]), "with the child")
            same(wrong.status_code, 401, "with a token of the wrong audience")
            same(none.status_code, 401, "with no token")
        finally:
            stop()
        return "200 with the child, 401 with the parent, 401 with none"

    def introspect(self):
        live = service.introspect(service.ledger(), self.metadata, self.child)
        same((live["active"], live.get("act")), (True, {"sub": inputs.GATEWAY_CLIENT_ID, "act": self.parent["act"]}), "for the ledger")
        same(service.introspect(service.stranger(), self.metadata, self.child), {"active": False}, "for a stranger")
        return "active for the ledger, nothing for a stranger"

    def be_refused(self):
        self._refused("a wider scope", "invalid_scope", self.gateway, scope=f"{inputs.LEDGER_SCOPE} {inputs.WIDER_SCOPE}")
        self._refused("another target", "invalid_target", self.gateway, audience=inputs.OTHER_AUDIENCE)
        alone = {"actor_token": None, "actor_token_type": None}
        # RFC 8693 §2.2.2 has one code for all that can be wrong with a subject token.
        self._refused("the parent in other hands", "invalid_request", service.stranger(), **alone)
        self._refused("an id token", "invalid_request", self.gateway, subject_token_type=ID_TOKEN)
        return "wider scope, other target, other client, id token"

    def revoke(self):
        service.revoke(self.gateway, self.metadata, self.child)
        same(service.introspect(service.ledger(), self.metadata, self.child), {"active": False}, "afterwards")
        return "inactive at once"

    def _exchange(self, session, **changed):
        parameters = {
            "subject_token": inputs.PARENT_TOKEN,
            "subject_token_type": ACCESS_TOKEN,
            "actor_token": self.own,
            "actor_token_type": ACCESS_TOKEN,
            "audience": inputs.LEDGER_AUDIENCE,
            "scope": inputs.LEDGER_SCOPE,
            **changed,
        }
        return session.fetch_token(self.metadata["token_endpoint"], grant_type=EXCHANGE, **{k: v for k, v in parameters.items() if v})

    def _refused(self, what, code, session, **changed):
        try:
            self._exchange(session, **changed)
        except OAuthError as error:
            same(error.error, code, what)
            hold(error.description, f"{what}: nothing said of why")
        else:
            raise AssertionError(f"{what}: was not refused")

    def _claims(self, token):
        keys = KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=service.TIMEOUT_S).json())
        return decode(token, keys, algorithms=[inputs.ALGORITHM]).claims

    def _call(self, url, token):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.get(url, headers=headers, timeout=service.TIMEOUT_S)


def main():
    walk = Walk()
    steps = [
        walk.discover,
        walk.client_credentials,
        walk.parent_received,
        walk.parent_validated,
        walk.exchange,
        walk.protected_resource,
        walk.introspect,
        walk.be_refused,
        walk.revoke,
    ]
    for number, run in enumerate(steps, 1):
        name = run.__name__.replace("_", " ")
        try:
            print(f"ok {number} {name}: {run()}", flush=True)
        except (AssertionError, LookupError, ValueError, AuthlibBaseError, JoseError, requests.RequestException) as error:
            print(f"FAILED {number} {name}: {type(error).__name__} {error}", flush=True)
            sys.exit(1)


if __name__ == "__main__":
    main()
