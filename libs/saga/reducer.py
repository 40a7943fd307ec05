"""The whole state machine of a saga, pure: a state and an event lead to a state and commands.

Before the pivot is sent, a refusal or the deadline undoes what was done, last first, the step of
unknown outcome included. Once the pivot is sent only its own definite answer decides; after it the
saga goes forward only. What cannot end by itself asks a person (`needs_attention`).
"""

from datetime import datetime, timedelta
from typing import Any

from libs.errors import Conflict
from libs.messaging.message import DEAD_LETTER, Payload
from libs.saga.definition import Saga
from libs.saga.state import (
    Aborted,
    Answered,
    Decision,
    Event,
    Retried,
    SagaState,
    Send,
    Skipped,
    Started,
    StepState,
    Ticked,
)
from libs.saga.transition import WAITING, Transition

# A compensable step that reports a passing fault this often is given up.
COMPENSABLE_FAILURES = 6
# A step that must succeed and reports a fault this often in a row needs a person.
STUBBORN_FAILURES = 20
# A dead letter has cost twenty deliveries: the third one needs a person.
DEAD_LETTER_FAILURES = STUBBORN_FAILURES // 3 + 1


class SagaForbids(Conflict):
    """The saga is past the point where this is possible."""

    code = "saga.forbidden"


def decide(
    saga: Saga[Any], plan: Payload, state: SagaState, event: Event, now: datetime
) -> Decision:
    """The next state, the commands to send and the local steps to run, in order."""
    move = _Reaction(saga, plan, state, now)
    if isinstance(event, Answered) and not move.awaits(event):
        return _repeat(state, event)
    if isinstance(event, Ticked) and not move.is_due():
        return Decision(state, changed=False)
    move.react(event)
    return move.decision()


def _repeat(state: SagaState, event: Answered) -> Decision:
    """A late or repeated answer changes nothing.

    One case needs a reaction: the broker repeats the very answer that was applied last. Then this
    process died between its commit and its publish, and what it decided is published again. To do
    so for every stale answer would multiply messages.
    """
    last = (event.step, event.generation, event.phase)
    if not (event.redelivered and state.last == last):
        return Decision(state, changed=False)
    sends = [
        Send(name, step.pending, step.generation, step.attempt)
        for name, step in state.driven.items()
        if step.pending and not step.waiting
    ]
    return Decision(state, sends=tuple(sends), changed=False)


class _Reaction(Transition):
    """What each event does."""

    def react(self, event: Event) -> None:
        match event:
            case Started():
                self.advance()
            case Answered():
                self._answered(event)
            case Ticked():
                self._ticked()
            case Retried():
                self._retried(event)
            case Skipped():
                self._skipped(event)
            case Aborted():
                self._aborted(event)

    def awaits(self, event: Answered) -> bool:
        step = self.steps.get(event.step)
        return (
            step is not None
            and step.pending == event.phase
            and step.generation == event.generation
            and not self.state.ended
        )

    def _answered(self, event: Answered) -> None:
        self.set(last=(event.step, event.generation, event.phase))
        step = self.steps[event.step]
        match event.outcome:
            case "retry":
                self._failed(event, step)
            case "in_doubt":
                self.put(
                    event.step, due_at=self.pause(event.step, step.attempt + 1), detail=event.detail
                )
            case "waiting":
                self._waits(event)
            case "rejected" | "cancelled" if event.phase == "do":
                self._refused(event)
            case "rejected":
                self.park(event.step, event.code or "rejected", event.detail)
            case _:
                self.over(event.step, event.output)

    def _failed(self, event: Answered, step: StepState) -> None:
        failures = step.failures + (DEAD_LETTER_FAILURES if event.code == DEAD_LETTER else 1)
        pause = self.pause_after_fault(failures)
        code = event.code or "step_failed"
        self.put(event.step, failures=failures, due_at=pause, code=code, detail=event.detail)
        stubborn = self.must_succeed(event.step)
        if not stubborn and failures >= COMPENSABLE_FAILURES:
            self.abort(code, event.detail or f"{event.step} kept failing")
        elif step.stuck or (stubborn and failures >= STUBBORN_FAILURES):
            self.park(event.step, code, event.detail)

    def _waits(self, event: Answered) -> None:
        """Somebody outside must act. The participant is still asked now and then, in case its later
        answer got lost."""
        step = self.steps[event.step]
        due_at = self.pause(event.step, step.attempt + 2)
        self.put(event.step, waiting=True, due_at=due_at)
        if event.phase == "undo":
            return
        self.put(event.step, output=event.output)
        self.set(waited=True)
        if step.waiting:
            return
        wait = self.saga.step(event.step).wait
        deadline = self.now + timedelta(seconds=wait)
        if self.state.deadline_at and deadline > self.state.deadline_at:
            self.set(deadline_at=deadline)
        if self.saga.waiting:
            self.locals.append(WAITING)

    def _refused(self, event: Answered) -> None:
        code, detail = event.code or event.outcome, event.detail or event.outcome
        if self.saga.step(event.step).kind == "retriable":
            self.put(event.step, refused=True, waiting=False)
            self.park(event.step, code, detail)
            return
        self.resume(event.step)
        self.put(
            event.step, status="rejected", due_at=None, waiting=False, code=code, detail=detail
        )
        if self.state.status == "running":
            self.abort(code, detail)
        else:
            self.go_on()

    def is_due(self) -> bool:
        """Whether the passing of time means anything now."""
        due_at = self.state.due_at()
        return due_at is not None and due_at <= self.now

    def _ticked(self) -> None:
        """Give up at the deadline; else ask again where an answer is overdue."""
        deadline = self.state.deadline_at
        if self.state.status == "running" and deadline and deadline <= self.now:
            self.abort(f"{self.saga.leader}.timed_out", "it was not completed in time")
            return
        patience = timedelta(seconds=self.saga.patience)
        for name, step in self.state.driven.items():
            if not (step.due_at and step.due_at <= self.now):
                continue
            if self.must_succeed(name) and step.since and step.since + patience <= self.now:
                self.park(name, step.code or "no_answer", step.detail or f"{name} got no answer")
            else:
                self.ask(name, attempt=step.attempt + 1)

    def _aborted(self, event: Aborted) -> None:
        if self.state.direction != "running" or self.beyond_return():
            raise SagaForbids("it is too late to undo this")
        self.abort(event.code, event.detail)

    def _retried(self, event: Retried) -> None:
        step = self._pending(event.step)
        if event.body is not None and not step.refused:
            raise SagaForbids("only a step that was refused can be asked something else")
        self.resume(event.step)
        # A participant that has refused this generation would only repeat its answer.
        generation = step.generation + 1 if step.refused else step.generation
        self.put(
            event.step,
            generation=generation,
            failures=0,
            since=self.now,
            refused=False,
            code=None,
            detail=None,
            body=event.body or step.body,
        )
        self.ask(event.step, attempt=step.attempt + 1)

    def _skipped(self, event: Skipped) -> None:
        self._pending(event.step)
        self.over(event.step, event.output)

    def _pending(self, name: str) -> StepState:
        step = self.steps.get(name)
        if step is None or not step.pending or self.state.ended:
            raise SagaForbids("only a step whose answer is awaited can be retried or skipped")
        return step
