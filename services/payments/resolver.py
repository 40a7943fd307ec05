"""Finishes what crashed or stayed in doubt: it asks the provider until there is an outcome."""

import logging
from concurrent.futures import ThreadPoolExecutor

from libs.db.transaction import transaction
from libs.messaging.inbox import settle
from libs.messaging.tasks import Waiting
from services.payments.commands import record
from services.payments.commands.due import Due, claim_due
from services.payments.providers import inquiry
from services.payments.providers.registry import Providers
from services.payments.rules import ProviderFailed, Result

_AT_ONCE = 8
_log = logging.getLogger(__name__)


def resolve_due(providers: Providers) -> int:
    """Ask about every request that is due; one that fails does not stop the others."""
    with transaction() as session:
        due = claim_due(session, _AT_ONCE, providers.settings.lease_seconds)
    if not due:
        return 0
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="resolver") as threads:
        results = list(threads.map(lambda one: _ask(providers, one), due))
    for one, result in zip(due, results, strict=True):
        _store(providers, one, result)
    return len(due)


def _ask(providers: Providers, due: Due) -> Result | Exception:
    try:
        return inquiry.find_out(providers.get(due.instruction.provider), due.instruction)
    except ProviderFailed as fault:
        return fault
    except Exception as fault:  # noqa: BLE001 - one request must not stop the others
        _log.exception("payment %s could not be asked about", due.instruction.payment_id)
        return fault


def _store(providers: Providers, due: Due, result: Result | Exception) -> None:
    instruction = due.instruction
    try:
        with transaction() as session:
            answer = record.record_result(
                session,
                instruction.saga,
                result,
                instruction=instruction,
                providers=providers,
                tries=due.tries,
            )
            if due.waits_for_buyer and isinstance(answer, Waiting):
                record.look_again(session, instruction, due.tries)
            else:
                settle(session, instruction.saga, answer)
    except Exception:  # noqa: BLE001 - it stays claimed, and is due again after its lease
        _log.exception("payment %s could not be settled", instruction.payment_id)
