"""What is in an image: every file and link of its layers, as a container would see them."""

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from tools.images.engine import Engine, EngineError

# Records whose text tells what the other files are.
_TEXTS = ("var/lib/dpkg/*", "var/lib/dpkg/info/*", "**/*.dist-info/*", "**/pyvenv.cfg")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file or a link; a link has a target and no checksums."""

    mode: int
    owner: int
    sha256: str = ""
    md5: str = ""
    target: str = ""
    text: str = ""


Contents = Mapping[PurePosixPath, Entry]


def read(engine: Engine, image: str) -> Contents:
    """Every file and link of the image by its path from the root; no layer may take any away."""
    entries: dict[PurePosixPath, Entry] = {}
    with tempfile.TemporaryDirectory(prefix="argosy-image-") as folder:
        archive = Path(folder, "image.tar")
        engine.run("save", "--output", archive, image, seconds=300)
        with tarfile.open(archive) as outer:
            (manifest,) = json.loads(_member(outer, "manifest.json").read())
            for layer in manifest["Layers"]:
                with tarfile.open(fileobj=_member(outer, layer)) as inner:
                    for member in inner:
                        _add(entries, inner, member)
    return entries


def resolve(contents: Contents, path: PurePosixPath) -> PurePosixPath:
    """The path below the folder that a link at the root stands for: lib/x is usr/lib/x."""
    top = contents.get(PurePosixPath(path.parts[0]))
    if top and top.target and len(path.parts) > 1:
        return PurePosixPath(top.target, *path.parts[1:])
    return path


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    if file is None:
        raise EngineError(f"the saved image has no {name}")
    return file


def _add(
    entries: dict[PurePosixPath, Entry], layer: tarfile.TarFile, member: tarfile.TarInfo
) -> None:
    path = PurePosixPath(member.name)
    if path.name.startswith(".wh."):
        raise EngineError(f"a layer of the image takes {path} away, so it is hidden, not absent")
    if member.issym():
        entries[path] = Entry(member.mode, member.uid, target=member.linkname)
    elif member.isfile():
        file = _member(layer, member.name)
        entries[path] = _file(member, file, with_text=any(map(path.match, _TEXTS)))
    elif not member.isdir():
        raise EngineError(f"the image holds {path}, which is no file, link or folder")


def _file(member: tarfile.TarInfo, file: IO[bytes], *, with_text: bool) -> Entry:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    kept = b""
    while chunk := file.read(_CHUNK):
        sha256.update(chunk)
        md5.update(chunk)
        kept += chunk if with_text else b""
    return Entry(
        mode=member.mode,
        owner=member.uid,
        sha256=sha256.hexdigest(),
        md5=md5.hexdigest(),
        text=kept.decode("utf-8", "replace"),
    )
