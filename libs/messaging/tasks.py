"""What a service does with the messages it gets: the mirror image of its routes."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from libs.messaging.message import Command, Fact, Job, Payload

Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Done:
    """The step is done; the leader keeps the small output."""

    output: dict[str, Any] | None = None


@dataclass(frozen=True)
class Rejected:
    """A business fact forbids the step."""

    code: str
    detail: str


@dataclass(frozen=True)
class Waiting:
    """Somebody outside has to act first; the step is settled later."""

    output: dict[str, Any] | None = None


@dataclass(frozen=True)
class InDoubt:
    """The outcome is not known yet; the step is settled once it is."""

    detail: str = ""


@dataclass(frozen=True)
class Deferred:
    """Slow work outside: `call()` without a transaction, then `complete(session, key, result)`."""

    call: Callable[[], Any]
    complete: Callable[..., Any]


Answer = Done | Rejected | Waiting | InDoubt


@dataclass(frozen=True)
class CommandTask:
    """How one command is obeyed."""

    kind: type[Command]
    handler: Handler
    takes_key: bool
    refuses_before_writing: bool


@dataclass(frozen=True)
class FactTask:
    """How one fact is heard."""

    kind: type[Fact]
    handler: Handler
    takes_envelope: bool


@dataclass(frozen=True)
class Periodic:
    """Work that every worker does again and again; it must be safe to do twice at once."""

    name: str
    seconds: float
    handler: Handler
    transactional: bool = True
    when: Callable[[Session], bool] | None = None


@dataclass
class Tasks:
    """The registry of one service."""

    service: str
    commands: dict[str, CommandTask] = field(default_factory=dict)
    facts: dict[str, FactTask] = field(default_factory=dict)
    jobs: dict[str, tuple[type[Job], Handler]] = field(default_factory=dict)
    periodic: list[Periodic] = field(default_factory=list)
    batch_locks: Handler | None = None

    def command(
        self, kind: type[Command], *, refuses_before_writing: bool = False
    ) -> Callable[[H], H]:
        """Obey a command, once per step; see the saga package for what that means."""

        def register(handler: H) -> H:
            if kind.service() != self.service:
                raise ValueError(f"{kind.wire_name} is not a command of {self.service}")
            takes_key = "key" in inspect.signature(handler).parameters
            task = CommandTask(kind, handler, takes_key, refuses_before_writing)
            self._add(self.commands, kind, task)
            return handler

        return register

    def locks_batch(self, handler: H) -> H:
        """Before the commands of a batch, lock all that they will lock, in the service's one order.

        Each handler locks in order for itself, but two batches would still meet crosswise.
        """
        self.batch_locks = handler
        return handler

    def fact(self, kind: type[Fact]) -> Callable[[H], H]:
        """Listen to a fact; each one is handled once. A third parameter named `envelope` gets what
        it came in."""

        def register(handler: H) -> H:
            takes_envelope = "envelope" in inspect.signature(handler).parameters
            self._add(self.facts, kind, FactTask(kind, handler, takes_envelope))
            return handler

        return register

    def job(self, kind: type[Job]) -> Callable[[H], H]:
        """Run an ordinary task in the jobs pool; it may run more than once."""

        def register(handler: H) -> H:
            self._add(self.jobs, kind, (kind, handler))
            return handler

        return register

    def every(
        self,
        *,
        seconds: float,
        transactional: bool = True,
        when: Callable[[Session], bool] | None = None,
    ) -> Callable[[H], H]:
        """Repeat; a result above 0 says that there may be more to do at once.

        `when` is a cheap question that spares a transaction while there is nothing to do.
        """

        def register(handler: H) -> H:
            name = f"{self.service}.{handler.__name__}"
            self.periodic.append(Periodic(name, seconds, handler, transactional, when))
            return handler

        return register

    @staticmethod
    def _add(registry: dict[str, Any], kind: type[Payload], entry: Any) -> None:
        if kind.wire_name in registry:
            raise ValueError(f"{kind.wire_name} has two handlers")
        registry[kind.wire_name] = entry
