"""What catalog can be told."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from libs.settings import Settings, SettingsError


@dataclass(frozen=True)
class CatalogSettings(Settings):
    """Bounds of an import, and where searches go."""

    section = "CATALOG_"

    import_bytes: int = field(
        default=32 * 1024 * 1024, metadata={"help": "largest file that an import takes"}
    )
    search_url: str = field(
        default="",
        repr=False,
        metadata={
            "help": "an index of OpenSearch or Elasticsearch,"
            " https://user:password@host:9200/products; without it PostgreSQL searches"
        },
    )

    def __post_init__(self) -> None:
        """Refuse an address that no search could be sent to."""
        parts = urlsplit(self.search_url)
        names_index = parts.hostname and parts.path.strip("/").replace("-", "").isalnum()
        if self.search_url and not (parts.scheme in ("http", "https") and names_index):
            raise SettingsError(f"{self.variable('search_url')} is not http(s)://host:port/index")
