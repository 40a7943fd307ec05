"""What the accounts app carries: the keys that sign tokens, the password hasher, the providers."""

from dataclasses import dataclass

from flask import Flask, current_app

from services.accounts.oidc import Providers
from services.accounts.passwords import Passwords
from services.accounts.tokens import SigningKeys

_EXTENSION = "argosy_accounts"


@dataclass(frozen=True)
class Vault:
    """Built once when the service starts."""

    keys: SigningKeys
    passwords: Passwords
    providers: Providers


def install(app: Flask, vault: Vault) -> None:
    """Hand the app its vault."""
    app.extensions[_EXTENSION] = vault


def vault() -> Vault:
    """The vault of the app that answers the current request."""
    found: Vault = current_app.extensions[_EXTENSION]
    return found
