"""The shop's side of a price, read in one statement."""

from collections.abc import Sequence

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.carts.models.cart import CartState
from services.carts.rules.pricing import Rules
from services.carts.rules.shipping import ANY

_RULES = Statement(
    """
    SELECT json_build_object(
        'promotions', coalesce((
            SELECT json_agg(found.rule || jsonb_build_object(
                'codes', found.codes, 'budget_left_minor', b.left_minor))
            FROM (
                SELECT id, rule, ARRAY[]::text[] AS codes FROM promotion WHERE active AND automatic
                UNION ALL
                SELECT p.id, p.rule, array_agg(c.code)
                FROM promotion_code c JOIN promotion p ON p.id = c.promotion_id
                WHERE c.code = ANY ($1::text[]) AND c.usable AND p.active AND NOT p.automatic
                GROUP BY p.id
            ) AS found LEFT JOIN promotion_budget b ON b.promotion_id = found.id
        ), '[]'),
        'tax_rates', coalesce((
            SELECT json_agg(json_build_object('category', category, 'country', country,
                'rate_basis_points', rate_basis_points, 'inclusive', inclusive))
            FROM tax_rate WHERE country = ANY ($2::text[])
        ), '[]'),
        'shipping_methods', coalesce((
            SELECT json_agg(json_build_object('code', code, 'name', name, 'position', position,
                'rates', rates))
            FROM shipping_method WHERE active
        ), '[]'),
        'customers', coalesce((
            SELECT json_object_agg(u.id, json_build_object('groups', coalesce(g.groups, '{}'),
                'ordered', o.user_id IS NOT NULL))
            FROM unnest($3::uuid[]) AS u (id)
            LEFT JOIN customer_groups g ON g.user_id = u.id
            LEFT JOIN first_order o ON o.user_id = u.id
                AND (o.lease_until IS NULL OR o.lease_until >= clock_timestamp())
        ), '{}')
    )::text
    """
)
_decoder = msgspec.json.Decoder(Rules)


def find_rules(session: Session, carts: Sequence[CartState]) -> Rules:
    """All that can matter for these carts: promotions, tax in their countries, active methods,
    whose they are."""
    coupons = {code for cart in carts for code in cart.coupons}
    countries = {ANY} | {cart.country for cart in carts if cart.country is not None}
    users = {cart.user_id for cart in carts if cart.user_id is not None}
    row = _RULES.first(session, sorted(coupons), sorted(countries), sorted(users))
    return _decoder.decode(row[0]) if row else Rules()
