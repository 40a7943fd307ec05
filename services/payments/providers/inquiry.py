"""How the truth about a request is found out: ask first, send again only under the same key."""

import time
from dataclasses import replace

from services.payments import metrics
from services.payments.providers.port import Provider
from services.payments.rules import Evidence, Instruction, Missing, Refusal, Result


def send(provider: Provider, instruction: Instruction) -> Result:
    """The first sending. ProviderFailed when the outcome is not known."""
    if instruction.kind == "void":
        return find_out(provider, instruction)
    return _perform(provider, instruction)


def find_out(provider: Provider, instruction: Instruction) -> Result:
    """What became of a request that may have been sent; one that was not is sent now."""
    if found := provider.find(instruction.key):
        return found
    if instruction.kind != "void":
        return _perform(provider, instruction)
    authorization = provider.find(instruction.voided_key)
    if authorization is None:
        return Missing()
    if authorization.outcome == "declined":
        return Refusal("declined", intent_status="declined")
    return _perform(provider, replace(instruction, intent_ref=authorization.intent_ref))


def _perform(provider: Provider, instruction: Instruction) -> Evidence | Refusal:
    started = time.monotonic()
    outcome = "failed"
    try:
        result = provider.perform(instruction)
        outcome = result.outcome if isinstance(result, Evidence) else "refused"
    finally:
        seconds = time.monotonic() - started
        metrics.observe_call(provider.name, instruction.kind, outcome, seconds)
    return result
