"""Whether a broker or cache answers: one question, without a session of its own."""

import socket
from urllib.parse import urlsplit

import redis

_AMQP_PORT = 5672


def ask(url: str, seconds: float) -> None:
    """Return when it answers in that time; OSError or RedisError when not."""
    if url.startswith(("redis://", "rediss://")):
        _ask_redis(url, seconds)
        return
    place = urlsplit(url)
    address = (place.hostname or "localhost", place.port or _AMQP_PORT)
    with socket.create_connection(address, timeout=seconds) as connection:
        # A broker that still thinks answers a wrong protocol header with its own.
        connection.settimeout(seconds)
        connection.sendall(b"AMQP\x00\x00\x00\x00")
        if not connection.recv(4).startswith(b"AMQP"):
            raise ConnectionError("the broker does not speak AMQP")


def answers(url: str, seconds: float = 1.0) -> bool:
    """Whether it does."""
    try:
        ask(url, seconds)
    except (OSError, redis.RedisError):
        return False
    return True


def _ask_redis(url: str, seconds: float) -> None:
    client = redis.Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds)
    with client:
        client.ping()
