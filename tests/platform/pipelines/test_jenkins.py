"""The Jenkinsfile is a declarative pipeline, its steps exist, and its credentials stay on main."""

import re
from typing import Any

import pytest
import yaml

from tests.platform.pipelines.groovy import Script
from tests.platform.pipelines.jenkins import JENKINS, binding_steps, pipeline, stages, steps
from tests.platform.pipelines.makefile import called

_SECTIONS = {
    "agent",
    "environment",
    "libraries",
    "options",
    "parameters",
    "post",
    "stages",
    "triggers",
}
_PARTS = {"agent", "environment", "options", "parallel", "post", "stages", "steps", "when"}
# What the plugins of plugins.txt bring, as far as the pipeline and its configuration use it.
_PLUGIN_OF = {
    "archiveArtifacts": None,  # Jenkins itself
    "buildDiscarder": None,
    "checkout": "workflow-aggregator",
    "credentials": "credentials-binding",
    "disableConcurrentBuilds": "workflow-aggregator",
    "globalLibraries": "pipeline-groovy-lib",
    "git": "git",
    "jenkins": "configuration-as-code",
    "jobs": "job-dsl",
    "lib": "pipeline-groovy-lib",
    "multibranchPipelineJob": "workflow-multibranch",
    "sh": "workflow-aggregator",
    "skipDefaultCheckout": "workflow-aggregator",
    "timeout": "workflow-aggregator",
    "timestamps": "timestamper",
    "withCredentials": "credentials-binding",
}


def plugins() -> list[str]:
    return (JENKINS / "local/plugins.txt").read_text("utf-8").split()


def configuration() -> dict[str, Any]:
    return dict(yaml.safe_load((JENKINS / "local/jenkins.yaml").read_text("utf-8")))


def steps_in(script: Script) -> set[str]:
    """What runs in the blocks `steps` and `post` of a pipeline."""
    return {
        call.name
        for part in ("steps", "always")
        for block in script.calls(part)
        for call in block.own()
    }


def test_the_jenkinsfile_is_one_pipeline_without_a_word_that_is_not_groovy():
    script = pipeline()

    assert not script.broken
    assert [call.name for call in script.calls("pipeline")] == ["pipeline"]
    assert {call.name for call in script.calls("pipeline")[0].own()} <= _SECTIONS


def test_a_jenkinsfile_that_is_cut_off_is_reported():
    source = (JENKINS / "Jenkinsfile").read_text("utf-8")

    assert Script.parse(source[: len(source) // 2]).broken


def test_every_stage_has_a_name_of_its_own_and_something_to_do():
    found = stages()

    assert len({stage.name for stage in found}) == len(found)
    for stage in found:
        assert {call.name for call in stage.call.own()} <= _PARTS
        assert stage.call.directive("steps")


def test_every_shared_step_is_groovy_with_one_entrance():
    for name, script in steps().items():
        assert not script.broken, name
        source = (JENKINS / "vars" / f"{name}.groovy").read_text("utf-8")
        assert len(re.findall(r"^void call\(", source, re.MULTILINE)) == 1, name


def test_every_step_of_the_pipeline_is_ours_or_of_a_listed_plugin():
    used = steps_in(pipeline()) | {
        call.name for script in steps().values() for call in script.calls()
    }
    foreign = used - steps().keys() - {"body", "call", "file"}

    assert {step for step in foreign if _PLUGIN_OF[step] not in (None, *plugins())} == set()


def test_every_shared_step_is_used():
    used = {call.name for call in pipeline().calls()}

    assert steps().keys() - used == set()


def test_the_shared_steps_run_make_and_tidy_up_and_nothing_else():
    commands = [
        call.texts[0].replace("${name}", "x")
        for script in steps().values()
        for call in script.calls("sh")
    ]

    assert [line for line in commands if not called(line)] == ["git clean -fd"]
    assert pipeline().calls("sh") == []


def test_credentials_are_bound_only_where_a_merged_change_is():
    binding = [stage for stage in stages() if stage.binds_credentials]

    assert {stage.name for stage in binding} == {"Signed release", "Deploy"}
    for stage in binding:
        refused = [call for call in stage.conditions if call.name == "not"]
        assert [inner.name for call in refused for inner in call.own()] == ["changeRequest"]
        assert "branch main" in stage.builds
        assert stage.builds <= {"branch main", "buildingTag"}


def test_a_credential_is_always_a_file_whose_content_no_log_can_show():
    bound = [call for name in binding_steps() for call in steps()[name].calls("file")]

    assert {call.options["credentialsId"] for call in bound} == {
        "argosy-signing-keyring",
        "argosy-signing-passphrase",
        "argosy-registry",
        "argosy-kubeconfig",
    }


def test_the_configuration_asks_for_listed_plugins_alone():
    document = configuration()
    roots = document.keys() - {"unclassified"} | document["unclassified"].keys()
    script = Script.parse(document["jobs"][0]["script"])

    assert not script.broken
    assert {_PLUGIN_OF[root] for root in roots} - {None, *plugins()} == set()
    assert {_PLUGIN_OF[call.name] for call in script.calls("multibranchPipelineJob", "git")} <= {
        *plugins()
    }


def test_the_configuration_holds_no_secret():
    document = configuration()
    user = document["jenkins"]["securityRealm"]["local"]["users"][0]

    assert user["password"] == "${JENKINS_ADMIN_PASSWORD}"
    assert "credentials" not in document


def test_the_configuration_names_the_library_the_label_and_the_file_that_there_are():
    document = configuration()
    library = document["unclassified"]["globalLibraries"]["libraries"][0]
    asked = [call.texts for call in pipeline().calls("lib")]

    assert asked == [[library["name"]]]
    assert (JENKINS.parent / library["retriever"]["modernSCM"]["libraryPath"] / "vars").is_dir()
    assert document["jenkins"]["labelString"] == pipeline().calls("label")[0].texts[0]
    assert "jenkins/Jenkinsfile" in document["jobs"][0]["script"]


def test_every_listed_plugin_is_used():
    assert set(plugins()) - {plugin for plugin in _PLUGIN_OF.values() if plugin} == set()


@pytest.mark.parametrize("plugin", ["configuration-as-code", "workflow-aggregator"])
def test_the_list_of_plugins_holds_what_nothing_works_without(plugin):
    assert plugin in plugins()
