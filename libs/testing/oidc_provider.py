"""An OpenID Connect provider for tests: real HTTP, real signatures, one person signed in at it."""

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
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

CLIENT_ID, CLIENT_SECRET = "argosy-shop", "a-secret-of-the-test"


@dataclass
class Person:
    """Who sits at the browser, as the provider knows them."""

    subject: str = "sub-1"
    email: str | None = "ada@example.org"
    email_verified: bool = True
    name: str = "Ada"


@dataclass
class _Grant:
    query: dict[str, str]
    person: Person


@dataclass
class Script:
    """What goes wrong: claims of the token that are other ones, a foreign signature, no answer."""

    claims: dict[str, Any] = field(default_factory=dict)
    foreign_key: bool = False
    status: int = 200


class OidcProvider(ThreadingHTTPServer):
    """Keeps its side of the protocol strictly: codes work once, PKCE and the client are checked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.person = Person()
        self.script = Script()
        self.requests: list[str] = []
        self._grants: dict[str, _Grant] = {}
        self.rotate()

    @property
    def issuer(self) -> str:
        """Its name and address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def settings(self, redirect_uri: str, name: str = "test") -> dict[str, str]:
        """How the shop is told of it."""
        return {
            "name": name,
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": redirect_uri,
        }

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self._key = generate_private_key(SECP256R1())
        self._kid = secrets.token_hex(4)

    def documents(self, path: str) -> Any:
        """What everybody may read; None for what there is not."""
        public = json.loads(ECAlgorithm.to_jwk(self._key.public_key()))
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
            },
            "/jwks": {"keys": [{**public, "kid": self._kid, "alg": "ES256", "use": "sig"}]},
        }.get(path)

    def authorize(self, query: dict[str, str]) -> str:
        """The person agrees; where the browser goes next."""
        code = secrets.token_urlsafe(16)
        self._grants[code] = _Grant(query, self.person)
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token for a code, once, to the client that asked, with the verifier that it kept."""
        grant = self._grants.pop(form.get("code", ""), None)
        client = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {client}":
            return 401, {"error": "invalid_client"}
        if grant is None or not _is_kept(grant.query, form):
            return 400, {"error": "invalid_grant"}
        token = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer"}
        return self.script.status, {**token, "id_token": self._id_token(grant)}

    def _id_token(self, grant: _Grant) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": grant.person.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.query["nonce"],
            "name": grant.person.name,
        }
        if grant.person.email is not None:
            claims |= {"email": grant.person.email, "email_verified": grant.person.email_verified}
        claims |= self.script.claims
        key = generate_private_key(SECP256R1()) if self.script.foreign_key else self._key
        return jwt.encode(claims, key, "ES256", headers={"kid": self._kid})


def _is_kept(query: dict[str, str], form: dict[str, str]) -> bool:
    """Whether the exchange keeps what the authorization promised (RFC 7636)."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        query.get("code_challenge_method") == "S256"
        and query.get("code_challenge") == challenge
        and query.get("redirect_uri") == form.get("redirect_uri")
        and form.get("grant_type") == "authorization_code"
    )


class _Conversation(BaseHTTPRequestHandler):
    server: OidcProvider

    def do_GET(self) -> None:
        """Documents, and the page where the person agrees at once."""
        parts = urlsplit(self.path)
        self.server.requests.append(parts.path)
        if parts.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.server.authorize(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        document = self.server.documents(parts.path)
        self._say(404 if document is None else 200, document or {})

    def do_POST(self) -> None:
        """The token endpoint."""
        self.server.requests.append(self.path)
        length = int(self.headers.get("Content-Length", "0"))
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        self._say(*self.server.redeem(form, self.headers.get("Authorization", "")))

    def log_message(self, *_: Any) -> None:
        """Tests look at `requests`."""

    def _say(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """A running provider."""
    with OidcProvider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
