"""What the demo's pages say: homepage, menu, footer, promises, terms."""

from pathlib import Path
from typing import Any

import msgspec

from libs.testing.shop_client import Shop

_FILE = Path(__file__).with_name("pages.json")


class Document(msgspec.Struct):
    """One document; pages have a slug."""

    content: dict[str, Any]
    slug: str | None = None


def publish(shop: Shop) -> int:
    """Write and publish what is missing; how many documents there are."""
    documents = msgspec.json.decode(_FILE.read_bytes(), type=list[Document])
    for document in documents:
        name = document.slug or document.content["type"]
        body = {"slug": document.slug, "content": document.content}
        draft = shop.post("/cms/versions", body, {"Idempotency-Key": f"demo-{name}"})
        shop.post(f"/cms/versions/{draft['id']}/publish", None)
    return len(documents)
