"""Announces, uploads and finishes images of one product, as a client does."""

from typing import Any

import urllib3

from libs import ids
from libs.contracts.catalog import WorkImage
from services.catalog import tasks


class Studio:
    """Announces, uploads and finishes images of one product."""

    def __init__(self, client: Any, admin: dict[str, str], product: str) -> None:
        self.client = client
        self.admin = admin
        self.product = product

    def announce(self, data: bytes, **changes: Any) -> Any:
        body = {"content_type": "image/png", "size": len(data), "alt": "A mug"} | changes
        return self.client.post(f"{self.product}/images", json=body, headers=self.admin)

    def hand_in(self, upload: dict[str, Any], data: bytes) -> int:
        """As any HTTP client does, without our token."""
        headers = upload["headers"]
        if upload["url"].startswith("/"):
            answer = self.client.put(upload["url"], data=data, headers=headers)
            return int(answer.status_code)
        request = urllib3.request(
            upload["method"], upload["url"], body=data, headers=headers, timeout=10.0
        )
        return request.status

    def complete(self, image_id: str) -> Any:
        return self.client.post(f"{self.product}/images/{image_id}/complete", headers=self.admin)

    def work(self, image_id: str) -> None:
        tasks.work_image(WorkImage(image_id=ids.from_text("img", image_id)))

    def add(self, data: bytes, **changes: Any) -> str:
        """From the announcement to the shop window."""
        announced = self.announce(data, **changes).json
        assert self.hand_in(announced["upload"], data) in (200, 204)
        assert self.complete(announced["id"]).status_code == 202
        self.work(announced["id"])
        return str(announced["id"])

    def shown(self) -> list[dict[str, Any]]:
        answer = self.client.get(self.product).json["images"]
        assert isinstance(answer, list)
        return answer

    def fetch(self, url: str) -> bytes | None:
        if url.startswith("/"):
            answer = self.client.get(url)
            return answer.data if answer.status_code == 200 else None
        found = urllib3.request("GET", url, timeout=10.0)
        return found.data if found.status == 200 else None
