"""Reads the words of notices."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from libs.db.page import Key, Page, fetch_page
from services.notifications.errors import TemplateNotFound
from services.notifications.models.messages import Template


def find_template(session: Session, key: str, channel: str, locale: str) -> Template | None:
    """The revision in use at that place."""
    statement = (
        _at(key, channel, locale)
        .where(Template.withdrawn_at.is_(None))
        .order_by(Template.revision.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def get_template(session: Session, key: str, channel: str, locale: str) -> Template:
    """The revision in use at that place. Refused with TemplateNotFound."""
    found = find_template(session, key, channel, locale)
    if found is None:
        raise TemplateNotFound("there is no such template")
    return found


def list_revisions(
    session: Session,
    *,
    key: str,
    channel: str,
    locale: str,
    cursor: str | None,
    limit: int,
) -> Page[Template]:
    """Every revision there was at that place, newest first, withdrawn ones included."""
    keys = [Key(Template.revision, "desc")]
    return fetch_page(session, _at(key, channel, locale), keys, cursor, limit)


def list_templates(session: Session, *, cursor: str | None, limit: int) -> Page[Template]:
    """The revision in use of every template."""
    newer = aliased(Template)
    outdated = (
        select(newer.id)
        .where(
            newer.key == Template.key,
            newer.channel == Template.channel,
            newer.locale == Template.locale,
            newer.revision > Template.revision,
            newer.withdrawn_at.is_(None),
        )
        .exists()
    )
    keys = [Key(Template.key), Key(Template.channel), Key(Template.locale)]
    statement = select(Template).where(Template.withdrawn_at.is_(None), ~outdated)
    return fetch_page(session, statement, keys, cursor, limit)


def _at(key: str, channel: str, locale: str) -> Select[Template]:
    return select(Template).where(
        Template.key == key, Template.channel == channel, Template.locale == locale
    )
