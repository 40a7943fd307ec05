"""Sales by period, product, category and customer. Amounts of one row are of one currency.

Sales count when the order was confirmed, refunds when they were made; `net` is the one less the
other. Shipping belongs to an order, not to any of its lines.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from services.reports.queries.report import Report

_SOLD = """
    FROM {} s
    WHERE s.generation = (SELECT current FROM projection)
      AND s.confirmed_at >= :start AND s.confirmed_at < :end
      AND (CAST(:currency AS text) IS NULL OR s.currency = :currency)
"""
_PAID_BACK = """
    FROM refund r
    WHERE r.generation = (SELECT current FROM projection)
      AND r.refunded_at >= :start AND r.refunded_at < :end
      AND (CAST(:currency AS text) IS NULL OR r.currency = :currency)
"""
# Every line that was sold or came back in the range, as one row.
_LINES = f"""
    paid_back AS (SELECT r.* {_PAID_BACK}),
    line AS (
        SELECT s.product_id, s.currency, s.order_id, s.title, s.quantity AS pieces,
            s.total_minor, 0::bigint AS returned, 0::bigint AS refunded_minor
        {_SOLD.format("sale_line")}
        UNION ALL
        SELECT l.product_id, r.currency, NULL, l.title, 0, 0, b.quantity, b.amount_minor
        FROM paid_back r JOIN refund_line b USING (generation, return_id)
        JOIN sale_line l ON l.generation = r.generation AND l.order_id = r.order_id
            AND l.position = b.position
    )
"""  # noqa: S608  # constants of this module


class PeriodSales(msgspec.Struct, frozen=True):
    """What was sold in a day, a week or a month."""

    period: date
    currency: str
    orders: int
    pieces: int
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int
    returns: int
    refunded_minor: int
    net_minor: int


class ProductSales(msgspec.Struct, frozen=True):
    """What was sold of a product, shipping left out."""

    product_id: UUID
    name: str
    currency: str
    orders: int
    pieces: int
    total_minor: int
    returned: int
    refunded_minor: int
    net_minor: int


class CategorySales(msgspec.Struct, frozen=True):
    """What was sold of a category's products; the slug is empty for products without any."""

    slug: str
    name: str
    currency: str
    orders: int
    pieces: int
    total_minor: int
    returned: int
    refunded_minor: int
    net_minor: int


class CustomerSales(msgspec.Struct, frozen=True):
    """What a customer bought; all guests together are the one without an identifier."""

    customer: str
    customer_id: UUID | None
    currency: str
    orders: int
    total_minor: int
    returns: int
    refunded_minor: int
    net_minor: int
    first_order_at: datetime | None
    last_order_at: datetime | None


SALES_BY_PERIOD = Report(
    "sales",
    PeriodSales,
    f"""
    WITH entry AS (
        SELECT s.confirmed_at AS at, s.currency, 1 AS orders, 0::bigint AS pieces,
            s.subtotal_minor, s.discount_minor, s.shipping_minor, s.tax_minor,
            s.included_tax_minor, s.total_minor, 0 AS returns, 0::bigint AS refunded_minor
        {_SOLD.format("sale")}
        UNION ALL
        SELECT s.confirmed_at, s.currency, 0, s.quantity, 0, 0, 0, 0, 0, 0, 0, 0
        {_SOLD.format("sale_line")}
        UNION ALL
        SELECT r.refunded_at, r.currency, 0, 0, 0, 0, 0, 0, 0, 0, 1, r.amount_minor
        {_PAID_BACK}
    )
    SELECT (CAST(:days AS date[]))[width_bucket(at, CAST(:starts AS timestamptz[]))] AS period,
        currency, sum(orders)::bigint AS orders, sum(pieces)::bigint AS pieces,
        sum(subtotal_minor)::bigint AS subtotal_minor,
        sum(discount_minor)::bigint AS discount_minor,
        sum(shipping_minor)::bigint AS shipping_minor, sum(tax_minor)::bigint AS tax_minor,
        sum(included_tax_minor)::bigint AS included_tax_minor,
        sum(total_minor)::bigint AS total_minor, sum(returns)::bigint AS returns,
        sum(refunded_minor)::bigint AS refunded_minor,
        sum(total_minor - refunded_minor)::bigint AS net_minor
    FROM entry GROUP BY period, currency
    """,  # noqa: S608  # constants of this module
    ("period", "currency"),
)

PRODUCTS = Report(
    "products",
    ProductSales,
    f"""
    WITH {_LINES}
    SELECT line.product_id, coalesce(max(p.name), max(line.title)) AS name, currency,
        count(DISTINCT order_id) AS orders, sum(pieces)::bigint AS pieces,
        sum(total_minor)::bigint AS total_minor, sum(returned)::bigint AS returned,
        sum(refunded_minor)::bigint AS refunded_minor,
        sum(total_minor - refunded_minor)::bigint AS net_minor
    FROM line LEFT JOIN product p
        ON p.generation = (SELECT current FROM projection) AND p.id = line.product_id
    GROUP BY line.product_id, currency
    """,  # noqa: S608  # constants of this module
    ("currency", "product_id"),
)

SALES_BY_CATEGORY = Report(
    "sales-by-category",
    CategorySales,
    f"""
    WITH {_LINES}
    SELECT coalesce(c.slug, '') AS slug, coalesce(max(c.name), '') AS name, currency,
        count(DISTINCT order_id) AS orders, sum(pieces)::bigint AS pieces,
        sum(total_minor)::bigint AS total_minor, sum(returned)::bigint AS returned,
        sum(refunded_minor)::bigint AS refunded_minor,
        sum(total_minor - refunded_minor)::bigint AS net_minor
    FROM line
    LEFT JOIN product p
        ON p.generation = (SELECT current FROM projection) AND p.id = line.product_id
    LEFT JOIN category c ON c.generation = p.generation AND c.id = p.category_id
    GROUP BY coalesce(c.slug, ''), currency
    """,  # noqa: S608  # constants of this module
    ("currency", "slug"),
)

CUSTOMERS = Report(
    "customers",
    CustomerSales,
    f"""
    WITH entry AS (
        SELECT s.customer_id, s.currency, 1 AS orders, s.total_minor, 0 AS returns,
            0::bigint AS refunded_minor, s.confirmed_at
        {_SOLD.format("sale")}
        UNION ALL
        SELECT s.customer_id, r.currency, 0, 0, 1, r.amount_minor, NULL
        FROM (SELECT r.* {_PAID_BACK}) r JOIN sale s USING (generation, order_id)
    )
    SELECT coalesce(customer_id::text, '') AS customer, customer_id, currency,
        sum(orders)::bigint AS orders, sum(total_minor)::bigint AS total_minor,
        sum(returns)::bigint AS returns, sum(refunded_minor)::bigint AS refunded_minor,
        sum(total_minor - refunded_minor)::bigint AS net_minor,
        min(confirmed_at) AS first_order_at, max(confirmed_at) AS last_order_at
    FROM entry GROUP BY customer_id, currency
    """,  # noqa: S608  # constants of this module
    ("currency", "customer"),
)
