"""`python -m libs.runtime topology`: declares the exchanges and queues of some services."""

import os
from argparse import Namespace

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging.topology import declare
from libs.runtime import registry
from libs.settings import SettingsError


def main(arguments: Namespace) -> None:
    """The command's entry."""
    url = os.environ.get("ARGOSY_BROKER_URL", "")
    try:
        declare(url, registry.select(arguments.services), SUBSCRIPTIONS)
    except OSError as fault:
        raise SettingsError(f"the broker cannot be reached: {fault}") from fault
