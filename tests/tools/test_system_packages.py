"""The servers that the tests need are found, installed, or asked for in one sentence."""

from pathlib import Path

import pytest

from libs.testing.servers.programs import program, rabbit_program
from tools.system_packages import Need, advice, install, missing

# Stands in for apt-get: notes its arguments and what Debian would be told about services.
_APT_GET = """#!/bin/sh
echo "$@" >> {journal}
{policy} >/dev/null 2>&1
echo "services: $?" >> {journal}
exit {status}
"""


@pytest.fixture
def empty(tmp_path: Path) -> list[Need]:
    """Needs looked for in a folder that holds no program."""
    nowhere = str(tmp_path)
    return [
        Need("rabbitmq-server", "BROKER", lambda: rabbit_program("rabbit", nowhere, nowhere)),
        Need("redis-server", "REDIS", lambda: program("redis-server", path=nowhere)),
    ]


def _apt_get(folder: Path, status: int = 0) -> str:
    script = folder / "apt-get"
    text = _APT_GET.format(journal=folder / "journal", policy=folder / "policy", status=status)
    script.write_text(text)
    script.chmod(0o755)
    return str(script)


def test_what_is_not_installed_is_missing(empty):
    assert missing(empty, {}) == empty


def test_a_server_given_by_url_is_not_missing(empty):
    assert missing(empty, {"BROKER": "amqp://there"}) == empty[1:]


def test_the_advice_names_packages_and_variables(empty):
    sentence = advice(empty)

    assert "apt-get install rabbitmq-server redis-server" in sentence
    assert "BROKER, REDIS" in sentence


def test_packages_are_installed_without_starting_their_services(tmp_path):
    install(["redis-server"], _apt_get(tmp_path), tmp_path / "policy")

    assert (tmp_path / "journal").read_text().splitlines() == [
        "-qq update",
        "services: 101",
        "-qq install --yes --no-install-recommends redis-server",
        "services: 101",
    ]
    assert not (tmp_path / "policy").exists()


def test_a_policy_of_the_machine_is_left_alone(tmp_path):
    policy = tmp_path / "policy"
    policy.write_text("#!/bin/sh\nexit 7\n")
    policy.chmod(0o755)

    install(["redis-server"], _apt_get(tmp_path), policy)

    assert "services: 7" in (tmp_path / "journal").read_text()
    assert policy.read_text() == "#!/bin/sh\nexit 7\n"


def test_services_may_start_again_after_a_failed_installation(tmp_path):
    with pytest.raises(Exception, match="returned non-zero exit status 100"):
        install(["redis-server"], _apt_get(tmp_path, status=100), tmp_path / "policy")

    assert not (tmp_path / "policy").exists()
