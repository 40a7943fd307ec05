"""Clicks of three layouts become events: read to the cent, moved to now, each counted once."""

import lzma
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.ids import to_text, uuid7
from tools.clickstream.feed import Outcome, events_of
from tools.clickstream.rows import Clicks, UnusableFile, read
from tools.clickstream.shelves import products_csv, slug_of

REES46 = "event_time,event_type,product_id,category_id,category_code,brand,price,user_session"
VIEW = "2021-01-01 00:51:16 UTC,view,4101564,21,computers.video_cards,gigabyte,481.54,304938"
ESHOP = (
    "year;month;day;order;country;session ID;page 1 (main category);page 2 (clothing model);price"
)
NOW = datetime(2026, 1, 10, 1, tzinfo=UTC)


def written(path: Path, *lines: str) -> Clicks:
    path.write_bytes(lzma.compress("\n".join(lines).encode()))
    return read(path)


def sent(clicks: Clicks) -> list[dict[str, object]]:
    products = {slug_of(clicks.shop, click): to_text("prd", uuid7()) for click in clicks.rows}
    return events_of(clicks, products, NOW)


def test_an_event_of_rees46_is_read(tmp_path):
    (click,) = written(tmp_path / "x.csv.xz", REES46, VIEW.replace("view", "cart")).rows

    assert (click.kind, click.code, click.price) == ("add_to_cart", "4101564", 48154)
    assert click.at == datetime(2021, 1, 1, 0, 51, 16, tzinfo=UTC)
    assert (click.category, click.brand) == (("Computers", "Video cards"), "gigabyte")


def test_the_shop_with_users_is_told_from_the_one_without(tmp_path):
    clicks = written(tmp_path / "x.csv.xz", f"{REES46},user_id", f"{VIEW},541312140")

    assert clicks.shop == "multi"


def test_clicks_of_a_visit_without_times_follow_each_other(tmp_path):
    lines = [f"2008;7;1;{order};9;17032;2;B4;52" for order in (1, 2)]

    first, second = written(tmp_path / "x.csv.xz", ESHOP, *lines).rows

    assert second.at - first.at == timedelta(seconds=1)
    assert (first.category, first.price) == (("Maternity", "Skirts"), 5200)


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("view", "stare", "an event of another kind"),
        ("481.54", "free", "a price that cannot be read"),
        ("4101564", "", "a product without a usable code"),
        ("304938", "", "no session"),
        ("2021-01-01", "yesterday", "a time that cannot be read"),
    ],
)
def test_a_row_that_cannot_be_used_is_counted_with_its_reason(tmp_path, was, becomes, reason):
    clicks = written(tmp_path / "x.csv.xz", REES46, VIEW, VIEW.replace(was, becomes, 1))

    assert len(clicks.rows) == 1
    assert clicks.skipped == {reason: 1}


def test_a_file_of_other_columns_is_refused(tmp_path):
    with pytest.raises(UnusableFile, match=r"x\.csv\.xz"):
        written(tmp_path / "x.csv.xz", "a,b", "1,2")


def test_events_keep_their_time_of_day_and_none_lies_ahead(tmp_path):
    later = VIEW.replace("2021-01-01 00:51:16", "2021-01-05 23:00:00")

    first, last = sent(written(tmp_path / "x.csv.xz", REES46, VIEW, later))

    assert first["at"] == "2026-01-05T00:51:16.000Z"
    assert last["at"] == "2026-01-09T23:00:00.000Z"


def test_a_repeated_row_has_the_same_id_and_any_other_its_own(tmp_path):
    rows = (VIEW, VIEW, VIEW.replace("304938", "304939"), VIEW.replace("view", "purchase"))

    events = sent(written(tmp_path / "x.csv.xz", REES46, *rows))

    assert events[0] == events[1]
    assert len({event["id"] for event in events}) == 3
    assert events[3]["price"] == {"amount": 48154, "currency": "USD"}


def test_a_product_is_imported_once_as_its_first_click_shows_it(tmp_path):
    rows = (VIEW, VIEW.replace("481.54", "400.00"))
    clicks = written(tmp_path / "x.csv.xz", REES46, *rows)

    text = products_csv({slug_of(clicks.shop, clicks.rows[0]): clicks.rows[0]}).decode()

    assert text.splitlines()[1] == (
        "ELECTRONICS-4101564,electronics-4101564,Gigabyte video cards 4101564,481.54,USD,"
        "Computers > Video cards"
    )


def test_answers_are_added_up():
    outcome = Outcome()
    rejected = [{"index": 1, "errors": [{"pointer": "/at", "code": "too_old", "detail": ""}]}]

    outcome.add(3, {"accepted": 1, "repeated": 1, "rejected": rejected})
    outcome.add(2, {"accepted": 2, "repeated": 0, "rejected": []})

    assert (outcome.batches, outcome.events, outcome.accepted, outcome.repeated) == (2, 5, 3, 1)
    assert outcome.rejected == {"too_old": 1}
