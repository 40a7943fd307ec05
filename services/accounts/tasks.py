"""What accounts hears of others in its sagas, and its periodic work."""

from sqlalchemy.orm import Session

from libs.contracts import carts, events, notifications, orders, recommendations, reviews, wishlists
from libs.contracts.privacy import CustomerDataExported
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from services.accounts.commands import erasures, exports, proofs, sessions, social
from services.accounts.models import exporting

SESSIONS_PER_RUN = 500
ERASURES_PER_RUN = 20
EXPORTS_PER_RUN = 100
TOKENS_PER_RUN = 500

tasks = Tasks("accounts")


@tasks.fact(carts.CustomerDataExported)
@tasks.fact(notifications.CustomerDataExported)
@tasks.fact(events.CustomerDataExported)
@tasks.fact(orders.CustomerDataExported)
@tasks.fact(recommendations.CustomerDataExported)
@tasks.fact(reviews.CustomerDataExported)
@tasks.fact(wishlists.CustomerDataExported)
def keep_slice(session: Session, fact: CustomerDataExported) -> None:
    """A service hands over a piece of what it knows of a person."""
    exporting.keep_slice(session, fact.export_id, fact.service(), fact.number, fact.content)


@tasks.every(seconds=2)
def start_erasures(session: Session) -> int:
    """Forget the people whose last token is void."""
    started = erasures.start_due(session, limit=ERASURES_PER_RUN)
    return started if started == ERASURES_PER_RUN else 0


@tasks.every(seconds=60)
def expire_exports(session: Session) -> int:
    """Forget copies that nobody fetched in time."""
    return exports.expire_exports(session, limit=EXPORTS_PER_RUN)


@tasks.every(seconds=600)
def purge_sessions(session: Session) -> int:
    """Forget sessions that ended long ago, with their tokens."""
    return sessions.purge_sessions(session, limit=SESSIONS_PER_RUN)


@tasks.every(seconds=600)
def purge_mail_tokens(session: Session) -> int:
    """Forget mailed tokens that ended long ago."""
    return proofs.purge_tokens(session, limit=TOKENS_PER_RUN)


@tasks.every(seconds=600)
def purge_journeys(session: Session) -> int:
    """Forget those who went to an identity provider and never came back."""
    return social.purge_journeys(session, limit=TOKENS_PER_RUN)


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
