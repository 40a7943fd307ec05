"""`make sign` and `make release`; one sentence says what is missing before anything is published.

A signature needs ARGOSY_SIGNING_KEYRING, ARGOSY_SIGNING_KEY and ARGOSY_SIGNING_PASSPHRASE (a file),
or cosign on the path, with ARGOSY_COSIGN_KEY or the build's own identity. A release needs REGISTRY,
and ARGOSY_REGISTRY_CREDENTIALS if the account there is not in ~/.docker/config.json.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from libs.testing.servers.programs import MissingProgram
from tools.images.build import ROOT, Release, images
from tools.images.daemon import running_engine
from tools.images.engine import EngineError
from tools.release import folder as release_folder
from tools.release import publish
from tools.release.folder import Folder
from tools.release.publish import Registry
from tools.release.signing import ReleaseRefused, cosign, signers
from tools.release.version import Version

FOLDER = Folder(ROOT / "build")


def sign(environ: Mapping[str, str]) -> None:
    """Sign every packaged chart."""
    for signature in release_folder.sign(FOLDER, signers(environ)):
        print(signature.relative_to(ROOT))


def release(environ: Mapping[str, str]) -> None:
    """Publish what lies ready: images always, charts and the page under the tag of a version."""
    built, to = Release.of_checkout(), Registry.from_env(environ)
    version, names = Version.of(built, ROOT), images()
    files = [*FOLDER.charts, *FOLDER.signatures, *FOLDER.bills(names)]
    notes = FOLDER.write(
        "notes.md", release_folder.notes((ROOT / "CHANGELOG.md").read_text("utf-8"), built.version)
    )
    files.append(_push_images(environ, built, to, version))
    files.append(FOLDER.write("SHA256SUMS", release_folder.checksums(files)))
    if version.released:
        publish.push_charts(FOLDER.charts, to)
        publish.open_page(version, notes, files, environ)
    print(f"{version.name} is at {to.place}")


def _push_images(
    environ: Mapping[str, str], built: Release, to: Registry, version: Version
) -> Path:
    os.environ["DOCKER_CONFIG"] = str(to.credentials.parent)
    with running_engine() as engine:
        digests = publish.push_images(engine, built, images(), to, version)
    if signer := cosign(environ):
        for name, digest in digests.items():
            signer.sign_image(f"{to.image(name, version.name).rpartition(':')[0]}@{digest}")
    values = publish.image_values(digests, to, version)
    return FOLDER.write("images.yaml", yaml.safe_dump(values, sort_keys=False))


_COMMANDS = {"sign": sign, "release": release}


def main() -> None:
    """The program's entry."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    try:
        _COMMANDS[parser.parse_args().command](os.environ)
    except (ReleaseRefused, EngineError, MissingProgram) as fault:
        sys.exit(f"The release cannot be made: {fault}")


if __name__ == "__main__":
    main()
