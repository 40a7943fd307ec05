"""What the alerts that every service has are tried with, made from its objectives."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.platform.monitoring.cases import Case, Series
from tools.monitoring.objectives import Latency, Objectives, SagaLatency, Share
from tools.monitoring.rules import FEWEST, Burn

# Requests in one step of a busy service, enough for any share to be a whole number.
BUSY = 1_000_000


class Timeline:
    """All is well, then some of it is bad for the long window, then all is well again.

    Rules are looked at every twelfth step only, which is often enough for alerts without a delay.
    """

    _look = 12

    def __init__(self, burn: Burn) -> None:
        short, long = _minutes(burn.short), _minutes(burn.long)
        self.step = short // 5
        self._well = self._bad = long // self.step
        self._after = self._look

    @property
    def steps(self) -> tuple[str, str]:
        """How far samples are apart, and evaluations of the rules."""
        return f"{self.step}m", f"{self.step * self._look}m"

    @property
    def moments(self) -> tuple[str, str, str]:
        """Just before it is bad, at the end of that, and soon after the short window's end."""
        end = self._well + self._bad
        first, second, third = (self.step * at for at in (self._well, end, end + self._after))
        return f"{first}m", f"{second}m", f"{third}m"

    def steadily(self, usually: int, meanwhile: int) -> str:
        """A counter that grows so much in a step, and so much while it is bad."""
        well = self._well * usually
        bad = well + self._bad * meanwhile
        return (
            f"0+{usually}x{self._well} {well + meanwhile}+{meanwhile}x{self._bad - 1}"
            f" {bad + usually}+{usually}x{self._after}"
        )

    def once(self, _usually: int, meanwhile: int) -> str:
        """A counter that grows once, at the end of the bad time."""
        return f"0x{self._well + self._bad - 2} {meanwhile}x{self._after + 2}"


Grow = Callable[[int, int], str]
Draw = Callable[[Grow, int, int], Series]


@dataclass(frozen=True)
class Kind:
    """One sort of budget. `draw(grow, each, failed)` are the series of so many requests of which so
    many fail while it is bad; those of `elsewhere` are not counted."""

    alert: str
    what: str
    promise: Share
    draw: Draw
    labels: dict[str, str] = field(default_factory=dict)
    elsewhere: Sequence[Draw] = ()

    def case(self, service: str, burn: Burn) -> Case:
        """Twice the allowed burn, and less than half of that."""
        time = Timeline(burn)
        limit = burn.factor * self.promise.budget
        failed, fewer = round(2 * limit * BUSY), round(0.9 * limit * BUSY)
        quiet, firing, resolved = time.moments
        allowed = f"{burn.factor:g} times what its objective of {self.promise.percent:g} % allows"
        what = self.what.format(share=f"{failed / BUSY * 100:.4g}%")
        return Case(
            alert=self.alert + burn.speed,
            input=self.draw(time.steadily, BUSY, failed),
            quiet=quiet,
            firing=firing,
            resolved=resolved,
            labels={
                "severity": burn.severity,
                "service": service,
                "window": burn.long,
                **self.labels,
            },
            summary=f"{what} over {burn.long}: more than {allowed}.",
            harmless=[
                self.draw(time.steadily, BUSY, fewer),
                # Nearly nobody comes, and a handful is a large share of them.
                self.draw(time.once, FEWEST, FEWEST - 2),
                *(other(time.steadily, BUSY, failed) for other in self.elsewhere),
            ],
        )


def kinds(service: str, objectives: Objectives) -> Iterator[Kind]:
    """Every budget of the service."""
    yield _availability(service, objectives.availability)
    yield _latency(service, objectives.latency)
    for saga in objectives.sagas:
        yield _saga(saga)


def at_one_pace(rules: Path, burn: Burn, folder: Path) -> Path:
    """The rules of the file that this burn rate needs, since each of the others costs time."""
    document = yaml.safe_load(rules.read_text())
    needed = (burn.short, burn.long, burn.speed)
    for group in document["groups"]:
        group["rules"] = [
            rule
            for rule in group["rules"]
            if rule.get("record", rule.get("alert")).endswith(needed)
        ]
    cut = folder / rules.name
    cut.write_text(yaml.safe_dump(document))
    return cut


def absence_cases(service: str, components: Sequence[str]) -> Iterator[Case]:
    """A case for each sort of process that may be missing."""
    for component in components:
        series = f'argosy_service_info{{service="{service}",component="{component}",pod="a"}}'
        yield Case(
            alert="ArgosyServiceAbsent",
            input={series: "1x9 _x20 1x20", **_others(service, component, components)},
            quiet="13m",
            firing="20m",
            resolved="32m",
            labels={"severity": "page", "service": service, "component": component},
            summary=f"No process works as {component} of {service}, or Prometheus reaches none.",
            harmless=[
                {
                    series: "1x9 _x2 1x30",
                    **_others(service, component, components),
                }
            ],
        )


def _others(service: str, component: str, components: Sequence[str]) -> Series:
    return {
        f'argosy_service_info{{service="{service}",component="{other}",pod="b"}}': "1x60"
        for other in components
        if other != component
    }


def _availability(service: str, promise: Share) -> Kind:
    def with_status(bad: str) -> Draw:
        def draw(grow: Grow, each: int, failed: int) -> Series:
            labels = f'service="{service}",route="/"'
            return {
                f'http_requests_total{{{labels},status_class="2xx"}}': grow(each, each - failed),
                f'http_requests_total{{{labels},status_class="{bad}"}}': grow(0, failed),
            }

        return draw

    what = f"{service} failed to answer {{share}} of its requests"
    draw, refusals = with_status("5xx"), with_status("4xx")
    return Kind("ArgosyAvailabilityBurn", what, promise, draw, elsewhere=[refusals])


def _latency(service: str, promise: Latency) -> Kind:
    def on(route: str) -> Draw:
        def draw(grow: Grow, each: int, failed: int) -> Series:
            labels = f'service="{service}",route="{route}"'
            quick = f'{labels},le="{promise.seconds}"'
            return {
                f"http_request_seconds_count{{{labels}}}": grow(each, each),
                f"http_request_seconds_bucket{{{quick}}}": grow(each, each - failed),
            }

        return draw

    what = f"{service} took longer than {promise.seconds:g} s for {{share}} of its requests"
    elsewhere = [on(route) for route in promise.besides]
    return Kind("ArgosyLatencyBurn", what, promise, on("/"), elsewhere=elsewhere)


def _saga(promise: SagaLatency) -> Kind:
    def that_waited(answer: str) -> Draw:
        def draw(grow: Grow, each: int, failed: int) -> Series:
            labels = f'saga="{promise.name}",waited="{answer}"'
            quick = f'{labels},le="{float(promise.seconds)}"'
            return {
                f"saga_seconds_count{{{labels}}}": grow(each, each),
                f"saga_seconds_bucket{{{quick}}}": grow(each, each - failed),
            }

        return draw

    what = f"{promise.name} took longer than {promise.seconds:g} s in {{share}} of its cases"
    labels = {"saga": promise.name}
    draw, slow_buyers = that_waited("no"), that_waited("yes")
    return Kind("ArgosySagaLatencyBurn", what, promise, draw, labels, [slow_buyers])


def _minutes(window: str) -> int:
    return int(window[:-1]) * {"m": 1, "h": 60, "d": 1440}[window[-1]]
