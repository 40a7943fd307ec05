"""Merchants' endpoints for events, over HTTP."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from libs.service import service_settings
from services.notifications.commands import webhook_endpoints as commands
from services.notifications.models.webhooks import Endpoint
from services.notifications.queries import webhooks as queries
from services.notifications.schemas.webhooks import (
    ChangeEndpointSchema,
    CreatedEndpointSchema,
    CreateEndpointSchema,
    EndpointPageSchema,
    EndpointSchema,
    RotatedSecretSchema,
    RotateSecretSchema,
)
from services.notifications.settings import NotificationsSettings

webhook_endpoints = Blueprint(
    "webhook_endpoints",
    __name__,
    url_prefix="/api/v1/webhooks/endpoints",
    description="Where merchants hear of events, and which.",
)


@webhook_endpoints.get("")
@access(roles=("admin",))
@webhook_endpoints.arguments(PageArgs, location="query")
@webhook_endpoints.response(200, EndpointPageSchema)
def list_webhook_endpoints(args: dict[str, Any]) -> Page[Endpoint]:
    """All endpoints, the latest first."""
    with reading() as session:
        return queries.list_endpoints(session, **args)


@webhook_endpoints.post("")
@access(roles=("admin",))
@idempotent(required=False)
@webhook_endpoints.arguments(CreateEndpointSchema)
@webhook_endpoints.response(201, CreatedEndpointSchema)
def create_webhook_endpoint(body: dict[str, Any]) -> Response:
    """Add an endpoint; the answer shows its secret, this once."""
    with transaction() as session:
        return once(
            session,
            lambda: _created(session, body),
            schema=CreatedEndpointSchema,
            location=lambda made: f"/api/v1/webhooks/endpoints/{ids.to_text('whe', made['id'])}",
        )


@webhook_endpoints.get("/<id('whe'):endpoint_id>")
@access(roles=("admin",))
@webhook_endpoints.response(200, EndpointSchema)
def get_webhook_endpoint(endpoint_id: UUID) -> Endpoint:
    """An endpoint, and whether it works."""
    with reading() as session:
        endpoint = queries.get_endpoint(session, endpoint_id)
    return etag.marked(endpoint)


@webhook_endpoints.patch("/<id('whe'):endpoint_id>")
@access(roles=("admin",))
@webhook_endpoints.arguments(ChangeEndpointSchema)
@webhook_endpoints.response(200, EndpointSchema)
def change_webhook_endpoint(body: dict[str, Any], endpoint_id: UUID) -> Endpoint:
    """Change an endpoint, or switch it off and on."""
    with transaction() as session:
        endpoint = commands.change_endpoint(
            session,
            endpoint_id,
            body,
            check=partial(etag.check_if_match, required=False),
            private_hosts=_private_hosts(),
        )
    return etag.marked(endpoint)


@webhook_endpoints.delete("/<id('whe'):endpoint_id>")
@access(roles=("admin",))
@webhook_endpoints.response(204)
def delete_webhook_endpoint(endpoint_id: UUID) -> Response:
    """Forget an endpoint and its log."""
    with transaction() as session:
        commands.delete_endpoint(
            session, endpoint_id, check=partial(etag.check_if_match, required=False)
        )
    return Response(status=204)


@webhook_endpoints.post("/<id('whe'):endpoint_id>/rotate-secret")
@access(roles=("admin",))
@idempotent(required=False)
@webhook_endpoints.arguments(RotateSecretSchema)
@webhook_endpoints.response(200, RotatedSecretSchema)
def rotate_webhook_secret(body: dict[str, Any], endpoint_id: UUID) -> Response:
    """Make a new secret; for a while requests are signed with both."""

    def work(session: Session) -> dict[str, Any]:
        secret, until = commands.rotate_secret(session, endpoint_id, body["overlap_seconds"])
        return {"secret": secret, "previous_until": until}

    with transaction() as session:
        return once(session, lambda: work(session), schema=RotatedSecretSchema, status=200)


def _created(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    endpoint, secret = commands.create_endpoint(
        session, **body, author=user_id(), private_hosts=_private_hosts()
    )
    session.refresh(endpoint)
    shown = {column.name: getattr(endpoint, column.name) for column in Endpoint.__table__.columns}
    return {**shown, "secret": secret}


def _private_hosts() -> tuple[str, ...]:
    return service_settings(NotificationsSettings).webhook_private_hosts
