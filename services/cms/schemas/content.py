"""The content of each kind of document."""

import marshmallow as ma

from libs.http.fields import Link, Schema, Text, Variant
from services.cms.schemas.blocks import blocks
from services.cms.schemas.parts import LabelledLinkSchema, RichText, kind, several


class HomepageContentSchema(Schema):
    """What the shop's first page shows."""

    type = kind("homepage")
    title = Text(1, 200, strip=True, required=True)
    description = Text(1, 300)
    blocks = blocks()


class PageContentSchema(Schema):
    """A page of its own, such as the terms of sale."""

    type = kind("page")
    title = Text(1, 200, strip=True, required=True)
    description = Text(1, 300)
    blocks = blocks()


class MenuGroupSchema(LabelledLinkSchema):
    """An entry of the second level."""

    children = several(LabelledLinkSchema, 30)


class MenuEntrySchema(LabelledLinkSchema):
    """An entry of the first level."""

    children = several(MenuGroupSchema, 20)


class NavigationContentSchema(Schema):
    """The shop's menu, three levels deep."""

    type = kind("navigation")
    entries = several(MenuEntrySchema, 12, least=1, required=True)


class FooterColumnSchema(Schema):
    """Links below one heading."""

    heading = Text(1, 100, strip=True, required=True)
    links = several(LabelledLinkSchema, 20, least=1, required=True)


class FooterContentSchema(Schema):
    """What stands at the end of each page."""

    type = kind("footer")
    columns = several(FooterColumnSchema, 6, required=True)
    social = several(LabelledLinkSchema, 10)
    note = RichText(2000)


class GuaranteeSchema(Schema):
    """Something that the shop promises; `icon` is a name that the front end knows."""

    icon = Text(1, 40, required=True, validate=ma.validate.Regexp(r"[a-z0-9-]+\Z"))
    title = Text(1, 100, strip=True, required=True)
    text = Text(1, 300, required=True)
    url = Link()


class ServiceGuaranteesContentSchema(Schema):
    """What the shop promises."""

    type = kind("service_guarantees")
    guarantees = several(GuaranteeSchema, 12, least=1, required=True)


CONTENT: dict[str, type[Schema]] = {
    "homepage": HomepageContentSchema,
    "navigation": NavigationContentSchema,
    "footer": FooterContentSchema,
    "service_guarantees": ServiceGuaranteesContentSchema,
    "page": PageContentSchema,
}


def content() -> Variant:
    """The content of a document of any kind."""
    return Variant(CONTENT, required=True)
