"""The contracts between services: who sends what to whom, and in which words."""

import msgspec
import pytest

from libs.contracts.events import STREAMS
from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging.message import Command, Fact, Job, Payload
from libs.messaging.tasks import Tasks
from libs.messaging.worker import WorkerService
from libs.runtime import registry
from tests.contracts.samples import GOLDEN, golden_file, message_types, sample

TYPES = message_types()
_NAMES = [kind.wire_name for kind in TYPES]


@pytest.fixture(scope="module")
def tasks() -> dict[str, Tasks]:
    return {entry.name: entry.tasks for entry in _workers()}


def test_wire_names_are_unique_and_versioned():
    parts = [name.split(".") for name in _NAMES]

    assert len(set(_NAMES)) == len(_NAMES)
    assert all(len(part) == 3 and part[2][0] == "v" and part[2][1:].isdigit() for part in parts)


def test_every_contract_is_in_the_file_of_its_owner():
    strays = [k.wire_name for k in TYPES if k.__module__ != f"libs.contracts.{k.service()}"]

    assert strays == []


def test_every_command_is_obeyed_by_its_owner_and_nobody_else(tasks: dict[str, Tasks]):
    wanted = {kind.wire_name for kind in TYPES if issubclass(kind, Command)}
    obeyed = [name for service in tasks.values() for name in service.commands]

    assert sorted(obeyed) == sorted(wanted)


def test_every_job_is_run_by_its_owner(tasks: dict[str, Tasks]):
    wanted = {kind.wire_name for kind in TYPES if issubclass(kind, Job)}
    run = [name for service in tasks.values() for name in service.jobs]

    assert sorted(run) == sorted(wanted)


def test_subscriptions_are_exactly_the_facts_that_services_listen_to(tasks: dict[str, Tasks]):
    declared = {
        service: {fact.wire_name for fact in facts} for service, facts in SUBSCRIPTIONS.items()
    }
    handled = {service: set(one.facts) for service, one in tasks.items() if one.facts}

    assert handled == declared


def test_every_fact_is_heard_by_somebody_or_is_a_stream_for_readers_outside():
    heard = {fact for facts in SUBSCRIPTIONS.values() for fact in facts} | set(STREAMS.values())

    assert [kind for kind in TYPES if issubclass(kind, Fact) and kind not in heard] == []


def test_every_saga_sends_only_commands_that_somebody_obeys(tasks: dict[str, Tasks]):
    obeyed = {name for service in tasks.values() for name in service.commands}
    sagas = [
        saga
        for entry in registry.worker_entries(registry.discover(), "saga")
        for saga in entry.sagas
    ]
    sent: set[str] = set()
    for saga in sagas:
        plan = sample(saga.plan)
        for step in saga.steps:
            sent |= {make(plan).wire_name for make in (step.do, step.undo) if make}

    assert sagas
    assert sent <= obeyed


def test_there_is_a_released_form_of_every_message_and_of_no_other():
    assert sorted(file.stem for file in GOLDEN.glob("*.json")) == sorted(_NAMES)


@pytest.mark.parametrize("kind", TYPES, ids=_NAMES)
def test_the_released_form_is_still_understood_and_still_sent(kind: type[Payload]):
    released = golden_file(kind).read_bytes()

    understood = msgspec.json.decode(released, type=kind)

    spoken = msgspec.json.decode(msgspec.json.encode(sample(kind)))
    assert understood == sample(kind)
    assert _contains(spoken, msgspec.json.decode(released))


@pytest.mark.parametrize("kind", TYPES, ids=_NAMES)
def test_a_field_of_a_later_release_is_passed_over(kind: type[Payload]):
    later = msgspec.json.decode(golden_file(kind).read_bytes()) | {"a_later_field": [1]}

    assert msgspec.json.decode(msgspec.json.encode(later), type=kind) == sample(kind)


def test_a_lost_field_is_noticed():
    assert not _contains({"a": 1}, {"a": 1, "b": 2})
    assert not _contains({"a": [{"b": 1}]}, {"a": [{"b": 2}]})


def _workers() -> list[WorkerService]:
    return registry.worker_entries(registry.discover(), "saga")


def _contains(whole: object, part: object) -> bool:
    """Whether everything of the released form is still there, at any depth."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _contains(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return (
            isinstance(whole, list) and len(whole) == len(part) and all(map(_contains, whole, part))
        )
    return whole == part
