"""The Jenkins pipeline as data: its stages, their targets and their credentials."""

from dataclasses import dataclass

from tests.architecture.repository import ROOT
from tests.platform.pipelines.groovy import Call, Script

JENKINS = ROOT / "jenkins"
STEPS = JENKINS / "vars"
_TARGETS = ("target", "rootTarget")


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline."""

    call: Call

    @property
    def name(self) -> str:
        return self.call.texts[0]

    @property
    def targets(self) -> list[str]:
        """The targets of the Makefile that it calls, in the order of the file."""
        return [step.texts[0] for step in self.call.within(*_TARGETS)]

    @property
    def conditions(self) -> list[Call]:
        """What has to hold for it to run at all."""
        when = self.call.directive("when")
        return when.own() if when else []

    @property
    def builds(self) -> set[str]:
        """The kinds of builds that it runs for, as `branch main` or `buildingTag`."""
        groups = [call for call in self.conditions if call.name == "anyOf"]
        named = [inner for group in groups for inner in group.own()] + self.conditions
        kinds = [call for call in named if call.name in ("branch", "buildingTag")]
        return {" ".join([call.name, *call.texts]) for call in kinds}

    @property
    def is_for_changes(self) -> bool:
        """Whether it runs before a change is merged."""
        return not self.conditions

    @property
    def binds_credentials(self) -> bool:
        """Whether one of its steps, or one of ours that it calls, binds credentials."""
        names = {"withCredentials", *binding_steps()}
        return bool(self.call.within(*names))


def pipeline() -> Script:
    """The Jenkinsfile."""
    return Script.parse((JENKINS / "Jenkinsfile").read_text("utf-8"))


def stages() -> list[Stage]:
    """Every stage, in its order."""
    return [Stage(call) for call in pipeline().calls("stage")]


def steps() -> dict[str, Script]:
    """The shared steps by name."""
    return {path.stem: Script.parse(path.read_text("utf-8")) for path in sorted(STEPS.iterdir())}


def binding_steps() -> set[str]:
    """The shared steps that bind credentials."""
    return {name for name, script in steps().items() if script.calls("withCredentials")}
