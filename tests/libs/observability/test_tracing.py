"""W3C trace context, as the recommendation reads a header."""

import pytest

from libs.observability import tracing

TRACE, SPAN = "0123456789abcdef0123456789abcdef", "0123456789abcdef"
HEADER = f"00-{TRACE}-{SPAN}-01"


def test_a_header_is_read() -> None:
    assert tracing.parse(HEADER) == (TRACE, SPAN, "01")


def test_a_later_version_may_say_more() -> None:
    assert tracing.parse(f"01-{TRACE}-{SPAN}-00-more") == (TRACE, SPAN, "00")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        HEADER[:-1],
        HEADER + "0",
        f"{HEADER}-more",
        f"01-{TRACE}-{SPAN}-00more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        HEADER.upper(),
        HEADER.replace("-", "_"),
        f"00-{'g' * 32}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-0\n",
    ],
)
def test_any_other_header_starts_a_new_trace(header: str | None) -> None:
    assert tracing.parse(header) is None


def test_a_child_keeps_the_trace_and_its_flags_and_has_its_own_span() -> None:
    parent = tracing.Span(TRACE, SPAN, "00")

    child = tracing.child(parent)

    assert (child.trace_id, child.flags) == (TRACE, "00")
    assert child.span_id != SPAN


def test_work_within_a_header_carries_its_trace_on_and_ends_with_it() -> None:
    with tracing.within(HEADER) as span:
        inside = tracing.traceparent()

    assert inside == span.header
    assert tracing.trace_id() is None


def test_what_leaves_without_a_trace_starts_a_valid_one() -> None:
    assert tracing.parse(tracing.traceparent()) is not None
