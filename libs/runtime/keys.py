"""Makes the keys of an installation: one signs access tokens, one per calling service its own.

<directory>/accounts/<moment>.active.pem   signs access tokens
<directory>/services/<name>.pem            signs the service tokens of that service
<directory>/accounts-jwks.json             the public keys of access tokens
<directory>/service-jwks.json              the public keys of service tokens
"""

import argparse
import fcntl
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs import clock, jwk
from libs.http.service_keys import ServiceKey

CALLERS = ("orders",)
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class KeyFiles:
    """Where the keys of one installation lie."""

    directory: Path

    @property
    def accounts(self) -> Path:
        """For ARGOSY_ACCOUNTS_KEYS_DIR."""
        return self.directory / "accounts"

    @property
    def accounts_jwks(self) -> Path:
        """For ARGOSY_JWKS_URL, as a file:// URL, where accounts need not be asked over HTTP."""
        return self.directory / "accounts-jwks.json"

    @property
    def service_jwks(self) -> Path:
        """For ARGOSY_SERVICE_JWKS."""
        return self.directory / "service-jwks.json"

    @property
    def services(self) -> Path:
        """The folder of the private keys of calling services."""
        return self.directory / "services"

    def service(self, name: str) -> Path:
        """The private key of one calling service."""
        return self.services / f"{name}.pem"


def make_keys(directory: Path, callers: Sequence[str] = CALLERS) -> KeyFiles:
    """Create what is missing, keep every existing key, rewrite the public sets from the keys.

    Many processes may start it at once: one works, the others wait and find everything there.
    """
    files = KeyFiles(directory)
    for folder in (files.accounts, files.services):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _create_missing(files, callers)
        _publish(files)
    return files


def _create_missing(files: KeyFiles, callers: Sequence[str]) -> None:
    if not any(files.accounts.glob("*.active.pem")):
        first = files.accounts / f"{clock.now():%Y%m%dT%H%M%SZ}.active.pem"
        _write(first, jwk.to_pem(Ed25519PrivateKey.generate()))
    for name in callers:
        if not files.service(name).exists():
            _write(files.service(name), jwk.to_pem(Ed25519PrivateKey.generate()))


def _publish(files: KeyFiles) -> None:
    own = [jwk.load_private(path).public_key() for path in sorted(files.accounts.glob("*.pem"))]
    _write(files.accounts_jwks, jwk.key_set(jwk.public_jwk(key) for key in own))
    callers = [ServiceKey.load(path.stem, path) for path in sorted(files.services.glob("*.pem"))]
    _write(files.service_jwks, jwk.key_set(key.public_jwk() for key in callers))


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing of it, for its owner's eyes only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(_OWNER_ONLY, exist_ok=False)
    fresh.write_bytes(data)
    fresh.replace(path)


def main() -> None:
    """`python -m libs.runtime.keys DIRECTORY`."""
    parser = argparse.ArgumentParser(description="Make the keys that sign tokens.")
    parser.add_argument("directory", type=Path, help="where the keys lie; existing ones are kept")
    parser.add_argument("--caller", action="append", help="a service that calls others")
    arguments = parser.parse_args()
    files = make_keys(arguments.directory, arguments.caller or CALLERS)
    sys.stdout.write(f"keys are in {files.directory}\n")


if __name__ == "__main__":
    main()
