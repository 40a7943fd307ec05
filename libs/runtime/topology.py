"""`python -m libs.runtime topology`: declares the exchanges and queues of some services."""

import os
from argparse import Namespace

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging.settings import MessagingSettings
from libs.messaging.topology import declare
from libs.runtime import registry
from libs.settings import SettingsError


def main(arguments: Namespace) -> None:
    """The command's entry."""
    names = registry.select(arguments.services)
    settings = MessagingSettings.from_env(os.environ)
    try:
        declare(settings.broker_url, names, SUBSCRIPTIONS, settings.delivery_limit)
    except OSError as fault:
        raise SettingsError(f"the broker cannot be reached: {fault}") from fault
