"""`make clients`: writes the clients of the API into build/clients, without any network."""

import shutil
import sys
from pathlib import Path

from tools.clients import python, typescript
from tools.clients.api import document

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "clients"
LANGUAGES = {"python": python.files, "typescript": typescript.files}


def write(folder: Path) -> None:
    """Each language in a folder of its own; what was there before is gone."""
    described = document()
    for language, files in LANGUAGES.items():
        shutil.rmtree(folder / language, ignore_errors=True)
        for name, text in files(described).items():
            place = folder / language / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")


def main() -> None:
    """The program's entry; another folder may be named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    write(folder)
    print(f"the clients are in {folder}")


if __name__ == "__main__":
    main()
