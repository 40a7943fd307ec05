"""What each alert is tried with: series that make it fire and end, and series that must not."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from libs.testing.servers.programs import monitoring_program

CASES = Path(__file__).with_name("cases")
Series = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One alert in the notation of promtool: not firing at `quiet`, firing, then `resolved`.

    Each of the `harmless` inputs comes close, and the alert does not fire at any time.
    """

    alert: str
    input: Series
    quiet: str
    firing: str
    resolved: str
    labels: Mapping[str, str]
    summary: str
    harmless: Sequence[Series]

    def tests(self, runbook: str, step: str) -> Iterator[dict[str, Any]]:
        """As promtool wants them."""
        annotations = {"summary": self.summary, "runbook_url": runbook}
        fires = [{"exp_labels": dict(self.labels), "exp_annotations": annotations}]
        expected = {self.quiet: [], self.firing: fires, self.resolved: []}
        yield {
            "interval": step,
            "input_series": _input(self.input),
            "alert_rule_test": [
                {"eval_time": moment, "alertname": self.alert, "exp_alerts": alerts}
                for moment, alerts in expected.items()
            ],
        }
        for series in self.harmless:
            yield {
                "interval": step,
                "input_series": _input(series),
                "promql_expr_test": [
                    {"expr": self._ever_fired(), "eval_time": self.resolved, "exp_samples": []}
                ],
            }

    def _ever_fired(self) -> str:
        return f'count_over_time(ALERTS{{alertname="{self.alert}",alertstate="firing"}}[30d])'


def written_cases() -> dict[str, list[Case]]:
    """Those of the rules that are written by hand, by the name of their rule file."""
    files = sorted(CASES.glob("*.yaml"))
    # Texts alone: YAML would take `0x40`, forty more zeros, for a number.
    read = {file.stem: yaml.load(file.read_text(), Loader=yaml.BaseLoader) for file in files}  # noqa: S506  # the most harmless one
    return {stem: [Case(**one) for one in found] for stem, found in read.items()}


def promtool(*arguments: str | Path) -> str:
    """What promtool finds wrong; nothing if all is well."""
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [monitoring_program("promtool"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def run(rules: Path, tests: Sequence[Mapping[str, Any]], step: str, folder: Path) -> str:
    """What promtool says of the tests of that rule file, evaluated every `step`."""
    document = {
        "rule_files": [str(rules)],
        "evaluation_interval": step,
        # Some rules read what others have recorded at the same moment.
        "group_eval_order": [
            group["name"] for group in yaml.safe_load(rules.read_text())["groups"]
        ],
        "tests": list(tests),
    }
    file = folder / "tests.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return promtool("test", "rules", file)


def _input(series: Series) -> list[dict[str, str]]:
    return [{"series": name, "values": values} for name, values in series.items()]
