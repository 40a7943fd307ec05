"""For operators: `python -m services.accounts.cli create-admin --email ... --name ...`.

The password comes from ARGOSY_ADMIN_PASSWORD or is asked for; ARGOSY_ACCOUNTS_DATABASE_URL says
where the accounts are.
"""

import argparse
import getpass
import os
import sys
from collections.abc import Mapping, Sequence

import marshmallow as ma
from sqlalchemy.exc import SQLAlchemyError

from libs.db.transaction import transaction
from libs.errors import DomainError
from libs.service import create_context_app
from libs.settings import SettingsError
from services.accounts.commands import registration
from services.accounts.passwords import Passwords
from services.accounts.rules import check_password
from services.accounts.schemas.account import RegisterSchema

_PASSWORD = "ARGOSY_ADMIN_PASSWORD"  # noqa: S105  the name of a variable


class Refused(Exception):
    """What the operator asked for cannot be done; the message says why."""


def create_admin(email: str, name: str, environ: Mapping[str, str]) -> str:
    """Make sure that the address is an administrator's; one sentence says what was done."""
    password = environ.get(_PASSWORD) or _ask()
    admin = _checked(email, name, password)
    try:
        app = create_context_app("accounts", environ)
        password_hash = Passwords(at_once=1, patience=1).hash(password)
        with app.app_context(), transaction() as session:
            created = registration.create_admin(
                session, email=admin["email"], name=admin["name"], password_hash=password_hash
            )
    except SQLAlchemyError as fault:
        cause = str(getattr(fault, "orig", fault)).strip().partition("\n")[0]
        raise Refused(f"the database of accounts refused: {cause}") from fault
    if created:
        return f"{admin['email']} is an administrator now"
    return f"{admin['email']} is an administrator already; nothing was changed"


def _checked(email: str, name: str, password: str) -> dict[str, str]:
    """The same rules as for everybody who registers."""
    try:
        admin: dict[str, str] = RegisterSchema().load(
            {"email": email, "name": name, "password": password}
        )
    except ma.ValidationError as fault:
        field, faults = next(iter(fault.messages_dict.items()))
        raise Refused(f"{field}: {faults[0]}") from fault
    check_password(password, email=admin["email"])
    return admin


def _ask() -> str:
    if not sys.stdin.isatty():
        raise Refused(f"give the password in {_PASSWORD}, there is no terminal to ask at")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Once more: "):
        raise Refused("the two passwords differ")
    return password


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the administrator exists, 1 with one sentence when not."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.cli")
    commands = parser.add_subparsers(required=True)
    admin = commands.add_parser("create-admin", help="make sure that an administrator exists")
    admin.add_argument("--email", required=True)
    admin.add_argument("--name", required=True)
    given = parser.parse_args(arguments)
    try:
        done = create_admin(given.email, given.name, os.environ)
    except (Refused, DomainError, SettingsError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
