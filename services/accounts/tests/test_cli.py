"""The operator's command."""

import pytest

from services.accounts import cli
from services.accounts.tests.people import BASE, Person, audit, rows

ARGUMENTS = ["create-admin", "--email", "Root@Example.com", "--name", "Root"]
PASSWORD = "granite-harbor-52-fig"


@pytest.fixture
def operator(monkeypatch, app, service_database):
    """The environment of an operator on the test's database."""
    for name, value in service_database("accounts").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ARGOSY_ADMIN_PASSWORD", PASSWORD)
    return monkeypatch


def test_the_first_administrator_can_sign_in_and_administer(operator, client, capsys):
    code = cli.main(ARGUMENTS)

    assert (code, capsys.readouterr().out) == (0, "root@example.com is an administrator now\n")
    root = Person(client, "root@example.com", PASSWORD).log_in()
    assert root.call("GET", "/api/v1/users").status_code == 200
    assert len(audit("admin_created")) == 1


def test_the_command_may_be_repeated(operator, client, capsys):
    cli.main(ARGUMENTS)
    operator.setenv("ARGOSY_ADMIN_PASSWORD", "another-harbor-52-fig")
    capsys.readouterr()

    code = cli.main(ARGUMENTS)

    assert code == 0
    assert "is an administrator already" in capsys.readouterr().out
    Person(client, "root@example.com", PASSWORD).log_in()
    assert rows("SELECT count(*) FROM user_account") == [(1,)]


def test_who_took_the_address_before_does_not_become_administrator(operator, client):
    squatter = Person(client, "root@example.com").register().log_in()

    cli.main(ARGUMENTS)

    assert squatter.call("GET", f"{BASE}/profile").status_code == 401
    assert squatter.refresh().status_code == 401
    root = Person(client, "root@example.com", PASSWORD).log_in()
    assert root.call("GET", f"{BASE}/profile").json["roles"] == ["admin", "customer"]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("ARGOSY_ADMIN_PASSWORD", "short", "password: Length must be between 12 and 128."),
        ("ARGOSY_ADMIN_PASSWORD", "password1234", "this password is too easy to guess"),
        ("ARGOSY_ADMIN_PASSWORD", "", "give the password in ARGOSY_ADMIN_PASSWORD"),
        ("ARGOSY_ACCOUNTS_DATABASE_URL", "", "ARGOSY_ACCOUNTS_DATABASE_URL is not set"),
        (
            "ARGOSY_ACCOUNTS_DATABASE_URL",
            "postgresql://nobody@127.0.0.1:1/accounts",
            "the database of accounts refused: connection to server",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(operator, capsys, variable, value, sentence):
    operator.setenv(variable, value)

    code = cli.main(ARGUMENTS)

    error = capsys.readouterr().err
    assert code == 1
    assert error.startswith(sentence)
    assert error.count("\n") == 1


def test_a_malformed_address_is_refused(operator, capsys):
    code = cli.main(["create-admin", "--email", "root", "--name", "Root"])

    assert (code, capsys.readouterr().err) == (1, "email: Must be a mail address.\n")
