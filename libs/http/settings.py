"""What the HTTP side of every service can be told."""

from dataclasses import dataclass, field
from pathlib import Path

from libs.settings import Settings


@dataclass(frozen=True)
class HttpSettings(Settings):
    """Read by `create_service_app`; the same for every service of a deployment."""

    jwks_url: str = field(
        default="", metadata={"help": "public keys of access tokens: http(s):// or file:///path"}
    )
    service_jwks: str = field(
        default="", metadata={"help": "file with the public keys of service tokens"}
    )
    cors_origins: tuple[str, ...] = field(
        default=(), metadata={"help": "exact origins whose browsers may call the API"}
    )
    trusted_proxies: int = field(
        default=0,
        metadata={"least": 0, "help": "how many X-Forwarded-For hops before us are our own"},
    )
    broker_url: str = field(default="", metadata={"help": "the broker, for /health only"})
    redis_url: str = field(default="", metadata={"help": "where rate limits are counted"})
    rate_limit_login: str = field(
        default="600/minute", metadata={"help": "logins per client address; `off` switches off"}
    )
    rate_limit_login_failed: str = field(
        default="10/minute", metadata={"help": "failed logins per account"}
    )
    rate_limit_register: str = field(
        default="600/minute", metadata={"help": "registrations per client address"}
    )
    rate_limit_coupon: str = field(
        default="60/minute", metadata={"help": "coupon attempts per caller"}
    )
    rate_limit_checkout: str = field(
        default="120/minute", metadata={"help": "checkouts per caller"}
    )
    rate_limit_events: str = field(
        default="600/minute", metadata={"help": "batches of behaviour per caller"}
    )
    rate_limit_review: str = field(
        default="30/minute", metadata={"help": "reviews written, edited or reported per caller"}
    )


def key_file(text: str) -> Path:
    """The file that a path or a file:// URL names."""
    return Path(text.removeprefix("file://"))
