"""Merchants' endpoints: added, changed, given new secrets, and taken away."""

import base64
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from libs import clock
from libs.outbound.addresses import BadUrl, parse
from services.notifications.errors import BadEndpoint, TooManyEndpoints
from services.notifications.models.webhooks import Endpoint, EndpointSecret
from services.notifications.queries.webhooks import get_endpoint
from services.notifications.rules.webhooks import MAX_ENDPOINTS

_KEY_BYTES = 32


def create_endpoint(
    session: Session,
    *,
    url: str,
    description: str,
    events: Sequence[str],
    author: UUID,
    private_hosts: Collection[str],
) -> tuple[Endpoint, str]:
    """The endpoint and its secret, which is not shown again.

    Refused with BadEndpoint for a URL that nothing may be sent to, or with TooManyEndpoints.
    """
    _check_url(url, private_hosts)
    if (session.scalar(select(func.count()).select_from(Endpoint)) or 0) >= MAX_ENDPOINTS:
        raise TooManyEndpoints(f"there are {MAX_ENDPOINTS} endpoints already")
    endpoint = Endpoint(url=url, description=description, events=sorted(set(events)), author=author)
    session.add(endpoint)
    session.flush()
    return endpoint, _add_secret(session, endpoint.id)


def change_endpoint(
    session: Session,
    endpoint_id: UUID,
    changes: Mapping[str, Any],
    *,
    check: Callable[[int], None],
    private_hosts: Collection[str],
) -> Endpoint:
    """Change what is named. Switching an endpoint on again forgets how it failed.

    `check` may refuse the version. Refused with EndpointNotFound or BadEndpoint.
    """
    endpoint = get_endpoint(session, endpoint_id, lock=True)
    check(endpoint.version)
    if "url" in changes:
        _check_url(changes["url"], private_hosts)
    for name, value in changes.items():
        setattr(endpoint, name, sorted(set(value)) if name == "events" else value)
    if "state" in changes:
        endpoint.disabled_reason = None if changes["state"] == "enabled" else "switched off"
        endpoint.failing_since = endpoint.paused_until = None
        endpoint.failures = 0
    endpoint.version += 1
    session.flush()
    return endpoint


def delete_endpoint(session: Session, endpoint_id: UUID, *, check: Callable[[int], None]) -> None:
    """Forget the endpoint, its secrets and its log. Refused with EndpointNotFound."""
    endpoint = get_endpoint(session, endpoint_id, lock=True)
    check(endpoint.version)
    session.execute(delete(Endpoint).where(Endpoint.id == endpoint_id))


def rotate_secret(
    session: Session, endpoint_id: UUID, overlap_seconds: int
) -> tuple[str, datetime]:
    """A new secret, and until when the one before signs beside it; older ones end now.

    Refused with EndpointNotFound.
    """
    get_endpoint(session, endpoint_id, lock=True)
    ends_at = clock.now() + timedelta(seconds=overlap_seconds)
    secrets = session.scalars(
        select(EndpointSecret).where(EndpointSecret.endpoint_id == endpoint_id)
    )
    for secret in secrets.all():
        if secret.expires_at is None:
            secret.expires_at = ends_at
        else:
            session.delete(secret)
    return _add_secret(session, endpoint_id), ends_at


def _add_secret(session: Session, endpoint_id: UUID) -> str:
    secret = f"whsec_{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"
    session.add(EndpointSecret(endpoint_id=endpoint_id, secret=secret))
    session.flush()
    return secret


def _check_url(url: str, private_hosts: Collection[str]) -> None:
    try:
        parse(url, private_hosts)
    except BadUrl as fault:
        raise BadEndpoint(f"the URL {fault}") from fault
