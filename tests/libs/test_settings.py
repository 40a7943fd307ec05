"""Settings are read from the environment, and every fault is told at once."""

from dataclasses import dataclass, field

import pytest

from libs.settings import Settings, SettingsError


@dataclass(frozen=True)
class Toys(Settings):
    section = "TOYS_"

    name: str
    count: int = field(default=3)
    seconds: float = field(default=0.5)
    port: int = field(default=0, metadata={"least": 0, "most": 65_535})
    color: str = field(default="red", metadata={"one_of": ("red", "blue")})


def test_what_is_not_given_has_its_default():
    assert Toys.from_env({"ARGOSY_TOYS_NAME": "bear"}) == Toys("bear", 3, 0.5, 0)


def test_every_fault_is_told_at_once():
    with pytest.raises(SettingsError) as fault:
        Toys.from_env({"ARGOSY_TOYS_COUNT": "many", "ARGOSY_TOYS_PORT": "-1"})

    assert str(fault.value) == (
        "ARGOSY_TOYS_NAME is not set; ARGOSY_TOYS_COUNT must be a number, not 'many';"
        " ARGOSY_TOYS_PORT must be at least 0"
    )


@pytest.mark.parametrize(
    ("variable", "text", "sentence"),
    [
        ("COUNT", "0", "must be above 0"),
        ("COUNT", "-4", "must be above 0"),
        ("SECONDS", "nan", "must be above 0"),
        ("SECONDS", "inf", "must be finite"),
        ("PORT", "65536", "must be at most 65535"),
    ],
)
def test_a_number_out_of_bounds_is_refused(variable, text, sentence):
    with pytest.raises(SettingsError, match=sentence):
        Toys.from_env({"ARGOSY_TOYS_NAME": "bear", f"ARGOSY_TOYS_{variable}": text})


def test_a_text_that_is_none_of_the_choices_is_refused():
    with pytest.raises(SettingsError, match="ARGOSY_TOYS_COLOR must be one of red, blue"):
        Toys.from_env({"ARGOSY_TOYS_NAME": "bear", "ARGOSY_TOYS_COLOR": "green"})


def test_a_bound_itself_is_allowed():
    toys = Toys.from_env({"ARGOSY_TOYS_NAME": "bear", "ARGOSY_TOYS_PORT": "65535"})

    assert toys.port == 65_535
