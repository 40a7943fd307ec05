"""A shop without a place for images."""

from typing import Any

from services.catalog.tests.test_image_file import picture


def test_images_are_refused_where_there_is_no_place_for_them(
    client: Any, admin: dict[str, str], mug: str
) -> None:
    body = {"content_type": "image/png", "size": len(picture())}

    answer = client.post(f"{mug}/images", json=body, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (409, "catalog.no_images")
    assert client.get("/api/v1/media/images/x").status_code == 404
