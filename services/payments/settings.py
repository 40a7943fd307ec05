"""What payments can be told."""

from dataclasses import dataclass, field

from libs.settings import Settings, SettingsError
from libs.webhook_signature import Secret

PROVIDERS = ("simulator",)


@dataclass(frozen=True)
class PaymentsSettings(Settings):
    """Which providers there are, how they are reached, and how long is waited for them."""

    section = "PAYMENTS_"

    simulator_url: str = field(metadata={"help": "address of the payment simulator"})
    simulator_webhook_secrets: tuple[str, ...] = field(
        default=(),
        repr=False,
        metadata={"help": "whsec_... secrets of its webhooks; two while they rotate"},
    )
    providers: tuple[str, ...] = field(
        default=PROVIDERS, metadata={"help": "the providers that may be used"}
    )
    connect_seconds: float = field(default=2.0, metadata={"help": "longest wait for a connection"})
    read_seconds: float = field(default=10.0, metadata={"help": "longest wait for an answer"})
    pool_size: int = field(default=16, metadata={"help": "connections kept to a provider"})
    lease_seconds: float = field(
        default=30.0,
        metadata={"help": "how long a request is left to whoever sends it; over twice the waits"},
    )
    missing_seconds: float = field(
        default=45.0,
        metadata={"help": "how long an authorisation must stay unknown to count as never made"},
    )

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.providers) - set(PROVIDERS)):
            names = ", ".join(unknown)
            raise SettingsError(f"{self.variable('providers')} names unknown providers: {names}")
        try:
            for text in self.simulator_webhook_secrets:
                Secret.parse(text)
        except ValueError as fault:
            variable = self.variable("simulator_webhook_secrets")
            raise SettingsError(f"{variable} {fault}") from None
