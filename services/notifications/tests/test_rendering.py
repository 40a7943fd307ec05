"""Words are made from templates in a sandbox; data stays data."""

import pytest

from services.notifications.errors import BadTemplate
from services.notifications.rendering import Words, render
from services.notifications.rules.messages import masked, one_line, wait_seconds


def test_data_fills_the_template():
    words = render(Words("Hi {{ name }}", "Bye {{ name }}", "<p>{{ name }}</p>"), {"name": "Ada"})

    assert words == Words("Hi Ada", "Bye Ada", "<p>Ada</p>")


def test_markup_in_data_is_escaped_in_html_and_kept_in_text():
    words = render(Words("s", "{{ name }}", "{{ name }}"), {"name": "<b>Ada</b>"})

    assert words.body == "<b>Ada</b>"
    assert words.html == "&lt;b&gt;Ada&lt;/b&gt;"


@pytest.mark.parametrize("name", ["{{ 7 * 7 }}", "{% for x in y %}", "{{ ''.__class__ }}", "{#"])
def test_template_syntax_in_data_is_inert(name):
    words = render(Words("{{ name }}", "{{ name }}", None), {"name": name})

    assert words == Words(name, name, None)


def test_a_line_break_in_data_cannot_start_another_header():
    words = render(Words("Order {{ number }}", "b", None), {"number": "1\r\nBcc: eve@example.org"})

    assert words.subject == "Order 1 Bcc: eve@example.org"


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x00b", "a\u2028b", "a\x85b"])
def test_a_subject_is_one_line(text):
    assert one_line(text) == "a b"


def test_a_long_subject_is_cut():
    assert len(one_line("x" * 1000)) == 200


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ name.upper() }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 999999 }}",
        "{% for a in lines %}{% for b in lines %}x{% endfor %}{% endfor %}",
        "{% include 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% set x = 1 %}",
        "{{ lines | map(attribute='x') | list }}",
        "{{ missing.deeper }}",
        "{{ unclosed",
        "{% for %}",
    ],
)
def test_a_template_that_could_reach_or_burn_anything_is_refused(source):
    with pytest.raises(BadTemplate):
        render(Words("s", source, None), {"name": "Ada", "lines": [1, 2]})


def test_an_address_is_masked():
    assert masked("ada@example.org") == "a***@example.org"


def test_waits_double_up_to_an_hour():
    assert [wait_seconds(number) for number in (1, 2, 3, 8, 50)] == [30, 60, 120, 3600, 3600]
