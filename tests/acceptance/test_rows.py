"""Every feature of the list has one test or a stated reason."""

import ast
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.acceptance.later import LATER
from tests.acceptance.rows import ROWS

_NAME = re.compile(r"test_row_(\d{3})_\w+")


def count_tests(modules: Iterable[str]) -> Counter[int]:
    """How many test functions each row has."""
    return Counter(
        int(name[1])
        for module in modules
        for node in ast.walk(ast.parse(module))
        if isinstance(node, ast.FunctionDef) and (name := _NAME.fullmatch(node.name))
    )


def faults(tests: Counter[int], later: dict[int, str]) -> dict[int, str]:
    """The rows that are not in order, and why."""
    found = {row: "is not in the list" for row in (*tests, *later) if row not in ROWS}
    for row in ROWS:
        if tests[row] > 1:
            found[row] = "has several tests"
        elif tests[row] and later.get(row):
            found[row] = "has a test and a reason to have none"
        elif not tests[row] and not later.get(row):
            found[row] = "has neither a test nor a reason"
    return found


def test_every_row_has_one_test_or_a_reason():
    modules = [file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py")]

    assert faults(count_tests(modules), LATER) == {}


def test_the_list_is_whole():
    assert list(ROWS) == list(range(1, 142))


def test_a_row_without_a_test_is_reported():
    later = dict.fromkeys(ROWS, "a reason")
    del later[7]

    assert faults(Counter(), later) == {7: "has neither a test nor a reason"}


def test_a_row_with_two_tests_is_reported():
    module = "def test_row_003_a(): ...\ndef test_row_003_b(): ...\n"
    later = {row: "a reason" for row in ROWS if row != 3}

    assert faults(count_tests([module]), later) == {3: "has several tests"}


def test_a_row_that_is_tested_and_left_is_reported():
    module = "def test_row_005_x(): ...\n"

    assert faults(count_tests([module]), dict.fromkeys(ROWS, "a reason")) == {
        5: "has a test and a reason to have none"
    }


def test_an_unknown_row_is_reported():
    later = dict.fromkeys([*ROWS, 142], "a reason")

    assert faults(Counter(), later) == {142: "is not in the list"}
