"""The operator's commands."""

import msgspec
import pytest
from sqlalchemy import text

from libs.db.transaction import transaction
from libs.ids import from_text, to_text, uuid7
from services.recommendations import cli
from services.recommendations.rules.places import POPULAR, for_user
from services.recommendations.store.lists import name
from services.recommendations.tests.shop import Shop, counted, rows


@pytest.fixture
def operator(monkeypatch, app, service_database, redis_url):
    """The environment of an operator on the test's database and store."""
    for variable, value in service_database("recommendations").items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("ARGOSY_RECOMMENDATIONS_REDIS_URL", redis_url)
    monkeypatch.setenv("ARGOSY_RECOMMENDATIONS_BASKET_PRODUCTS", "6")
    return monkeypatch


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop with something to count."""
    kitchen = uuid7()
    shop.sells("Mug", "Tea", "Bag", category=kitchen)
    shop.sells("Lamp", "Desk")
    shop.sold("Mug", "Tea", times=3)
    shop.sold("Lamp", "Desk", customer=uuid7())
    shop.visited("Mug", "Bag", "Lamp", user=uuid7())
    shop.keeps_up()
    return shop


def stored(redis) -> dict[bytes, object]:
    """All that stands in the store, but for when it was written."""
    values = {key: msgspec.json.decode(redis.get(key)) for key in redis.keys("rec:*")}
    return {
        key: value["items"] if isinstance(value, dict) else value for key, value in values.items()
    }


def damage() -> None:
    with transaction() as session:
        session.execute(text("UPDATE popularity SET weight = 99"))
        session.execute(text("DELETE FROM co_occurrence"))
        session.execute(text("DELETE FROM publication"))
        session.execute(text("UPDATE product SET score = 0"))


def test_a_rebuild_makes_the_same_counts_and_lists_from_scratch(operator, busy, redis, capsys):
    counts_before, lists_before = counted(), stored(redis)
    damage()
    redis.flushdb()

    code = cli.main(["rebuild"])

    assert (code, capsys.readouterr().out) == (
        0,
        "counted 10 pairs, made 7 lists, removed 0 that were left over\n",
    )
    assert counted() == counts_before
    assert stored(redis) == lists_before
    assert len(lists_before) == 8


def test_a_rebuild_may_be_repeated(operator, busy, redis):
    before = counted(), stored(redis)

    assert [cli.main(["rebuild"]) for _ in range(2)] == [0, 0]

    assert (counted(), stored(redis)) == before


def test_a_rebuild_counts_what_still_waits(operator, busy, redis):
    busy.sold("Desk", "Bag", times=3)

    cli.main(["rebuild"])

    assert busy.recommends(product=busy.product("Desk"), limit=1) == ["Bag"]


def test_a_rebuild_removes_lists_of_ours_that_belong_to_nothing_and_no_others(
    operator, busy, redis, capsys
):
    redis.set(f"rec:v1:argosy:product:{uuid7()}", b"stray")
    redis.set(f"rec:v1:ml:product:{uuid7()}", b"not ours")

    cli.main(["rebuild"])

    assert "removed 1 that" in capsys.readouterr().out
    assert len(redis.keys("rec:v1:ml:*")) == 1
    assert len(redis.keys("rec:v1:argosy:*")) == 8


def test_a_rebuild_without_a_store_counts_all_the_same(operator, busy, capsys):
    before = counted()
    damage()
    operator.setenv("ARGOSY_RECOMMENDATIONS_REDIS_URL", "")

    code = cli.main(["rebuild"])

    assert code == 0
    assert "there is no store" in capsys.readouterr().out
    assert counted() == before
    assert rows("SELECT count(*) FROM product WHERE score > 0") == [(5,)]


def test_mock_lists_are_shown_like_those_of_an_ml_team(operator, busy, redis, issuer, capsys):
    user = to_text("usr", uuid7())

    code = cli.main(["mock", "--user", user, "--hours", "2"])

    assert (code, capsys.readouterr().out) == (0, "wrote 7 mock lists as ml, gone in 2 h\n")
    key = name("ml", for_user(from_text("usr", user)))
    assert msgspec.json.decode(redis.get(key))["model"] == "mock"
    assert 0 < redis.ttl(name("ml", POPULAR)) <= 7200
    found = busy.reasons(issuer.user(from_text("usr", user)), user=user)
    assert set(found.values()) == {"personal"}


def test_mock_lists_are_the_same_every_time(operator, busy, redis):
    cli.main(["mock"])
    before = stored(redis)

    cli.main(["mock"])

    assert stored(redis) == before


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("ARGOSY_RECOMMENDATIONS_REDIS_URL", "redis://127.0.0.1:1/0", "the store of recomm"),
        ("ARGOSY_RECOMMENDATIONS_DATABASE_URL", "", "ARGOSY_RECOMMENDATIONS_DATABASE_URL is no"),
        (
            "ARGOSY_RECOMMENDATIONS_DATABASE_URL",
            "postgresql://nobody@127.0.0.1:1/recommendations",
            "the database of recommendations refused: connection to server",
        ),
        ("ARGOSY_RECOMMENDATIONS_WRITERS", "ML:TEAM", "ARGOSY_RECOMMENDATIONS_WRITERS is not"),
    ],
)
@pytest.mark.parametrize("command", ["rebuild", "mock"])
def test_what_is_wrong_is_one_sentence(operator, busy, capsys, command, variable, value, sentence):
    operator.setenv(variable, value)

    code = cli.main([command])

    error = capsys.readouterr().err
    assert code == 1
    assert error.startswith(sentence)
    assert error.count("\n") == 1


def test_mock_lists_need_a_store_and_products(operator, shop, capsys):
    assert cli.main(["mock"]) == 1
    assert capsys.readouterr().err == "no product is known yet; sell some first\n"
    operator.setenv("ARGOSY_RECOMMENDATIONS_REDIS_URL", "")

    assert cli.main(["mock"]) == 1

    assert capsys.readouterr().err == "ARGOSY_RECOMMENDATIONS_REDIS_URL is not set\n"
