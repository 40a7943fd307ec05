"""Who tells whom: the facts that services announce and the services that listen."""

from collections import defaultdict

from libs.contracts.subscriptions import SUBSCRIPTIONS

_PAGE = """# Facts between services

Written by `make docs` from `libs/contracts/subscriptions.py`. A fact is announced in the
transaction that makes it true, and kept by each listener as a projection; nobody waits for anybody.

```mermaid
flowchart LR
{arrows}```

| Fact | Listeners |
|---|---|
{rows}"""


def page() -> str:
    """The whole page."""
    listeners: dict[str, list[str]] = defaultdict(list)
    for service, facts in sorted(SUBSCRIPTIONS.items()):
        for fact in facts:
            listeners[fact.wire_name].append(service)
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, services in sorted(listeners.items()):
        sender, topic, _ = name.split(".")
        for service in services:
            arrows[sender, service].append(topic)
    return _PAGE.format(
        arrows="".join(
            f"    {sender} -- {'<br>'.join(facts)} --> {listener}\n"
            for (sender, listener), facts in sorted(arrows.items())
        ),
        rows="".join(
            f"| `{name}` | {', '.join(services)} |\n"
            for name, services in sorted(listeners.items())
        ),
    )
