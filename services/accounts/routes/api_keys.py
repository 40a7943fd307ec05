"""API keys, for their owners and for the programs that hold them."""

from typing import Any
from uuid import UUID

from libs import clock
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from libs.http.paging import PageArgs, page_schema
from services.accounts import queries
from services.accounts.commands import api_keys as commands
from services.accounts.commands.users import lock_user
from services.accounts.models.credentials import ApiKey
from services.accounts.routes.caller import origin, require_session
from services.accounts.routes.vault import vault
from services.accounts.rules import key_token_expiry
from services.accounts.schemas.api_keys import (
    ApiKeySchema,
    CreateApiKeySchema,
    ExchangeApiKeySchema,
    KeyTokenSchema,
    NewApiKeySchema,
)

api_keys = Blueprint(
    "api_keys", __name__, url_prefix="/api/v1/accounts", description="API keys of the caller."
)


@api_keys.get("/api-keys")
@access(user=True, owns="API keys")
@api_keys.arguments(PageArgs, location="query")
@api_keys.response(200, page_schema(ApiKeySchema))
def list_api_keys(args: dict[str, Any]) -> Page[ApiKey]:
    """The caller's keys, the revoked ones too, newest first."""
    with reading() as session:
        return queries.list_keys(session, user_id=user_id(), **args)


@api_keys.post("/api-keys")
@access(user=True, owns="API keys")
@api_keys.arguments(CreateApiKeySchema)
@api_keys.response(201, NewApiKeySchema)
def create_api_key(body: dict[str, Any]) -> commands.NewKey:
    """Make a key; its secret is in this answer and nowhere else, so a repetition makes another."""
    require_session()
    with transaction() as session:
        user = lock_user(session, user_id())
        return commands.create_key(session, user, **body, origin=origin())


@api_keys.get("/api-keys/<id('key'):key_id>")
@access(user=True, owns="API keys")
@api_keys.response(200, ApiKeySchema)
def get_api_key(key_id: UUID) -> ApiKey:
    """One key of the caller's."""
    with reading() as session:
        return queries.get_key(session, user_id(), key_id)


@api_keys.delete("/api-keys/<id('key'):key_id>")
@access(user=True, owns="API keys")
@api_keys.response(204)
def revoke_api_key(key_id: UUID) -> None:
    """Revoke a key: it gets no token any more."""
    require_session()
    with transaction() as session:
        commands.revoke_key(session, user_id(), key_id, origin())


@api_keys.post("/token/api-key")
@access(public=True)
@limited("login")
@api_keys.arguments(ExchangeApiKeySchema)
@api_keys.response(200, KeyTokenSchema)
def exchange_api_key(body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a key for an access token, which every service verifies by itself."""
    with transaction() as session:
        key, user = commands.exchange(session, body["api_key"])
    now = clock.now()
    expires_at = key_token_expiry(now, key.expires_at)
    return {
        "access_token": vault().keys.key_token(
            user.id, key.id, roles=user.roles, scopes=key.scopes, now=now, expires_at=expires_at
        ),
        "token_type": "Bearer",
        "expires_in": int((expires_at - now).total_seconds()),
        "scopes": key.scopes,
    }
