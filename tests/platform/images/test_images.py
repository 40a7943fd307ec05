"""What is in an image, and what is not; and that building it again gives the same."""

import shutil
import stat
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from tests.platform.images.conftest import RELEASE, SERVICE
from tests.platform.images.containers import PYTHON, USER
from tools.images.build import ALL_IN_ONE, ROOT, Release, build, build_base, images

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_HOME = PurePosixPath("opt/argosy")
_PROGRAM_FOLDERS = ("bin", "sbin", "games", "libexec")
# What an intruder would look for, wherever it may lie.
_TOOLS = {
    *(
        "sh",
        "bash",
        "dash",
        "busybox",
        "perl",
        "apt",
        "apt-get",
        "dpkg",
        "pip",
        "pip3",
        "ensurepip",
    ),
    *("curl", "wget", "nc", "tar", "gcc", "cc", "ld", "make", "gdb", "openssl", "su", "mount"),
}


def _services(contents) -> set[str]:
    folder = _HOME / "services"
    inside = (path.relative_to(folder) for path in contents if path.is_relative_to(folder))
    return {path.parts[0] for path in inside if len(path.parts) > 1} - {"__pycache__"}


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_python_is_the_only_program(contents, name):
    programs = {
        path
        for path, entry in contents[name].items()
        if path.parent.name in _PROGRAM_FOLDERS and path.suffix != ".py" and not entry.target
    }

    assert {path.name for path in programs} - {"__pycache__"} == {"python3.11"}


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_no_shell_and_no_package_manager_is_anywhere(contents, name):
    assert [str(path) for path in contents[name] if path.name in _TOOLS] == []


def test_a_service_image_holds_its_own_service_alone(contents):
    assert _services(contents[SERVICE]) == {SERVICE}


def test_the_image_of_all_holds_every_service(contents):
    assert _services(contents[ALL_IN_ONE]) == set(images()) - {ALL_IN_ONE}


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_no_test_and_no_development_tool_is_in_an_image(contents, name):
    ours = [path for path in contents[name] if path.is_relative_to(_HOME)]
    distributions = {path.parts[-2] for path in ours if path.parent.suffix == ".dist-info"}

    assert [str(path) for path in ours if "tests" in path.relative_to(_HOME).parts[:3]] == []
    assert [name for name in distributions if name.startswith(("pytest", "pip-", "mypy"))] == []


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_every_source_of_the_image_is_the_checkout_s(contents, name):
    ours = {
        path.relative_to(_HOME)
        for path in contents[name]
        if path.is_relative_to(_HOME) and path.parts[2] in ("libs", "services")
    }

    assert [
        str(path) for path in ours if path.suffix == ".py" and not (ROOT / path).is_file()
    ] == []


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_the_container_s_user_owns_nothing_and_may_write_nothing(contents, name):
    odd = [
        str(path)
        for path, entry in contents[name].items()
        if entry.owner != 0
        or (not entry.target and entry.mode & (stat.S_IWGRP | stat.S_IWOTH))
        or entry.mode & (stat.S_ISUID | stat.S_ISGID)
    ]

    assert odd == []


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_every_module_is_compiled_since_no_container_can_keep_what_it_compiles(contents, name):
    modules = {
        path
        for path in contents[name]
        if path.suffix == ".py" and path.is_relative_to(_HOME / "libs")
    }
    compiled = {path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc" for path in modules}

    assert modules
    assert compiled - contents[name].keys() == set()


@pytest.mark.parametrize("name", [SERVICE, ALL_IN_ONE])
def test_an_image_says_how_it_is_started_and_where_it_came_from(engine, images, name):
    known = engine.inspect(images[name])["Config"]

    assert known["User"] == f"{USER}:{USER}"
    assert known["Entrypoint"] == [PYTHON, "-m", "libs.runtime"]
    assert known["Cmd"][0] == "web"
    labels = {
        key.removeprefix("org.opencontainers.image."): known["Labels"][key]
        for key in known["Labels"]
    }
    assert labels["title"] == f"argosy/{name}"
    assert (labels["version"], labels["revision"]) == (RELEASE.version, RELEASE.revision)
    assert labels["licenses"] == "Apache-2.0"


def test_a_second_build_from_nothing_has_the_same_layers(engine, images, python_image, tmp_path):
    """Of a copy, since nothing else may change meanwhile, and of another age."""
    root = _copy(ROOT, tmp_path / "checkout")
    first = replace(RELEASE, root=root)
    second = Release("1.2.3", "another", f"{RELEASE.repository}-again", root)
    ((_, once),) = build(engine, first, [SERVICE])

    for path in root.rglob("*.py"):
        path.touch()
    build_base(engine, second, python_image, fresh=True)
    ((_, again),) = build(engine, second, [SERVICE], fresh=True)

    layers = [engine.inspect(image)["RootFS"]["Layers"] for image in (once, again)]
    engine.discard(*(second.name(name) for name in (SERVICE, "base", "builder")))
    assert again != once
    assert layers[0] == layers[1]


def _copy(root: Path, copy: Path) -> Path:
    """What the Dockerfiles copy."""
    rules = (root / ".dockerignore").read_text("utf-8").splitlines()
    for path in (line[1:] for line in rules if line.startswith("!")):
        source = root / path
        if source.is_dir():
            shutil.copytree(source, copy / path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    for name in ("Dockerfile.base", ".dockerignore"):
        shutil.copy2(root / name, copy)
    return copy
