"""The providers of a process: made once, from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.payments.errors import UnknownProvider
from services.payments.providers.port import Provider
from services.payments.providers.simulator import Simulator
from services.payments.settings import PaymentsSettings

_ADAPTERS = {Simulator.name: Simulator}


@dataclass(frozen=True)
class Providers:
    """Every provider that may be used, and how long they are waited for."""

    settings: PaymentsSettings
    by_name: Mapping[str, Provider]

    def get(self, name: str) -> Provider:
        """The provider of that name, or UnknownProvider."""
        if found := self.by_name.get(name):
            return found
        raise UnknownProvider(f"there is no payment provider called {name!r}")


def build(settings: PaymentsSettings) -> Providers:
    """The providers that the settings name."""
    made = {name: _ADAPTERS[name](settings) for name in settings.providers}
    return Providers(settings, made)
