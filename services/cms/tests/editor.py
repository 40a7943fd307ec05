"""An administrator who writes documents over HTTP, and a visitor who reads them."""

import time
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from libs import clock
from libs.http.fields import rfc3339


def page(text: str = "Words", **more: Any) -> dict[str, Any]:
    """A page's content."""
    block = {"type": "rich_text", "html": f"<p>{text}</p>"}
    return {"type": "page", "title": text, "blocks": [block]} | more


def homepage(title: str = "Welcome") -> dict[str, Any]:
    """A homepage's content."""
    return {
        "type": "homepage",
        "title": title,
        "blocks": [{"type": "hero", "heading": title}],
    }


def later(**delta: float) -> str:
    """A time from now, as JSON."""
    return rfc3339(clock.now() + timedelta(**delta))


class Editor:
    """Speaks HTTP as an administrator; `see` reads as anybody."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def call(self, method: str, path: str = "", json: Any = None, **headers: str) -> Any:
        """The response to a request below /cms/versions."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.open(
            f"/api/v1/cms/versions{path}",
            method=method,
            json=json,
            headers=self._headers | extra,
        )

    def draft(self, content: dict[str, Any], **place: str) -> str:
        """The path of a new draft."""
        if content["type"] == "page":
            place = {"slug": "about"} | place
        made = self.call("POST", "", {"content": content, **place})
        assert made.status_code == 201, made.json
        return f"/{made.json['id']}"

    def public(self, content: dict[str, Any], **place: str) -> str:
        """The path of a version that is public now."""
        path = self.draft(content, **place)
        published = self.call("POST", f"{path}/publish")
        assert published.status_code == 200, published.json
        return path

    def state(self, path: str) -> str:
        """The state of a version."""
        return str(self.call("GET", path).json["state"])

    def see(self, path: str, **headers: str) -> Any:
        """What a visitor gets below /cms."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.get(f"/api/v1/cms{path}", headers=extra)

    def await_title(self, path: str, title: str) -> None:
        """A publication reaches those who remember the former one within milliseconds."""
        until = time.monotonic() + 10
        while (seen := self.see(path).json["content"]["title"]) != title:
            assert time.monotonic() < until, f"still {seen}"
            time.sleep(0.002)
