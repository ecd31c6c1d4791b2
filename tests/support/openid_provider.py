"""A provider of accounts on this machine, as OpenID Connect has it: discovery, keys, code flow, signed tokens.

It has the shapes of Microsoft Entra (issuer of one tenant, ``oid`` and ``tid``, no word on whether an address is
verified) and of DfE Sign-in (the claim ``organisation``, address only from the userinfo endpoint), and can be told to
give tokens that must be refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "leadscape-tests"
CLIENT_SECRET = "a secret: with a colon"


def rsa_key() -> rsa.RSAPrivateKey:
    """A key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class OpenIdProvider:
    """What the provider says next. ``claims`` stand in the token, ``told`` at the userinfo endpoint."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    """Claims that are wrong on purpose; null takes one away."""
    algorithm: str = "RS256"
    published: dict[str, Any] = field(default_factory=dict)
    """What discovery says beside the usual."""
    methods: tuple[str, ...] = ("client_secret_post", "client_secret_basic")
    signs: Any = None
    """Another key than the published one."""
    kid: str | None = "first"
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for."""
    log_in_as_code: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = field(default_factory=rsa_key)

    def authorise(self, address: str) -> str:
        """Somebody signs in here: where the browser is sent back to."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.log_in_as_code[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token_for(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """What the token endpoint gives; null: it refuses."""
        if self.methods == ("client_secret_basic",):
            given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            known = given == f"{CLIENT_ID}:{CLIENT_SECRET}"
        else:
            known = (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        asked = self.log_in_as_code.pop(form.get("code", ""), None)
        if not known or asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            **self.claims, **self.changed,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": self.kid} if self.kid else {}
        if self.algorithm == "HS256":
            token = jwt.encode(claims, CLIENT_SECRET.ljust(32), algorithm="HS256", headers=headers)
        elif self.algorithm == "none":
            token = jwt.encode(claims, None, algorithm="none", headers=headers)
        else:
            token = jwt.encode(claims, self.signs or self.key, algorithm=self.algorithm, headers=headers)
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def answer(self, path: str) -> dict[str, Any] | None:
        """What a GET gives."""
        if path.endswith("/.well-known/openid-configuration"):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/me",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": list(self.methods),
                **self.published,
            }
        if path.endswith("/keys"):
            made = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**made, "kid": "first", "use": "sig"}]}
        if path.endswith("/me"):
            return {"sub": self.claims.get("sub"), **self.told}
        return None


@contextmanager
def running_provider(path: str = "") -> Iterator[OpenIdProvider]:
    """A provider that listens on a free port of this machine, below ``path``."""
    provider = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        quiet: ClassVar[bool] = True

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            provider.asked.append(asked.path)
            if asked.path == f"{path}/authorize":
                # For a browser: whoever comes is signed in at once.
                self.send_response(302)
                self.send_header("Location", provider.authorise(f"{provider.issuer}/authorize?{asked.query}"))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send(provider.answer(asked.path))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            if self.path == f"{path}/elsewhere":
                # To another door, with the same request.
                self.send_response(307)
                self.send_header("Location", f"{provider.issuer}/token")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send(provider.token_for(form, self.headers.get("Authorization", "")), refused=400)

        def _send(self, content: dict[str, Any] | None, refused: int = 404) -> None:
            body = json.dumps(content or {"error": "invalid_grant"}).encode()
            self.send_response(refused if content is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}{path}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings_for(provider: OpenIdProvider) -> dict[str, str]:
    """What the environment of a service says that lets people sign in with this provider, as ``entra``."""
    start = "LEADSCAPE_OIDC_ENTRA_"
    return {
        "LEADSCAPE_OIDC_PROVIDERS": "entra",
        f"{start}LABEL": "Microsoft",
        f"{start}ISSUER": provider.issuer,
        f"{start}CLIENT_ID": CLIENT_ID,
        f"{start}CLIENT_SECRET": CLIENT_SECRET,
        f"{start}ADDRESS": "vouched",
        f"{start}SECOND_FACTOR": "mfa",
    }
