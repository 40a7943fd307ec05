"""What goes into recommendations over HTTP, and what comes out."""

from typing import Any

import marshmallow as ma

from libs.http.fields import Id, MoneyField, QueryInteger, Schema, Text


class RecommendationArgs(Schema):
    """What to recommend by: a product, or a user, or nothing in particular."""

    product = Id("prd", load_default=None)
    user = Id("usr", load_default=None)
    limit = QueryInteger(minimum=1, maximum=50, load_default=10)

    @ma.validates_schema
    def _one_subject(self, data: dict[str, Any], **_: Any) -> None:
        if data["product"] and data["user"]:
            raise ma.ValidationError("Name a product or a user, not both.")


class RecommendationSchema(Schema):
    """A product that is sold, and why it is recommended; prices are its lowest."""

    id = Id("prd", required=True, attribute="product.id")
    slug = Text(required=True, attribute="product.slug")
    title = Text(required=True, attribute="product.title")
    prices = ma.fields.List(MoneyField(), required=True, attribute="product.prices")
    reason = Text(required=True)


class RecommendationsSchema(Schema):
    """The best first."""

    data = ma.fields.List(ma.fields.Nested(RecommendationSchema), required=True)
