"""The only commit of the repository."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from libs.db.base import db
from libs.db.pool import autocommit

Hook = Callable[[Session], None]
_BEFORE, _AFTER = "before_commit", "after_commit"


@contextmanager
def transaction() -> Iterator[Session]:
    """A session on the current service's database; commits at the end, or leaves no trace.

    What `before_commit` registered is part of the transaction; what `after_commit` registered runs
    once the data is durable and must not fail.
    """
    with Session(db.engine, expire_on_commit=False) as session:
        with session.begin():
            yield session
            run_hooks(session, _BEFORE)
        run_hooks(session, _AFTER)


@contextmanager
def reading() -> Iterator[Session]:
    """A session for queries: each statement sees the newest committed data, nothing is locked."""
    with Session(db.engine, expire_on_commit=False) as session:
        autocommit(session.connection())
        yield session


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """A part of a transaction that may fail alone: what it wrote or announced goes."""
    kept = {name: list(value) for name, value in session.info.items() if isinstance(value, list)}
    try:
        with session.begin_nested():
            yield
    except BaseException:
        for value in session.info.values():
            if isinstance(value, list):
                value.clear()
        for name, value in kept.items():
            session.info.setdefault(name, []).extend(value)
        raise


def before_commit(session: Session, hook: Hook) -> None:
    """Run the hook once inside the transaction, just before it ends."""
    _register(session, _BEFORE, hook)


def after_commit(session: Session, hook: Hook) -> None:
    """Run the hook once after the commit; a rollback forgets it."""
    _register(session, _AFTER, hook)


def run_hooks(session: Session, when: str) -> None:
    """Run what was registered, in order, and forget it."""
    for hook in session.info.pop(when, ()):
        hook(session)


def _register(session: Session, when: str, hook: Hook) -> None:
    hooks: list[Hook] = session.info.setdefault(when, [])
    if hook not in hooks:
        hooks.append(hook)
