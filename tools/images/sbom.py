"""`make sbom`: the bill of materials of each image, as CycloneDX JSON in build/sbom.

It is made of the image's own records (Debian's, and those of the installed distributions), and only
if these agree with every file of the image and with the lock.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from libs.testing.servers.programs import MissingProgram
from tools.images import inventory
from tools.images.build import LOCK, ROOT, Release, images
from tools.images.contents import Contents, read
from tools.images.daemon import running_engine
from tools.images.engine import Engine, EngineError
from tools.images.inventory import Component, Kind
from tools.images.wheels import applicable

FOLDER = ROOT / "build" / "sbom"
_TYPES: dict[Kind, str] = {"interpreter": "platform", "application": "application"}
_MOST = 5


class BillRefused(Exception):
    """The image is not what its records and the lock say."""


def document(image: str, image_id: str, found: Sequence[Component]) -> dict[str, Any]:
    """The bill; the same image has the same one."""
    name, _, version = image.rpartition(":")
    parts = [_component(one) for one in found if one.kind != "application"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, image_id)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": image,
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [{"name": "argosy:image-id", "value": image_id}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": image, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def check(contents: Contents, found: Sequence[Component], machine: str) -> None:
    """Refuse an image with a file that nothing explains, or with other packages than the lock's."""
    lines = applicable(LOCK.read_text("utf-8"), machine, [inventory.python_version(contents)])
    pins = [line.partition(" ")[0] for line in lines]
    said = [*inventory.faults(contents, found), *inventory.lock_faults(found, pins)]
    if said:
        more = f" and {len(said) - _MOST} more" if len(said) > _MOST else ""
        raise BillRefused("; ".join(said[:_MOST]) + more)


def bill(engine: Engine, image: str) -> dict[str, Any]:
    """The checked bill of one image."""
    contents = read(engine, image)
    found = inventory.components(contents)
    check(contents, found, engine.machine)
    return document(image, engine.inspect(image)["Id"], found)


def write(engine: Engine, image: str, folder: Path) -> Path:
    """Write the checked bill of one image into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name = image.rpartition(":")[0].replace("/", "-")
    file = folder / f"{name}.cdx.json"
    file.write_text(json.dumps(bill(engine, image), indent=1) + "\n", "utf-8")
    return file


def _component(one: Component) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": _TYPES.get(one.kind, "library"),
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
    }
    if one.license:
        described["licenses"] = [{"expression": one.license}]
    return described


def main() -> None:
    """The program's entry; what cannot work is one sentence."""
    parser = argparse.ArgumentParser(prog="make sbom", description=__doc__)
    parser.add_argument("names", nargs="*", help="some images; all of them by default")
    names = parser.parse_args().names or images()
    release = Release.of_checkout()
    try:
        with running_engine() as engine:
            for name in names:
                print(write(engine, release.name(name), FOLDER).relative_to(ROOT), flush=True)
    except (EngineError, BillRefused, MissingProgram) as fault:
        sys.exit(f"The bills of materials cannot be written: {fault}")


if __name__ == "__main__":
    main()
