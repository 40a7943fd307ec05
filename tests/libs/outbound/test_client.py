"""A request goes to the one address that was judged, within its limits, and nowhere else."""

import datetime
import ipaddress
import socket
import ssl
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from libs import clock
from libs.outbound.addresses import BadUrl
from libs.outbound.client import ForbiddenAddress, Limits, OutboundClient, OutboundFailed
from libs.testing.http_server import Reply, http_server

HOST = "shop.example.org"
LIMITS = Limits(resolve_seconds=0.5, connect_seconds=0.5, total_seconds=1.0, answer_bytes=100)


class Names:
    """A name server whose answers follow one another; the last one stays."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, *_host_and_port: Any) -> Any:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, float):
            time.sleep(answer)
            return []
        return answer


def outbound(*answers: Any, **options: Any) -> OutboundClient:
    return OutboundClient(LIMITS, resolve=Names(*(answers or (["127.0.0.1"],))), **options)


@pytest.fixture
def server():
    replies = [Reply()]
    with http_server(lambda _: replies[0]) as running:
        running.replies = replies  # type: ignore[attr-defined]  # for the tests of this file
        yield running


def test_a_request_names_the_host_and_reaches_its_address(server):
    client = outbound(private_hosts=[HOST])

    answer = client.request("POST", f"http://{HOST}:{server.port}/a?b=c", body=b"{}")

    (received,) = server.journal
    assert (answer.status, answer.body, answer.complete) == (200, b"{}", True)
    assert (received.method, received.path, received.body) == ("POST", "/a?b=c", b"{}")
    assert received.headers["host"] == f"{HOST}:{server.port}"


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"], ["93.184.215.14", "127.0.0.1"]],
)
def test_a_name_with_any_private_address_is_not_connected_to(server, addresses):
    client = outbound(addresses)

    with pytest.raises(ForbiddenAddress):
        client.request("GET", f"https://{HOST}:{server.port}/")

    assert server.connections == 0


def test_a_name_is_resolved_once_for_each_request(server):
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    client = OutboundClient(LIMITS, private_hosts=[HOST], resolve=names)

    answer = client.request("GET", f"http://{HOST}:{server.port}/")

    assert (answer.status, names.asked) == (200, 1)


def test_a_bad_url_is_not_resolved():
    names = Names(["93.184.215.14"])

    with pytest.raises(BadUrl):
        OutboundClient(LIMITS, resolve=names).request("GET", "https://127.1/")

    assert names.asked == 0


def test_a_redirect_is_an_answer_and_not_followed(server):
    server.replies[0] = Reply(302, headers={"Location": f"{server.url}/secret"})

    answer = outbound(private_hosts=[HOST]).request("GET", f"http://{HOST}:{server.port}/")

    assert (answer.status, len(server.journal)) == (302, 1)
    assert answer.headers["location"].endswith("/secret")


def test_a_long_answer_is_cut(server):
    server.replies[0] = Reply(body=b"x" * 1000)

    answer = outbound(private_hosts=[HOST]).request("GET", f"http://{HOST}:{server.port}/")

    assert (len(answer.body), answer.complete) == (100, False)


@pytest.mark.parametrize("reply", [Reply(delay=30), Reply(body=b"x" * 90, drip=0.3)])
def test_a_slow_answer_ends_with_the_deadline(server, reply):
    server.replies[0] = reply
    started = time.monotonic()

    with pytest.raises(OutboundFailed, match="too long"):
        outbound(private_hosts=[HOST]).request("GET", f"http://{HOST}:{server.port}/")

    assert time.monotonic() - started < 5


def test_a_slow_name_server_ends_with_its_deadline():
    started = time.monotonic()

    with pytest.raises(OutboundFailed, match="nowhere"):
        outbound(3.0).request("GET", f"https://{HOST}/")

    assert time.monotonic() - started < 2.5


def test_nobody_at_home_is_told():
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]

    with pytest.raises(OutboundFailed, match="refused"):
        outbound(private_hosts=[HOST]).request("GET", f"http://{HOST}:{port}/")


def test_the_certificate_must_be_of_the_host_and_not_of_the_address(tmp_path):
    server_side, client_side = _certificate(tmp_path, HOST)

    with http_server(lambda _: Reply(), server_side) as server:
        answer = outbound(private_hosts=[HOST], trust=client_side).request(
            "GET", f"https://{HOST}:{server.port}/"
        )
        with pytest.raises(OutboundFailed, match="certificate"):
            outbound(private_hosts=["other.example.org"], trust=client_side).request(
                "GET", f"https://other.example.org:{server.port}/"
            )

    assert answer.status == 200


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    server_side, _ = _certificate(tmp_path, HOST)

    with (
        http_server(lambda _: Reply(), server_side) as server,
        pytest.raises(OutboundFailed, match="certificate"),
    ):
        outbound(private_hosts=[HOST]).request("GET", f"https://{HOST}:{server.port}/")


def _certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server with a certificate of its own making, and for a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("10.0.0.1"))]
    now = clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "tls.pem"
    file.write_bytes(pem + secret)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(file)
    return server_side, ssl.create_default_context(cadata=pem.decode())
