"""Signatures of chart archives: PGP provenance as helm verifies it, or cosign bundles."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from helm_python import HelmError
from helm_python import chart as helm

_SECONDS = 120.0
_KEYRING, _IDENTITY = "ARGOSY_SIGNING_KEYRING", "ARGOSY_SIGNING_KEY"
_PASSPHRASE, _COSIGN_KEY = "ARGOSY_SIGNING_PASSPHRASE", "ARGOSY_COSIGN_KEY"


class ReleaseRefused(Exception):
    """Something is missing or does not fit; the message is one sentence."""


class Signer(Protocol):
    """One way to sign a file."""

    def sign(self, archive: Path) -> Path:
        """Write the signature beside the archive."""
        ...


@dataclass(frozen=True)
class Pgp:
    """A key in a secret keyring, `gpg --export-secret-keys`; helm verifies with the public half."""

    keyring: Path
    identity: str
    passphrase: Path | None = None

    def sign(self, archive: Path) -> Path:
        """Write `<archive>.prov`, and verify the archive with it."""
        try:
            written = helm.sign(
                archive, key=self.identity, keyring=self.keyring, passphrase_file=self.passphrase
            )
            verify(archive, self.keyring)
        except HelmError as fault:
            raise ReleaseRefused(f"{archive.name} could not be signed: {fault}") from fault
        return Path(written)


@dataclass(frozen=True)
class Cosign:
    """The program: with a key or a KMS where one is named, else with the build's own identity."""

    program: str
    key: str = ""

    def sign(self, archive: Path) -> Path:
        """Write `<archive>.sigstore.json`, which holds all that `cosign verify-blob` asks for."""
        bundle = archive.with_name(f"{archive.name}.sigstore.json")
        self.run(("sign-blob", "--yes", *self._key(), "--bundle", str(bundle), str(archive)))
        return bundle

    def sign_image(self, image: str) -> None:
        """Sign an image by its digest, in the registry that holds it."""
        self.run(("sign", "--yes", *self._key(), image))

    def run(self, arguments: Sequence[str]) -> None:
        done = subprocess.run(  # noqa: S603 - a program of the caller's, no shell
            [self.program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
            raise ReleaseRefused(f"cosign {arguments[0]} failed: {reason}")

    def _key(self) -> tuple[str, ...]:
        return ("--key", self.key) if self.key else ()


def cosign(environ: Mapping[str, str]) -> Cosign | None:
    """The cosign on the path, if there is one."""
    program = shutil.which("cosign", path=environ.get("PATH", os.defpath))
    return Cosign(program, environ.get(_COSIGN_KEY, "")) if program else None


def signers(environ: Mapping[str, str]) -> list[Signer]:
    """Every way to sign that is open here; refuses when there is none."""
    found: list[Signer] = []
    if keyring := environ.get(_KEYRING):
        if not (identity := environ.get(_IDENTITY)):
            raise ReleaseRefused(f"{_KEYRING} is set, but {_IDENTITY} does not say whose key signs")
        passphrase = environ.get(_PASSPHRASE)
        found.append(Pgp(Path(keyring), identity, Path(passphrase) if passphrase else None))
    if program := cosign(environ):
        found.append(program)
    if not found:
        raise ReleaseRefused(f"nothing can sign: neither is {_KEYRING} set nor cosign on the path")
    return found


def verify(archive: Path, keyring: Path) -> str:
    """Who signed the archive with a key of the keyring; refuses every other archive."""
    try:
        return ", ".join(helm.verify(archive, keyring)["signed_by"])
    except HelmError as fault:
        raise ReleaseRefused(f"{archive.name} is not signed by that key: {fault}") from fault
