"""What accounts can be told."""

from dataclasses import dataclass, field
from pathlib import Path

from libs.settings import Settings


@dataclass(frozen=True)
class AccountsSettings(Settings):
    """Read when the service starts."""

    section = "ACCOUNTS_"

    keys_dir: Path = field(
        metadata={"help": "directory of PEM files; the last *.active.pem signs access tokens"}
    )
    hashes_at_once: int = field(
        default=4, metadata={"help": "passwords a process hashes at once, 19 MiB each"}
    )
    hash_patience: float = field(
        default=2.0, metadata={"help": "seconds to wait for a free place before a 503"}
    )
    erasure_delay: float = field(
        default=900.0,
        metadata={
            "least": 0,
            "help": "seconds from the wish to be erased to the deed; access tokens live for 600",
        },
    )
    verification_page: str = field(
        default="",
        metadata={"help": "page of the shop that proves a mail address; the token is appended"},
    )
    reset_page: str = field(
        default="",
        metadata={"help": "page of the shop that sets a new password; the token is appended"},
    )
    oidc_file: str = field(
        default="",
        metadata={"help": "JSON file with the identity providers at which people may sign in"},
    )
