"""One shop for the whole acceptance suite, and the count of rows at its end."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.testing import s3_server
from libs.testing.message_providers.fcm import FcmServer, fcm_server
from libs.testing.message_providers.twilio import TwilioServer, twilio_server
from libs.testing.oidc_provider import OidcProvider, oidc_provider
from libs.testing.smtp_server import SmtpServer, smtp_server
from tests.acceptance.later import LATER
from tests.acceptance.rows import ROWS
from tests.end_to_end.shop import Shop, open_shop

ORIGIN = "https://shop.example"
_ROW = re.compile(r"::test_row_(\d{3})_")
_outcomes: dict[int, set[str]] = defaultdict(set)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the whole shop to start."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.cluster)
            item.add_marker(pytest.mark.timeout(180))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how a part of a row's test ended."""
    row = _ROW.search(report.nodeid)
    if row and (report.when == "call" or report.outcome != "passed"):
        _outcomes[int(row[1])].add(report.outcome)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many rows pass; silent when none was tried."""
    if not _outcomes:
        return
    passed = {row for row, outcomes in _outcomes.items() if outcomes == {"passed"}}
    terminalreporter.section("acceptance")
    terminalreporter.write_line(f"{len(passed)} of {len(ROWS)} rows pass")
    for row in sorted(_outcomes.keys() - passed):
        terminalreporter.write_line(f"row {row} fails: {ROWS[row]}")
    for reason in dict.fromkeys(LATER.values()):
        rows = ", ".join(str(row) for row, why in LATER.items() if why == reason)
        terminalreporter.write_line(f"left, as it {reason}: {rows}")


@pytest.fixture(scope="package")
def mails() -> Iterator[SmtpServer]:
    """The mail server of the shop; its journal holds what arrived."""
    with smtp_server() as server:
        yield server


@pytest.fixture(scope="package")
def twilio() -> Iterator[TwilioServer]:
    """What carries the shop's texts; it keeps those that it accepted."""
    with twilio_server() as server:
        yield server


@pytest.fixture(scope="package")
def fcm() -> Iterator[FcmServer]:
    """What carries the shop's pushes; it keeps those that it accepted."""
    with fcm_server() as server:
        yield server


@pytest.fixture(scope="package")
def identity_provider() -> Iterator[OidcProvider]:
    """Where people can sign in instead; tests say who sits at the browser."""
    with oidc_provider() as server:
        yield server


@pytest.fixture(scope="package")
def object_store() -> Iterator[str]:
    """The address of an S3 API with a bucket for the shop's images."""
    with s3_server.running() as address:
        yield address


@pytest.fixture(scope="package")
def third_parties(
    mails: SmtpServer,
    twilio: TwilioServer,
    fcm: FcmServer,
    identity_provider: OidcProvider,
    object_store: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """The settings that lead the shop to servers outside of it."""
    account = fcm.write_credentials(tmp_path_factory.mktemp("fcm") / "account.json")
    callback = f"{ORIGIN}/api/v1/accounts/oauth/test/callback"
    providers = tmp_path_factory.mktemp("oidc") / "providers.json"
    known = {"providers": [identity_provider.settings(callback)]}
    providers.write_text(json.dumps(known), encoding="utf-8")
    return {
        "ARGOSY_ACCOUNTS_OIDC_FILE": str(providers),
        "ARGOSY_CATALOG_MEDIA_URL": s3_server.media_url(object_store),
        "ARGOSY_NOTIFICATIONS_SMTP_URL": mails.url,
        "ARGOSY_NOTIFICATIONS_TWILIO_ACCOUNT": twilio.account,
        "ARGOSY_NOTIFICATIONS_TWILIO_TOKEN": twilio.token,
        "ARGOSY_NOTIFICATIONS_TWILIO_SENDER": "+15005550006",
        "ARGOSY_NOTIFICATIONS_TWILIO_URL": twilio.url,
        "ARGOSY_NOTIFICATIONS_FCM_CREDENTIALS": account,
        "ARGOSY_NOTIFICATIONS_FCM_URL": fcm.url,
        "ARGOSY_CORS_ORIGINS": ORIGIN,
    }


@pytest.fixture(scope="package")
def shop(third_parties: dict[str, str]) -> Iterator[Shop]:
    """The shop that every test of the folder uses."""
    with open_shop(third_parties) as opened:
        yield opened
