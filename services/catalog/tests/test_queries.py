"""What lists find, in which order."""

import pytest

from libs.db.transaction import reading
from libs.money import Money
from services.catalog.errors import ProductNotFound
from services.catalog.queries import products as queries
from services.catalog.queries.criteria import Criteria
from services.catalog.queries.products import get_product, list_products
from services.catalog.tests.shop import Shop, variant


def priced(shop: Shop, **amounts: int) -> None:
    """Products of these names and prices in cents."""
    for name, amount in amounts.items():
        shop.add(name, variant(name, Money(amount, "EUR")))


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["Bowl", "cup", "Mug"]),
        ("-name", ["Mug", "cup", "Bowl"]),
        ("price", ["cup", "Mug", "Bowl"]),
        ("-price", ["Bowl", "Mug", "cup"]),
        ("created_at", ["Mug", "cup", "Bowl"]),
        ("-created_at", ["Bowl", "cup", "Mug"]),
        (None, ["Bowl", "cup", "Mug"]),
    ],
)
def test_a_list_has_the_asked_order(shop: Shop, sort: str, names: list[str]) -> None:
    priced(shop, Mug=200, cup=100, Bowl=300)

    assert shop.names(sort=sort) == names


def test_a_page_turned_backwards_has_the_same_order(shop: Shop) -> None:
    priced(shop, A=100, B=100, C=100, D=200)
    with reading() as session:
        first = list_products(session, Criteria(sort="-price"), cursor=None, limit=3)
        last = list_products(session, Criteria(sort="-price"), cursor=first.next, limit=3)

        back = list_products(session, Criteria(sort="-price"), cursor=last.prev, limit=3)

    assert [card.name for card in back.items] == [card.name for card in first.items]
    assert [card.name for card in first.items + last.items] == ["D", "C", "B", "A"]


def test_the_price_of_a_product_is_its_cheapest_variants(shop: Shop) -> None:
    large = variant("L", Money(900, "EUR"), options={"size": "L"})
    small = variant("S", Money(500, "EUR"), options={"size": "S"})
    product_id = shop.add("Mug", large, small)

    assert shop.card(product_id).price == Money(500, "EUR")
    assert shop.names(price_lte=500) == ["Mug"]
    assert shop.names(price_lte=499) == []
    assert shop.names(price_gte=501) == []


def test_a_currency_shows_only_what_is_sold_in_it_at_its_price(shop: Shop) -> None:
    shop.add("Mug", variant("M", Money(1000, "EUR"), Money(1200, "USD")))
    shop.add("Cup", variant("C", Money(500, "EUR")))

    with reading() as session:
        (card,) = list_products(session, Criteria(currency="USD"), cursor=None, limit=20).items

    assert (card.name, card.price) == ("Mug", Money(1200, "USD"))
    assert card.variants[0].price == Money(1200, "USD")
    assert shop.names(currency="USD", price_lte=1100) == []


def test_a_variant_not_sold_in_the_currency_has_no_price(shop: Shop) -> None:
    shop.add(
        "Mug",
        variant("A", Money(1, "EUR"), Money(2, "USD"), options={"n": "1"}),
        variant("B", Money(3, "EUR"), options={"n": "2"}),
    )

    with reading() as session:
        (card,) = list_products(session, Criteria(currency="USD"), cursor=None, limit=20).items

    assert [v.price for v in card.variants] == [Money(2, "USD"), None]


def test_a_category_includes_its_subtree(shop: Shop) -> None:
    home = shop.category("Home")
    mugs = shop.category("Mugs", home)
    shop.add("Lamp", category=home)
    shop.add("Mug", category=shop.category("Blue", mugs))
    shop.add("Tree", category=shop.category("Garden"))

    assert shop.names(category="home", sort="name") == ["Lamp", "Mug"]
    assert shop.names(category="mugs") == ["Mug"]
    assert shop.names(category="none") == []


def test_a_product_follows_its_own_move_at_once(shop: Shop) -> None:
    shop.category("Home")
    shop.category("Garden")
    product_id = shop.add("Mug", category="home")

    shop.change(product_id, category="garden")

    assert (shop.names(category="home"), shop.names(category="garden")) == ([], ["Mug"])


def test_a_brand_narrows_a_list(shop: Shop) -> None:
    shop.add("Mug", brand=shop.brand("Acme"))
    shop.add("Cup", brand=shop.brand("Ajax"))

    assert shop.names(brand="acme") == ["Mug"]
    assert shop.names(brand="none") == []
    assert shop.names(brand="acme", price_gte=1001) == []


def test_stock_narrows_a_list_as_inventory_tells(shop: Shop) -> None:
    mug, _ = shop.add("Mug"), shop.add("Cup")
    piece = shop.card(mug).variants[0].id

    shop.supply({piece: 1})
    with_one = shop.names(in_stock=True), shop.names(in_stock=False)
    shop.supply({piece: 0})

    assert with_one == (["Mug"], ["Cup"])
    assert shop.names(in_stock=True) == []


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("mug", ["Blue Mugs", "Cup"]),
        ("MUGS", ["Blue Mugs", "Cup"]),
        ("blue mug", ["Blue Mugs"]),
        ("mug blue", ["Blue Mugs"]),
        ("acme", ["Blue Mugs"]),
        ("BM-77", ["Blue Mugs"]),
        ("bm 77", ["Blue Mugs"]),
        ("türkis", ["Blue Mugs"]),
        ("TÜRK", ["Blue Mugs"]),
        ("turquoise", ["Blue Mugs"]),
        ("blu", ["Blue Mugs"]),
        ("bl", []),
        ("nothing", []),
        ("!!!", []),
    ],
)
def test_a_search_finds_all_words_and_ranks_names_first(
    shop: Shop, q: str, names: list[str]
) -> None:
    shop.add("Cup", description="Not a mug")
    item = variant("BM-77", options={"color": "turquoise/türkis"})
    shop.add("Blue Mugs", item, brand=shop.brand("Acme"))

    assert shop.names(q=q) == names


def test_a_search_can_be_narrowed_and_sorted(shop: Shop) -> None:
    shop.category("Blue", shop.category("Home"))
    shop.add("Mug A", variant("A", Money(300, "EUR")), category="blue")
    shop.add("Mug B", variant("B", Money(200, "EUR")), category="home")
    shop.add("Mug C", variant("C", Money(100, "EUR")))

    assert shop.names(q="mug", category="home", sort="price") == ["Mug B", "Mug A"]
    assert shop.names(q="mug", price_lte=200, sort="-price") == ["Mug B", "Mug C"]


def test_pages_of_a_search_follow_each_other(shop: Shop) -> None:
    for number in range(5):
        shop.add(f"Mug {number}", description="mug " * number)

    with reading() as session:
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = list_products(session, Criteria(q="mug"), cursor=cursor, limit=2)
            seen += [card.name for card in page.items]
            cursor = page.next

    assert cursor is None
    assert sorted(seen) == [f"Mug {number}" for number in range(5)]


def test_a_search_ranks_a_bounded_number_of_matches(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_RANKED", 2)
    for number in range(3):
        shop.add(f"Mug {number}")

    assert len(shop.names(q="mug")) == 2


def test_a_renamed_brand_is_found_by_its_new_name(shop: Shop) -> None:
    shop.add("Mug", brand=shop.brand("Acme"))
    shop.rename_brand("acme", "Zenith")

    before = shop.names(q="zenith")
    refreshed = shop.refresh_listings()

    assert (before, refreshed) == ([], 1)
    assert (shop.names(q="zenith"), shop.names(q="acme")) == (["Mug"], [])
    assert shop.refresh_listings() == 0


def test_a_hidden_product_is_as_good_as_none(shop: Shop) -> None:
    product_id = shop.add("Mug", status="inactive")

    with reading() as session, pytest.raises(ProductNotFound):
        get_product(session, product_id)
    assert shop.card(product_id).name == "Mug"
