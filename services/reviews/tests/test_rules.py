"""Text and stars: no database needed."""

import pytest

from services.reviews.rules import average, clean, counted


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Fine mug.\r\nReally. ", "Fine mug.\nReally."),
        ("<b>Fine</b> mug<script>alert(1)</script>", "Fine mugalert(1)"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<scr\x00ipt>alert(1)</scr\x00ipt>", "alert(1)"),
        ("gum\u202egpj.exe", "gumgpj.exe"),
        ("3 < 5 and 7 > 2 🙂", "3 < 5 and 7 > 2 🙂"),
    ],
)
def test_only_plain_text_is_kept(written: str, kept: str) -> None:
    assert clean(written) == kept


@pytest.mark.parametrize(
    ("count", "total", "mean"), [(0, 0, None), (3, 13, 4.33), (2, 9, 4.5), (6, 10, 1.67)]
)
def test_the_average_has_two_decimals_and_needs_a_review(
    count: int, total: int, mean: float | None
) -> None:
    assert average(count, total) == mean


@pytest.mark.parametrize(
    ("state", "adds"), [("pending", (0, 0)), ("approved", (1, 4)), ("rejected", (0, 0))]
)
def test_only_approved_stars_count(state: str, adds: tuple[int, int]) -> None:
    assert counted(state, 4) == adds
