"""Strict JSON against everything a generator thinks of."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.http import strict_json
from libs.http.problems import Problem

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)
# Close to JSON, so that the generator gets past the first character.
PIECES = st.lists(
    st.sampled_from(
        ['{"a":', "[", "]", "}", ",", '"', "\\", "\\u0000", "\\ud800", "1", "9" * 25, "e9"]
    )
)


@settings(max_examples=200, deadline=None)
@given(value=VALUES, ascii_only=st.booleans())
def test_what_a_client_says_is_what_is_read(value: Any, *, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    assert strict_json.loads(body) == value


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=200) | PIECES.map(lambda pieces: "".join(pieces).encode()))
def test_any_bytes_are_a_value_or_a_problem(body: bytes) -> None:
    try:
        value = strict_json.loads(body)
    except Problem as problem:
        assert problem.status in (400, 422)  # noqa: PT017  either outcome is right
    else:
        assert value == json.loads(body)


@settings(max_examples=100, deadline=None)
@given(depth=st.integers(1, 200), opening=st.sampled_from(["[", '{"k":']))
def test_depth_alone_decides_whether_nesting_is_refused(depth: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    body = (opening * depth + "0" + closing * depth).encode()

    if depth > strict_json.MAX_DEPTH:
        with pytest.raises(Problem):
            strict_json.loads(body)
    else:
        assert strict_json.loads(body)
