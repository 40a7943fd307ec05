"""The folder `.argosy`: where the all-in-one installation keeps its data, keys and logs."""

import fcntl
import hashlib
import hmac
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.settings import SettingsError


@dataclass(frozen=True)
class Place:
    """One installation's folder; two launchers never work in the same one."""

    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def demo(self) -> Path:
        """Which demo orders were placed, so that a second start shows the same ones."""
        return self.folder / "demo.json"

    @property
    def payments(self) -> Path:
        """The payment simulator's journal."""
        return self.folder / "payments.jsonl"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder alone; refuses while another launcher holds it, dead ones do not."""
        # As root, PostgreSQL runs as another user, who has to pass through.
        self.folder.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
        with (self.folder / "lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                raise SettingsError(f"Argosy already runs here, as process {holder}") from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def password(self, name: str) -> str:
        """A password for one role or server, the same at every start."""
        file = self.folder / "secret"
        if not file.exists():
            fresh = self.folder / "secret.new"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32), "ascii")
            fresh.rename(file)
        key = file.read_bytes()
        return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:40]

    def remove(self) -> None:
        """Remove all data; refuses while a launcher runs."""
        if not self.folder.exists():
            return
        with self.held():
            link = self.folder / "postgres"
            if link.is_symlink():
                shutil.rmtree(link.resolve().parent, ignore_errors=True)
            shutil.rmtree(self.folder)
