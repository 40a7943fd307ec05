"""Sign-in through an identity provider: by an existing link, or by an address that it verified."""

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.accounts import CustomerRegistered
from libs.messaging.outbox import announce
from services.accounts import tokens
from services.accounts.commands.audit import Origin, record
from services.accounts.commands.sessions import Grant, end_sessions, open_session
from services.accounts.errors import EmailUnproven, OtherIdentity, UserDisabled
from services.accounts.models.credentials import ApiKey, Identity, SignInAttempt
from services.accounts.models.users import User
from services.accounts.oidc import Journey, Known
from services.accounts.rules import ACTIVE, SIGN_IN_PATIENCE


def keep_journey(session: Session, provider: str, journey: Journey) -> None:
    """Remember that somebody went to the provider; of state and browser only the hashes."""
    session.add(
        SignInAttempt(
            state=tokens.digest(journey.state),
            browser=tokens.digest(journey.browser),
            provider=provider,
            nonce=journey.nonce,
            verifier=journey.verifier,
            expires_at=clock.now() + SIGN_IN_PATIENCE,
        )
    )


def take_journey(
    session: Session, provider: str, *, state: str, browser: str
) -> SignInAttempt | None:
    """What was remembered, once; None for another browser, another provider or too late."""
    statement = delete(SignInAttempt).where(
        SignInAttempt.state == tokens.digest(state),
        SignInAttempt.browser == tokens.digest(browser),
        SignInAttempt.provider == provider,
        SignInAttempt.expires_at > clock.now(),
    )
    found: SignInAttempt | None = session.scalar(statement.returning(SignInAttempt))
    return found


def sign_in(
    session: Session, provider: str, known: Known, email: str | None, name: str, origin: Origin
) -> Grant:
    """Open a session for whom the provider vouches; `email` is the address in our spelling.

    Refused with EmailUnproven where there is no link yet and no verified address.
    """
    user = _linked(session, provider, known) or _link(session, provider, known, email, name, origin)
    if user.status != ACTIVE:
        raise UserDisabled("this account is closed")
    return open_session(session, user, origin)


def purge_journeys(session: Session, *, limit: int) -> int:
    """Forget those who never came back; how many there were."""
    lapsed = select(SignInAttempt.state).where(SignInAttempt.expires_at < clock.now()).limit(limit)
    states = session.scalars(lapsed.with_for_update(skip_locked=True)).all()
    session.execute(delete(SignInAttempt).where(SignInAttempt.state.in_(states)))
    return len(states)


def _linked(session: Session, provider: str, known: Known) -> User | None:
    statement = select(User, Identity).join(Identity, Identity.user_id == User.id)
    statement = statement.where(Identity.provider == provider, Identity.subject == known.subject)
    row = session.execute(statement.with_for_update(key_share=True, of=User)).one_or_none()
    if row is None:
        return None
    user, identity = row
    identity.used_at = clock.now()
    return user


def _link(
    session: Session, provider: str, known: Known, email: str | None, name: str, origin: Origin
) -> User:
    if email is None or not known.email_verified:
        raise EmailUnproven("the identity provider has not verified a mail address of yours")
    user = _owner_of(session, email, name, origin)
    statement = insert(Identity).values(user_id=user.id, provider=provider, subject=known.subject)
    linked = session.scalar(statement.on_conflict_do_nothing().returning(Identity.id))
    if linked is None:
        raise OtherIdentity("this account is linked to somebody else at that provider")
    record(
        session,
        "identity_linked",
        origin,
        user_id=user.id,
        actor_id=user.id,
        provider=provider,
    )
    return user


def _owner_of(session: Session, email: str, name: str, origin: Origin) -> User:
    """The account of a proven address, locked; a new one where there is none.

    Whoever opened it without proving the address may not keep a way in: the password, the sessions
    and the API keys of an unproven account go.
    """
    values = {"email": email, "name": name, "email_verified_at": clock.now()}
    statement = insert(User).values(values).on_conflict_do_nothing(index_elements=[User.email])
    made: User | None = session.scalars(statement.returning(User)).one_or_none()
    if made:
        announce(session, CustomerRegistered(user_id=made.id, email=email, name=name))
        record(session, "registered", origin, user_id=made.id, actor_id=made.id)
        return made
    held = select(User).where(User.email == email).with_for_update(key_share=True)
    user = session.scalars(held).one()
    if user.email_verified_at is None:
        user.email_verified_at = clock.now()
        user.password_hash = None
        user.password_changed_at = clock.now()
        user.touch()
        end_sessions(session, user.id)
        keys = update(ApiKey).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
        session.execute(keys.values(revoked_at=clock.now()))
        record(session, "account_taken_over", origin, user_id=user.id, actor_id=user.id)
    return user
