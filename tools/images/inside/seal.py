"""`python3 -m tools.images.inside.seal FOLDER`: makes a tree the same, byte for byte, at any time.

Modules are compiled, because a read-only container would do so anew at each start. A compiled file
holds no time and is trusted without a look at its source, since an image does not change.
"""

import compileall
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

# The first second of 2000: a time that every archive format can hold.
_MOMENT = (946684800, 946684800)


def seal(root: Path) -> None:
    """Compile what is below `root`, readable for everybody, writable for its owner, of one age."""
    compiled = compileall.compile_dir(
        root,
        quiet=1,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit(f"a module below {root} cannot be compiled, see above")
    for path in _deepest_first(root):
        if not path.is_symlink():
            path.chmod(_mode(path.stat().st_mode))
        os.utime(path, _MOMENT, follow_symlinks=False)


def _mode(mode: int) -> int:
    """No special rights, except for a folder that everybody may write to."""
    if mode & stat.S_ISVTX:
        return stat.S_IMODE(mode)
    return 0o755 if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else 0o644


def _deepest_first(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root, topdown=False):
        yield from (Path(folder, name) for name in (*folders, *files))


if __name__ == "__main__":
    seal(Path(sys.argv[1]))
