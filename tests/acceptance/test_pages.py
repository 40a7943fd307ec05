"""What editors publish: homepage, navigation, footer, guarantees."""

from typing import Any

from tests.end_to_end.shop import Shop

LINK = {"label": "Tents", "url": "/tents"}


def _published(shop: Shop, content: dict[str, Any]) -> None:
    """Draft it and make it public."""
    draft = shop.admin.post("/cms/versions", {"content": content}).expect(201)
    path = f"/cms/versions/{draft['id']}/publish"
    shop.admin.post(path, If_Match=f'"{draft["version"]}"').expect(200)


def test_row_030_the_current_homepage_is_shown_and_only_once_it_is_published(shop):
    content = {
        "type": "homepage",
        "title": "Welcome",
        "blocks": [{"type": "rich_text", "html": "<p>Hello<script>alert(1)</script></p>"}],
    }
    shop.admin.post("/cms/versions", {"content": content | {"title": "Draft"}}).expect(201)

    _published(shop, content)
    shown = shop.guest().at("GET", "/api/v1/cms/queries/homepage/current/")

    assert shown.expect(200)["content"]["title"] == "Welcome"
    assert "<script" not in str(shown.body)
    again = shop.guest().get("/cms/homepage/current", If_None_Match=shown.headers["ETag"])
    assert again.status == 304
    assert shop.customer().post("/cms/versions", {"content": content}).status == 403


def test_row_031_the_current_navigation_is_shown(shop):
    _published(shop, {"type": "navigation", "entries": [LINK]})

    shown = shop.guest().at("GET", "/api/v1/cms/queries/navigation/current/").expect(200)

    assert "Tents" in str(shown["content"])


def test_row_032_the_current_footer_is_shown(shop):
    columns = [{"heading": "Help", "links": [LINK]}]
    _published(shop, {"type": "footer", "columns": columns, "note": "Since 1851"})

    shown = shop.guest().at("GET", "/api/v1/cms/queries/footer/current/").expect(200)

    assert shown["content"]["columns"][0]["heading"] == "Help"


def test_row_033_service_guarantees_are_shown(shop):
    guarantee = {"icon": "truck", "title": "Free shipping", "text": "From 50 EUR"}
    _published(shop, {"type": "service_guarantees", "guarantees": [guarantee]})

    shown = shop.guest().at("GET", "/api/v1/cms/queries/service-guarantees/").expect(200)

    assert "Free shipping" in str(shown["content"])
