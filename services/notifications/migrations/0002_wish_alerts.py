"""Addresses of users, and the first texts of what customers wait for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXTS = (
    (
        "back_in_stock",
        "in_app",
        "{{ title }} is back in stock",
        "You can buy {{ title }} again.",
        None,
    ),
    (
        "back_in_stock",
        "email",
        "{{ title }} is back in stock",
        "Hello,\n\n{{ title }} from your wishlist is back in stock.\n",
        "<p>Hello,</p><p>{{ title }} from your wishlist is back in stock.</p>",
    ),
    (
        "price_drop",
        "in_app",
        "{{ title }} now costs {{ price }}",
        "The price of {{ title }} has dropped to {{ price }}.",
        None,
    ),
    (
        "price_drop",
        "email",
        "{{ title }} now costs {{ price }}",
        "Hello,\n\nthe price of {{ title }} from your wishlist has dropped to {{ price }}.\n",
        "<p>Hello,</p>"
        "<p>the price of {{ title }} from your wishlist has dropped to {{ price }}.</p>",
    ),
)


def upgrade() -> None:
    """Create the table, known addresses in it, and the first revision of each template."""
    op.execute(
        """
        CREATE TABLE contact (
            user_id uuid CONSTRAINT pk_contact PRIMARY KEY,
            email text NOT NULL
        )
        """
    )
    op.execute(
        """
        INSERT INTO contact (user_id, email)
        SELECT user_id, address FROM message
        WHERE template = 'welcome' AND channel = 'email' AND user_id IS NOT NULL
        ON CONFLICT DO NOTHING
        """
    )
    names = ("key", "channel", "subject", "body", "html")
    insert = sa.text(
        "INSERT INTO template (key, channel, locale, revision, subject, body, html)"
        " VALUES (:key, :channel, 'en', 1, :subject, :body, :html)"
    )
    for row in _TEXTS:
        op.execute(insert.bindparams(**dict(zip(names, row, strict=True))))
