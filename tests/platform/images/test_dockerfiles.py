"""The Dockerfiles of the services are one text, and only what it copies reaches the engine."""

import re

import pytest

from tools.images.build import ALL_IN_ONE, ROOT, images

_SERVICES = [name for name in images() if name != ALL_IN_ONE]


@pytest.mark.parametrize("service", _SERVICES)
def test_a_service_s_dockerfile_differs_from_another_s_in_the_name_alone(service):
    texts = {
        (ROOT / "services" / name / "Dockerfile").read_text("utf-8").replace(name, "<service>")
        for name in (service, _SERVICES[0])
    }

    assert len(texts) == 1


@pytest.mark.parametrize("path", ["Dockerfile", "Dockerfile.base", "services/orders/Dockerfile"])
def test_no_dockerfile_starts_a_shell(path):
    """A RUN, CMD or ENTRYPOINT that is no JSON list would be handed to one."""
    text = (ROOT / path).read_text("utf-8")
    started = re.findall(r"^(?:RUN|CMD|ENTRYPOINT) (.)", text, re.MULTILINE)

    assert started
    assert set(started) == {"["}


def test_the_public_base_image_is_pinned_by_its_digest():
    text = (ROOT / "Dockerfile.base").read_text("utf-8")

    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11-\S+@sha256:[0-9a-f]{64}$", text, re.MULTILINE)


def test_all_that_a_dockerfile_copies_is_let_through_to_the_engine():
    copied: set[str] = set()
    for path in (
        ROOT / "Dockerfile",
        ROOT / "Dockerfile.base",
        *ROOT.glob("services/*/Dockerfile"),
    ):
        copied |= set(re.findall(r"^COPY (?!--from)(\S+)", path.read_text("utf-8"), re.MULTILINE))
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line.removeprefix("!") for line in ignored if line.startswith("!")]

    assert "*" in ignored
    assert [path for path in copied if not path.startswith(tuple(allowed))] == []
    assert [path for path in allowed if not any(one.startswith(path) for one in copied)] == []
