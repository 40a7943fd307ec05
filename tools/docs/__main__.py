"""`make docs`: writes the pages of docs/ that follow from the code."""

from pathlib import Path

from tools.docs import erd, messages, settings

FOLDER = Path(__file__).resolve().parents[2] / "docs"


def pages() -> dict[str, str]:
    """Every generated page by its place under docs/."""
    return dict(erd.pages()) | {"settings.md": settings.page(), "messages.md": messages.page()}


def stale(folder: Path) -> list[str]:
    """The pages that differ from what the code says, and those of services that are gone."""
    wanted = pages()
    gone = {f"erd/{file.name}" for file in (folder / "erd").glob("*.md")} - wanted.keys()
    return sorted(gone | {name for name, text in wanted.items() if _read(folder / name) != text})


def write(folder: Path) -> None:
    """Bring every page up to date."""
    wanted = pages()
    for name in stale(folder):
        place = folder / name
        if name in wanted:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(wanted[name], "utf-8")
        else:
            place.unlink()


def _read(place: Path) -> str | None:
    return place.read_text("utf-8") if place.is_file() else None


if __name__ == "__main__":
    write(FOLDER)
    print("docs/ is written")
