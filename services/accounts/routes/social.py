"""Sign-in at identity providers: the browser goes there, and comes back with a code."""

from typing import Any

import marshmallow as ma
from flask import Response, request

from libs.db.transaction import transaction
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from services.accounts import metrics
from services.accounts.commands import sessions, social
from services.accounts.errors import ProviderRefused, SignInLapsed
from services.accounts.oidc import Journey, Known
from services.accounts.routes.caller import origin
from services.accounts.routes.grants import tokens_of
from services.accounts.routes.vault import vault
from services.accounts.rules import SIGN_IN_PATIENCE
from services.accounts.schemas.account import AddressField, NameField, TokensSchema
from services.accounts.schemas.social import SignInCallbackSchema, SignInProvidersSchema

PATH = "/api/v1/accounts/oauth"
# It ties the way back to the browser that went: nobody can be signed in as somebody else.
COOKIE = "argosy_sign_in"
oauth = Blueprint("oauth", __name__, url_prefix=PATH, description="Sign-in by OpenID Connect.")


@oauth.get("")
@access(public=True)
@oauth.response(200, SignInProvidersSchema)
def list_sign_in_providers() -> dict[str, Any]:
    """Where people can sign in."""
    return {"providers": vault().providers.names}


@oauth.get("/<string:provider>/start")
@access(public=True)
@limited("login")
@oauth.response(302)
def start_sign_in(provider: str) -> Response:
    """Send the browser to an identity provider."""
    journey = Journey.set_out()
    url = vault().providers.get(provider).authorization_url(journey)
    with transaction() as session:
        social.keep_journey(session, provider, journey)
    response = Response(status=302, headers={"Location": url, "Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        journey.browser,
        max_age=SIGN_IN_PATIENCE,
        path=PATH,
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
    )
    return response


@oauth.get("/<string:provider>/callback")
@access(public=True)
@limited("login")
@oauth.arguments(SignInCallbackSchema, location="query")
@oauth.response(200, TokensSchema)
def finish_sign_in(args: dict[str, Any], provider: str) -> dict[str, Any]:
    """Exchange an identity provider's code for a session's tokens."""
    client = vault().providers.get(provider)
    with transaction() as session:
        journey = social.take_journey(
            session, provider, state=args["state"], browser=request.cookies.get(COOKIE, "")
        )
    if journey is None:
        raise SignInLapsed("begin the sign-in anew in this browser")
    if args["code"] is None or args["iss"] not in {None, client.provider.issuer}:
        raise ProviderRefused("the identity provider did not let you in")
    known = client.redeem(args["code"], verifier=journey.verifier, nonce=journey.nonce)
    return tokens_of(_sign_in(provider, known))


def _sign_in(provider: str, known: Known) -> sessions.Grant:
    email = _loaded(AddressField(), known.email)
    name = _loaded(NameField(), known.name) or (email or "").partition("@")[0] or "?"
    with transaction() as session:
        grant = social.sign_in(session, provider, known, email, name, origin())
    metrics.count_login(grant)
    return grant


def _loaded(field: ma.fields.Field[Any], value: str | None) -> str | None:
    """What a provider says of a person, if it keeps our rules."""
    try:
        return None if value is None else str(field.deserialize(value))
    except ma.ValidationError:
        return None
