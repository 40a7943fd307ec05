"""Addresses that change and that are erased, and the first texts of what proves them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_HELLO = "Hello{% if name %} {{ name }}{% endif %},"
_LINK = "{% if link %}{{ link }}{% else %}Your code: {{ token }}{% endif %}"
_HTML_LINK = (
    '{% if link %}<p><a href="{{ link }}">{{ link }}</a></p>'
    "{% else %}<p>Your code: {{ token }}</p>{% endif %}"
)
_PROVE = "please confirm that this is your mail address."
_RESET = "somebody, we hope you, wants to set a new password for your account."
_IGNORE = "If it was not you, there is nothing to do."
_CHANGED = "your account now uses the mail address {{ email }}. If it was not you, write to us."
_TEXTS = (
    (
        "email_verification",
        "email",
        "Confirm your mail address",
        f"{_HELLO}\n\n{_PROVE}\n\n{_LINK}\n\n{_IGNORE}\n",
        f"<p>{_HELLO}</p><p>{_PROVE}</p>{_HTML_LINK}<p>{_IGNORE}</p>",
    ),
    (
        "password_reset",
        "email",
        "Set a new password",
        f"{_HELLO}\n\n{_RESET}\n\n{_LINK}\n\n{_IGNORE}\n",
        f"<p>{_HELLO}</p><p>{_RESET}</p>{_HTML_LINK}<p>{_IGNORE}</p>",
    ),
    (
        "email_changed",
        "in_app",
        "Your mail address has changed",
        "Your account now uses the mail address {{ email }}.",
        None,
    ),
    (
        "email_changed",
        "email",
        "Your mail address has changed",
        f"{_HELLO}\n\n{_CHANGED}\n",
        f"<p>{_HELLO}</p><p>{_CHANGED}</p>",
    ),
)


def upgrade() -> None:
    """Let an address be erased, and add the first revision of each template."""
    op.execute(
        """
        ALTER TABLE contact
            ALTER COLUMN email DROP NOT NULL,
            ADD COLUMN erased boolean NOT NULL DEFAULT false,
            ADD CONSTRAINT ck_contact_erased CHECK (erased = (email IS NULL))
        """
    )
    names = ("key", "channel", "subject", "body", "html")
    insert = sa.text(
        "INSERT INTO template (key, channel, locale, revision, subject, body, html)"
        " VALUES (:key, :channel, 'en', 1, :subject, :body, :html)"
    )
    for row in _TEXTS:
        op.execute(insert.bindparams(**dict(zip(names, row, strict=True))))
