"""People who use accounts over HTTP, and a look into its tables."""

from typing import Any, Self

from flask.testing import FlaskClient
from sqlalchemy import text

from libs.db.transaction import reading, transaction

BASE = "/api/v1/accounts"
PASSWORD = "violet-anchor-47-moss"


class Person:
    """Somebody with a mail address, a password and, once signed in, tokens."""

    def __init__(self, client: FlaskClient, email: str, password: str = PASSWORD) -> None:
        self.client = client
        self.email = email
        self.password = password
        self.id = ""
        self.tokens: dict[str, Any] = {}

    def register(self) -> Self:
        """Open the account."""
        body = {"email": self.email, "password": self.password, "name": self.email}
        answer: Any = self.client.post(f"{BASE}/register", json=body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        self.id = answer.json["id"]
        return self

    def log_in(self) -> Self:
        """Start a session, forgetting the one before."""
        answer = log_in(self.client, self.email, self.password)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.tokens = answer.json
        return self

    def elsewhere(self) -> "Person":
        """The same person, signed in on another device."""
        other = Person(self.client, self.email, self.password)
        other.id = self.id
        return other.log_in()

    def promote(self) -> Self:
        """Become an administrator, as if by an operator."""
        execute("UPDATE user_account SET roles = '{admin}' WHERE email = :email", email=self.email)
        return self

    @property
    def headers(self) -> dict[str, str]:
        """What the person's requests carry."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        """A request with the access token."""
        return self.client.open(path, method=method, json=json, headers=self.headers | headers)

    def refresh(self, token: str | None = None) -> Any:
        """Use a refresh token, the newest unless another is given."""
        return refresh(self.client, token or self.tokens["refresh_token"])


def log_in(client: FlaskClient, email: str, password: str) -> Any:
    """An attempt to sign in."""
    return client.post(f"{BASE}/login", json={"email": email, "password": password})


def refresh(client: FlaskClient, token: str) -> Any:
    """An attempt to use a refresh token."""
    return client.post(f"{BASE}/token/refresh", json={"refresh_token": token})


def rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query finds in the service's database."""
    with reading() as session:
        return [tuple(row) for row in session.execute(text(sql), values)]


def execute(sql: str, **values: Any) -> None:
    """Change the database behind the service's back."""
    with transaction() as session:
        session.execute(text(sql), values)


def audit(kind: str) -> list[tuple[Any, ...]]:
    """The audit rows of a kind, as (user id, session id, detail)."""
    return rows(
        "SELECT user_id, session_id, detail FROM audit_event WHERE kind = :kind ORDER BY at",
        kind=kind,
    )
