"""Exchanges and queues, derived from the names of the services."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kombu import Connection, Exchange, Queue, binding

DIRECT = "argosy"
FACTS = "argosy.facts"
DEAD = "argosy.dead"
DELIVERY_LIMIT = 20


def commands(service: str) -> str:
    """Where a service takes orders."""
    return f"{service}.commands"


def events(service: str) -> str:
    """Where a service listens to others' facts."""
    return f"{service}.events"


def replies(service: str) -> str:
    """Where a leader of sagas gets its answers."""
    return f"{service}.replies"


def jobs(service: str) -> str:
    """Where a service's ordinary tasks wait."""
    return f"{service}.jobs"


def dead(service: str) -> str:
    """Where what nobody can handle is parked."""
    return f"{service}.dead"


class NamedQueue(Queue):  # type: ignore[misc]  # kombu is untyped
    """A queue that names itself in each delivery, so that one process can serve many services."""

    def consume(
        self, consumer_tag: str = "", callback: Callable[[Any], Any] | None = None, **rest: Any
    ) -> Any:
        """As kombu's, with `delivery_info["queue"]` filled in."""

        def named(message: Any) -> Any:
            message.delivery_info["queue"] = self.name
            return callback(message) if callback else None

        return super().consume(consumer_tag, named, **rest)


def queues(
    service: str,
    subscriptions: Mapping[str, Iterable[type[Any]]],
    delivery_limit: int = DELIVERY_LIMIT,
) -> list[NamedQueue]:
    """The service's queues; the dead-letter queue comes last."""
    direct = Exchange(DIRECT, type="direct", durable=True)
    facts = Exchange(FACTS, type="topic", durable=True)
    parked = Exchange(DEAD, type="direct", durable=True)
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": delivery_limit,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-strategy": "at-least-once",
        "x-dead-letter-routing-key": dead(service),
    }
    result = [
        NamedQueue(name, direct, routing_key=name, queue_arguments=arguments)
        for name in (commands(service), replies(service), jobs(service))
    ]
    heard = [binding(facts, routing_key=fact.wire_name) for fact in subscriptions.get(service, ())]
    # With bindings kombu ignores the routing key, but Celery insists on one.
    name = events(service)
    result.append(NamedQueue(name, heard, routing_key=name, queue_arguments=arguments))
    name = dead(service)
    result.append(
        NamedQueue(name, parked, routing_key=name, queue_arguments={"x-queue-type": "quorum"})
    )
    return result


def declare(
    url: str,
    services: Iterable[str],
    subscriptions: Mapping[str, Iterable[type[Any]]],
    delivery_limit: int = DELIVERY_LIMIT,
) -> None:
    """Declare every queue and binding; safe to repeat, refused by the broker if one differs."""
    with Connection(url, connect_timeout=2) as connection:
        channel = connection.channel()
        for service in services:
            for queue in queues(service, subscriptions, delivery_limit):
                queue(channel).declare()
