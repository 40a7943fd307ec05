""".env.example holds every setting of the code, and a shell can read it."""

import re
import subprocess

from libs.runtime import registry
from libs.runtime.check import table
from tools.env_example import FILE, text


def test_the_file_is_what_the_code_says():
    assert FILE.read_text("utf-8") == text(registry.discover()), "run `make env-example`"


def test_every_setting_stands_in_it_once():
    settings = {line.split()[0] for line in table(registry.discover(), {})}
    lines = text(registry.discover()).splitlines()

    shown = [line.lstrip("#").partition("=")[0] for line in lines if "=" in line.split(" ")[0]]

    assert sorted(shown) == sorted(settings)


def test_a_shell_reads_it_with_every_default_switched_on(tmp_path):
    file = tmp_path / "env"
    lines = text(registry.discover()).splitlines()
    settings = [line.removeprefix("#") for line in lines if re.match("#?ARGOSY_[A-Z0-9_]+=", line)]
    file.write_text("\n".join(settings) + "\n")

    read = subprocess.run(  # noqa: S603 - a fixed program
        ["/bin/sh", "-euc", f'set -a; . "{file}"; env'],
        env={},
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )

    found = dict(line.split("=", 1) for line in read.stdout.splitlines() if "=" in line)
    assert found["ARGOSY_NOTIFICATIONS_SENDER"] == "Argosy <shop@localhost.localdomain>"
    assert found["ARGOSY_DATABASE_POOL_SIZE"] == "8"
    assert found["ARGOSY_ORDERS_DATABASE_URL"] == ""
