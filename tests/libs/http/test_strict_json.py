"""What a JSON body may not be, whatever its schema."""

import time

import pytest

from libs.http import strict_json
from libs.http.problems import Problem


def refused(body: bytes) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        strict_json.loads(body)
    return caught.value.status, caught.value.code


def test_an_ordinary_body_is_read_as_it_is() -> None:
    body = '{"a": [1, -2, 1.5, true, null], "b": {"c": "grüße \\n"}}'.encode()

    assert strict_json.loads(body) == {"a": [1, -2, 1.5, True, None], "b": {"c": "grüße \n"}}


def test_thirty_two_levels_are_read_and_thirty_three_are_refused() -> None:
    deepest = b"[" * 32 + b"]" * 32

    assert strict_json.loads(deepest)
    assert refused(b"[" + deepest + b"]") == (400, "nested_too_deep")


def test_mixed_brackets_count_each_level() -> None:
    assert refused(b'{"a":[' * 17 + b"]}" * 17) == (400, "nested_too_deep")


@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b"[{"])
def test_a_hundred_thousand_open_brackets_are_refused(bracket: bytes) -> None:
    assert refused(bracket * 100_000) == (400, "nested_too_deep")


def test_many_flat_lists_are_not_deep() -> None:
    assert len(strict_json.loads(b"[" + b"[]," * 500 + b"[]]")) == 501


def test_brackets_inside_text_are_not_levels() -> None:
    text = "[{" * 500 + '\\"['

    assert strict_json.loads(f'{{"text": "{text}"}}'.encode())


@pytest.mark.parametrize(
    "rest",
    [b'"' + b'\\"' * 500_000, b'"' + b"[" * 1_000_000, b'"\\' * 400_000, b"\\" * 10**6],
    ids=["escaped quotes", "open text", "quotes and escapes", "backslashes"],
)
def test_no_body_of_a_mebibyte_takes_long_to_refuse(rest: bytes) -> None:
    started = time.process_time()

    assert refused(b"[]," * 40 + rest)[0] == 400
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("number", [b"9" * 5000, b"-" + b"9" * 5000])
def test_a_number_of_five_thousand_digits_is_refused(number: bytes) -> None:
    assert refused(b'{"n": ' + number + b"}") == (400, "number_too_long")


@pytest.mark.parametrize("number", [b"1e999", b"-1e999"])
def test_a_number_that_overflows_to_infinity_is_refused(number: bytes) -> None:
    assert refused(number) == (400, "number_too_long")


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_an_integer_beyond_64_bits_is_refused(number: int) -> None:
    assert refused(f'{{"n": [{number}]}}'.encode()) == (422, "validation_failed")


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_an_integer_of_64_bits_is_read(number: int) -> None:
    assert strict_json.loads(str(number).encode()) == number


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_are_not_json_are_refused(constant: bytes) -> None:
    assert refused(b"[" + constant + b"]") == (400, "invalid_json")


@pytest.mark.parametrize("body", [b'{"a": 1, "a": 1}', b'[{"b": {"a": 1, "\\u0061": 2}}]'])
def test_a_key_given_twice_is_refused(body: bytes) -> None:
    assert refused(body) == (400, "duplicate_key")


@pytest.mark.parametrize(
    "body",
    [b'{"a": "x\\u0000y"}', b'{"a": "\\ud800"}', b'{"a": "\\udc00\\ud800"}', b'{"\\u0000": 1}'],
    ids=["NUL", "high half", "halves swapped", "NUL in a key"],
)
def test_characters_that_are_none_are_refused(body: bytes) -> None:
    assert refused(body) == (422, "validation_failed")


def test_the_pointer_names_the_place() -> None:
    with pytest.raises(Problem) as caught:
        strict_json.loads(b'{"a/b": [{"c~d": "\\u0000"}]}')

    assert caught.value.errors[0].pointer == "/a~1b/0/c~0d"


def test_a_key_of_half_a_character_can_be_answered() -> None:
    with pytest.raises(Problem) as caught:
        strict_json.loads(b'{"\\ud800": {"b": "\\u0000"}}')

    assert caught.value.errors[1].pointer == "/?/b"


def test_a_pair_of_halves_is_one_character() -> None:
    assert strict_json.loads(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    "body", [b"{", b"{'a': 1}", b"[1,]", b"\xef\xbb\xbf{}", b'"a\x00b"', b"1 2"]
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert refused(body) == (400, "invalid_json")


@pytest.mark.parametrize("body", [b'"\xff"', b'"\xed\xa0\x80"'])
def test_what_is_not_utf8_is_refused(body: bytes) -> None:
    assert refused(body) == (400, "invalid_encoding")
