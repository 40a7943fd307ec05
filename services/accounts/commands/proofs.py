"""Proof of a mailbox by a token that went there: it confirms an address or sets a new password.

What is asked for is never told apart from what is not sent: whether anybody has the address is
nobody's business.
"""

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.accounts import (
    EmailChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from libs.ids import uuid7
from libs.messaging.outbox import announce
from services.accounts import tokens
from services.accounts.commands.audit import Origin, record
from services.accounts.commands.sessions import end_sessions
from services.accounts.commands.users import lock_user
from services.accounts.errors import EmailTaken
from services.accounts.models.credentials import MailToken
from services.accounts.models.users import User
from services.accounts.rules import (
    ACTIVE,
    MAIL_TOKEN_LIFETIME,
    MAIL_TOKEN_RETENTION,
    MAIL_WINDOW,
    MAILS_PER_WINDOW,
    PROVE_EMAIL,
    RESET_PASSWORD,
)

_FACTS = {PROVE_EMAIL: EmailVerificationRequested, RESET_PASSWORD: PasswordResetRequested}


def ask_for_proof(session: Session, user: User, email: str, *, page: str) -> None:
    """Mail a token to the address, which is the user's or shall become it."""
    _mail(session, user, email, PROVE_EMAIL, page)


def ask_for_reset(session: Session, email: str, *, page: str, origin: Origin) -> None:
    """Mail a token to whoever has the address; the trail says that somebody asked in any case."""
    statement = select(User).where(User.email == email, User.status == ACTIVE)
    user = session.scalar(statement.with_for_update(key_share=True))
    record(session, "password_reset_asked", origin, user_id=user.id if user else None)
    if user:
        _mail(session, user, email, RESET_PASSWORD, page)


def invite(session: Session, user: User, *, page: str) -> None:
    """Let somebody whose account was made for them choose a password."""
    _mail(session, user, user.email, RESET_PASSWORD, page)


def use(session: Session, token: str, purpose: str) -> MailToken | None:
    """The token's row, used up by this; None if it is unknown, of another purpose, used or late."""
    now = clock.now()
    statement = update(MailToken).where(
        MailToken.digest == tokens.digest(token),
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    found: MailToken | None = session.scalar(statement.values(used_at=now).returning(MailToken))
    return found


def prove_email(session: Session, proof: MailToken, origin: Origin) -> bool:
    """The address is the user's from now on; False if the user may not come in any more.

    Refused with EmailTaken when somebody else has proven it meanwhile.
    """
    user = lock_user(session, proof.user_id)
    if user.status != ACTIVE:
        return False
    if proof.email != user.email:
        _change_email(session, user, proof.email)
        record(session, "email_changed", origin, user_id=user.id, actor_id=user.id)
    elif user.email_verified_at is None:
        user.touch()
        record(session, "email_verified", origin, user_id=user.id, actor_id=user.id)
    user.email_verified_at = clock.now()
    _forget(session, user, PROVE_EMAIL)
    return True


def reset_password(session: Session, proof: MailToken, password_hash: str, origin: Origin) -> bool:
    """Set the password and end all sessions; False if the address is no longer the user's."""
    user = lock_user(session, proof.user_id)
    if user.status != ACTIVE or proof.email != user.email:
        return False
    user.password_hash = password_hash
    user.password_changed_at = clock.now()
    if user.email_verified_at is None:
        user.email_verified_at = clock.now()
        user.touch()
    end_sessions(session, user.id)
    _forget(session, user, RESET_PASSWORD)
    record(session, "password_reset", origin, user_id=user.id, actor_id=user.id)
    return True


def purge_tokens(session: Session, *, limit: int) -> int:
    """Forget tokens that ended long ago; how many there were."""
    ripe = clock.now() - MAIL_TOKEN_RETENTION
    old = select(MailToken.digest).where(MailToken.expires_at < ripe).limit(limit)
    digests = session.scalars(old.with_for_update(skip_locked=True)).all()
    session.execute(delete(MailToken).where(MailToken.digest.in_(digests)))
    return len(digests)


def _mail(session: Session, user: User, email: str, purpose: str, page: str) -> None:
    now = clock.now()
    recent = select(func.count()).where(
        MailToken.user_id == user.id,
        MailToken.purpose == purpose,
        MailToken.created_at > now - MAIL_WINDOW,
    )
    if (session.scalar(recent) or 0) >= MAILS_PER_WINDOW:
        return
    token = tokens.new_mail_token()
    session.add(
        MailToken(
            digest=tokens.digest(token),
            purpose=purpose,
            user_id=user.id,
            email=email,
            expires_at=now + MAIL_TOKEN_LIFETIME[purpose],
        )
    )
    fact = _FACTS[purpose](
        request_id=uuid7(),
        user_id=user.id,
        email=email,
        name=user.name,
        token=token,
        link=f"{page}{token}" if page else None,
    )
    announce(session, fact)


def _change_email(session: Session, user: User, email: str) -> None:
    if session.scalar(select(exists().where(User.email == email, User.id != user.id))):
        raise EmailTaken("there is an account with this address already")
    user.email = email
    user.touch()
    _forget(session, user, RESET_PASSWORD)
    announce(
        session,
        EmailChanged(user_id=user.id, version=user.version, email=email, name=user.name),
    )


def _forget(session: Session, user: User, purpose: str) -> None:
    """Tokens that were mailed for the same, or to an address that no longer counts."""
    spent = update(MailToken).where(
        MailToken.user_id == user.id, MailToken.purpose == purpose, MailToken.used_at.is_(None)
    )
    session.execute(spent.values(used_at=clock.now()))
