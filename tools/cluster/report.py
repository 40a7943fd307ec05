"""What a trial found, for people (Markdown) and for programs (JSON)."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from libs.testing.shopping_load.outcome import Outcome


class Step(msgspec.Struct, frozen=True):
    """One thing that was done to the cluster, what it took and what was wrong with it."""

    name: str
    seconds: float
    complaints: list[str]
    outcome: Outcome | None = None


def passed(steps: Sequence[Step]) -> bool:
    """Whether everything was done, and nobody complained."""
    return bool(steps) and not any(step.complaints for step in steps)


def markdown(steps: Sequence[Step], cluster: str) -> str:
    """A table with a row for each step, and the complaints below it."""
    head = "| Step | Seconds | Requests | Failed | Orders | Fulfilled | Order p50 | p99 | |\n"
    rule = "|---|--:|--:|--:|--:|--:|--:|--:|---|\n"
    complaints = [f"- {step.name}: {text}" for step in steps for text in step.complaints]
    verdict = "Passed." if passed(steps) else "FAILED:\n"
    return "\n".join(
        [
            f"# Argosy on {cluster}\n",
            head + rule + "\n".join(_row(step) for step in steps),
            "",
            verdict,
            *complaints,
            "",
        ]
    )


def write(folder: Path, steps: Sequence[Step], cluster: str) -> list[Path]:
    """Both forms, as `e2e-cluster.md` and `e2e-cluster.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    text, data = folder / "e2e-cluster.md", folder / "e2e-cluster.json"
    text.write_text(markdown(steps, cluster), "utf-8")
    document = {"cluster": cluster, "passed": passed(steps), "steps": steps}
    data.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    return [text, data]


def _row(step: Step) -> str:
    verdict = "FAILED" if step.complaints else "ok"
    return f"| {' | '.join([step.name, f'{step.seconds:.0f}', *_figures(step.outcome), verdict])} |"


def _figures(outcome: Outcome | None) -> list[str]:
    if outcome is None:
        return [""] * 6
    ordered = outcome.latencies.get("order")
    times = [f"{ordered.p50:.0f} ms", f"{ordered.p99:.0f} ms"] if ordered else ["", ""]
    counts = (
        outcome.requests,
        outcome.failed,
        outcome.orders.accepted,
        outcome.orders.fulfilled,
    )
    return [*map(str, counts), *times]
