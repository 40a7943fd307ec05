"""What goes into recommendations over HTTP, and what comes out."""

from typing import get_args

import marshmallow as ma
from marshmallow import validate

from libs.http.fields import Id, MoneyField, QueryInteger, Schema, Text
from services.recommendations.queries.recommend import Reason


class RecommendationArgs(Schema):
    """What to recommend by: a product, a user, both, or nothing in particular."""

    product = Id("prd", load_default=None)
    user = Id("usr", load_default=None)
    limit = QueryInteger(minimum=1, maximum=50, load_default=10)


class RecommendationSchema(Schema):
    """A product that is sold, and why it is recommended; prices are its lowest."""

    id = Id("prd", required=True, attribute="product.id")
    slug = Text(required=True, attribute="product.slug")
    title = Text(required=True, attribute="product.title")
    prices = ma.fields.List(MoneyField(), required=True, attribute="product.prices")
    reason = ma.fields.String(required=True, validate=validate.OneOf(get_args(Reason)))


class RecommendationsSchema(Schema):
    """The best first."""

    data = ma.fields.List(ma.fields.Nested(RecommendationSchema), required=True)
