"""The generator of the refused passwords."""

from services.accounts.rules import MIN_PASSWORD, common_passwords
from tools import common_passwords as generator


def test_accounts_refuse_what_the_generator_writes():
    written = generator.TARGET.read_text(encoding="utf-8")

    assert written == generator.text()
    assert common_passwords() == set(written.removeprefix(generator.HEADER).split())


def test_the_list_is_long_and_holds_nothing_that_its_length_alone_refuses():
    lengths = [len(guess) for guess in common_passwords()]

    assert len(lengths) > 3000
    assert min(lengths) == MIN_PASSWORD
