"""The wheels are those of the lock that a container's Python would ask for."""

from tools.images.wheels import applicable

_LOCK = """\
# made by `make lock`
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via redis
deprecated==1.3.1 ; python_full_version < '3.12' \\
    --hash=sha256:cc
deprecated==3.0.1 ; python_full_version >= '3.12' \\
    --hash=sha256:dd
flask==3.1.3 \\
    --hash=sha256:ee
greenlet==3 ; platform_machine == 'x86_64' \\
    --hash=sha256:ff
tzdata==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""


def _pins(*arguments) -> list[str]:
    return [line.split()[0] for line in applicable(_LOCK, *arguments)]


def test_a_line_that_some_patch_release_needs_is_collected_for_all():
    assert "async-timeout==5.0.1" in _pins("x86_64")


def test_a_line_for_another_python_or_system_is_left_out():
    assert not {"deprecated==3.0.1", "tzdata==2026.6"} & set(_pins("x86_64"))


def test_a_line_for_another_machine_is_left_out():
    assert "greenlet==3" in _pins("x86_64")
    assert "greenlet==3" not in _pins("aarch64")


def test_one_python_needs_its_own_lines_alone():
    assert "async-timeout==5.0.1" in _pins("x86_64", ["3.11.2"])
    assert "async-timeout==5.0.1" not in _pins("x86_64", ["3.11.16"])


def test_every_hash_of_a_line_is_kept():
    assert "async-timeout==5.0.1 --hash=sha256:aa --hash=sha256:bb" in applicable(_LOCK, "x86_64")
