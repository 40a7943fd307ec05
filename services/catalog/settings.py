"""What catalog can be told."""

from dataclasses import dataclass, field

from libs.settings import Settings


@dataclass(frozen=True)
class CatalogSettings(Settings):
    """Bounds of an import."""

    section = "CATALOG_"

    import_bytes: int = field(
        default=32 * 1024 * 1024, metadata={"help": "largest file that an import takes"}
    )
