"""What catalog can be told."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from libs.settings import Settings, SettingsError
from services.catalog.rules.locales import LOCALE


@dataclass(frozen=True)
class CatalogSettings(Settings):
    """Bounds of an import, where searches go, and where images lie."""

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
    media_url: str = field(
        default="",
        repr=False,
        metadata={
            "help": "where images lie: s3+https://key:secret@host:9000/bucket?region=eu-central-1,"
            " or file:///folder on one machine; without it none is taken"
        },
    )
    media_public_url: str = field(
        default="",
        metadata={"help": "where everybody reads them, if not at the bucket's own address"},
    )

    locale: str = field(
        default="en", metadata={"help": "language that products are described in first"}
    )
    cache_seconds: float = field(
        default=1.0,
        metadata={
            "least": 0,
            "most": 60,
            "help": "longest time that a process may show what it remembers; 0: it never does",
        },
    )

    def __post_init__(self) -> None:
        """Refuse addresses that nothing could be sent to."""
        self._check_search()
        self._check_media()
        if not LOCALE.fullmatch(self.locale):
            raise SettingsError(f"{self.variable('locale')} is not a language such as en or pt-BR")

    def _check_media(self) -> None:
        parts = urlsplit(self.media_url)
        is_folder = parts.scheme == "file" and len(parts.path) > 1 and not parts.netloc
        is_bucket = parts.scheme in ("s3+http", "s3+https") and parts.username and parts.password
        if self.media_url and not (is_folder or (is_bucket and parts.path.strip("/"))):
            variable = self.variable("media_url")
            raise SettingsError(f"{variable} is not s3+https://key:secret@host/bucket or file:///")

    def _check_search(self) -> None:
        parts = urlsplit(self.search_url)
        names_index = parts.hostname and parts.path.strip("/").replace("-", "").isalnum()
        if self.search_url and not (parts.scheme in ("http", "https") and names_index):
            raise SettingsError(f"{self.variable('search_url')} is not http(s)://host:port/index")
