"""The shop that a replay runs against: a private one that ends with it, or a running one."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.settings import SettingsError
from libs.testing.cluster import Cluster
from libs.testing.installation import Installation
from libs.testing.process import run_to_end
from libs.testing.servers.private import free_port, scratch_directory
from tools.run.launcher import Launcher
from tools.run.settings import RunSettings

WITNESSES = ("orders", "inventory", "payments")
_ADMIN = "admin@replay.example"
_ADMIN_SECONDS = 60.0
_LIMITS = ("CHECKOUT", "LOGIN", "REGISTER", "COUPON", "EVENTS")
_UNLIMITED = {f"ARGOSY_RATE_LIMIT_{name}": "off" for name in _LIMITS}


@dataclass(frozen=True)
class Instance:
    """Where the shop answers, who may administer it, and where its books are.

    `look()` keeps a private shop's processes up; to be called every now and then.
    """

    locate: Callable[[str], str]
    databases: Mapping[str, str]
    journal: Path
    admin_email: str
    admin_password: str
    look: Callable[[], None] = lambda: None


@contextmanager
def all_in_one() -> Iterator[Instance]:
    """The shop as `make run` starts it, empty, in a temporary folder."""
    os.environ.update(_UNLIMITED)
    with scratch_directory() as directory:
        port = free_port()
        launcher = Launcher(RunSettings(home=directory / "shop", port=port), print)
        with launcher.up() as installation:
            yield _private(
                installation, lambda path: f"http://127.0.0.1:{port}{path}", launcher.look
            )


@contextmanager
def cluster() -> Iterator[Instance]:
    """Each service in processes of its own on PostgreSQL, RabbitMQ and Redis, all durable."""
    with (
        scratch_directory() as directory,
        Cluster(directory, layout="per_service", environ=_UNLIMITED, fsync=True) as running,
    ):
        yield _private(running.installation, running.url_for, lambda: None)


def given(base_url: str, journal: Path, environ: Mapping[str, str]) -> Instance:
    """One that runs; its databases and administrator come from the environment."""
    names = {service: f"ARGOSY_{service.upper()}_DATABASE_URL" for service in WITNESSES}
    person = ("ARGOSY_REPLAY_ADMIN_EMAIL", "ARGOSY_REPLAY_ADMIN_PASSWORD")
    if missing := [name for name in (*names.values(), *person) if not environ.get(name)]:
        raise SettingsError(f"a replay against {base_url} needs {', '.join(missing)}")
    return Instance(
        locate=lambda path: base_url.rstrip("/") + path,
        databases={service: environ[name] for service, name in names.items()},
        journal=journal,
        admin_email=environ[person[0]],
        admin_password=environ[person[1]],
    )


def _private(
    installation: Installation, locate: Callable[[str], str], look: Callable[[], None]
) -> Instance:
    password = secrets.token_hex(16)
    run_to_end(installation.administrator(_ADMIN, "Replay", password), _ADMIN_SECONDS, look)
    return Instance(
        locate=locate,
        databases=installation.servers.databases,
        journal=installation.journal,
        admin_email=_ADMIN,
        admin_password=password,
        look=look,
    )
