"""Nothing is left of a customer who wants to be forgotten."""

from libs.db.transaction import reading, transaction
from libs.ids import to_text, uuid7
from libs.privacy import Person
from services.recommendations.commands import privacy
from services.recommendations.rules.places import for_user
from services.recommendations.store.lists import name
from services.recommendations.tests.shop import counted, counts_of_baskets, rows

ADA, EVE = uuid7(), uuid7()
TRACES = """
    SELECT user_id FROM basket WHERE user_id = :user
    UNION ALL SELECT user_id FROM interaction WHERE user_id = :user
"""


def erase(user_id) -> None:
    with transaction() as session:
        privacy.erase_customer(session, Person(user_id, ()))


def visit_shop(shop) -> None:
    shop.sells("Mug", "Tea", "Bag")
    shop.sold("Mug", "Tea", customer=ADA)
    shop.visited("Tea", "Bag", user=ADA)
    shop.sold("Mug", "Tea", customer=EVE)
    shop.keeps_up()
    shop.visited("Bag", user=ADA)


def test_an_erased_customer_has_no_history_and_no_part_in_any_count(shop):
    visit_shop(shop)

    erase(ADA)

    assert rows(TRACES, user=ADA) == []
    assert counted() == counts_of_baskets()
    assert len(counted()[0]) == 2
    assert len(rows(TRACES, user=EVE)) == 1


def test_what_arrives_of_an_erased_customer_later_is_not_kept(shop):
    visit_shop(shop)
    erase(ADA)
    before = counted()

    shop.sold("Mug", "Bag", customer=ADA)
    shop.visited("Bag", user=ADA)
    shop.keeps_up()

    assert rows(TRACES, user=ADA) == []
    assert counted() == before


def test_erasing_twice_is_erasing_once(shop):
    visit_shop(shop)
    erase(ADA)
    before = counted()

    erase(ADA)

    assert counted() == before


def test_lists_for_an_erased_customer_go_whoever_wrote_them(shop, redis):
    visit_shop(shop)
    for writer in ("ml", "argosy"):
        redis.set(name(writer, for_user(ADA)), b"{}")
        redis.set(name(writer, for_user(EVE)), b"{}")

    erase(ADA)
    shop.keeps_up()

    assert redis.exists(name("ml", for_user(ADA)), name("argosy", for_user(ADA))) == 0
    assert redis.exists(name("ml", for_user(EVE)), name("argosy", for_user(EVE))) == 2
    assert rows("SELECT key FROM publication WHERE kind = 'user'") == []


def test_lists_are_made_anew_without_the_erased_customer(shop, issuer):
    visit_shop(shop)
    assert "Bag" in shop.reasons(product=shop.product("Tea"))

    erase(ADA)
    shop.keeps_up()

    found = shop.reasons(product=shop.product("Tea"))
    assert [title for title, reason in found.items() if reason == "related"] == ["Mug"]
    assert shop.reasons(issuer.user(ADA), user=to_text("usr", ADA))["Mug"] == "popular"


def test_a_customer_is_told_all_that_is_known_of_them(shop):
    visit_shop(shop)

    with reading() as session:
        known = privacy.collect_customer(session, Person(ADA, ()))["history"]

    assert [(shop.name(one["product_id"]), one["weight"]) for one in known].count(("Mug", 5)) == 1
    assert len(known) == 5


def test_erasing_somebody_unknown_changes_nothing(shop):
    visit_shop(shop)
    before = counted()

    erase(uuid7())

    assert counted() == before
