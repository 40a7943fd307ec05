"""Whose path it is: words before wildcards, long before short."""

import pytest

from libs.http.prefixes import Prefixes

OWNERS = Prefixes(
    {
        "/api/products": "catalog",
        "/api/products/*/reviews": "reviews",
        "/api/products/search/reviews": "search",
        "/api/*/reviews": "others",
    }
)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/api/products", "catalog"),
        ("/api/products/mug", "catalog"),
        ("/api/products/mug/revisions", "catalog"),
        ("/api/products/mug/reviews", "reviews"),
        ("/api/products/mug/reviews/first", "reviews"),
        ("/api/products/*/reviews", "reviews"),
        ("/api/products/search/reviews", "search"),
        ("/api/carts/reviews", "others"),
    ],
)
def test_the_longest_prefix_has_the_path_and_words_go_before_wildcards(path: str, owner: str):
    assert OWNERS.find(path) == owner


@pytest.mark.parametrize("path", ["", "/", "/api", "/api/productsandmore", "/api//products", "api"])
def test_other_paths_are_nobodys(path: str):
    assert OWNERS.find(path) is None


def test_without_prefixes_no_path_has_an_owner():
    assert Prefixes[str]({}).find("/api/products") is None
