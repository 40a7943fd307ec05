"""Tells the shop of events it may not have heard of, signed, until it answers 2xx."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import msgspec
import urllib3

from libs import clock
from libs.testing.payment_simulator.events import Event
from libs.webhook_signature import Secret, sign

_RETRY_SECONDS = (1, 5, 15, 60, 300)
_OK = range(200, 300)
_log = logging.getLogger(__name__)


class WebhookSender:
    """Posts events to one address; a thread pool, so that a slow shop does not slow the money."""

    def __init__(self, url: str, secret: Secret) -> None:
        self._url = url
        self._secret = secret
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="webhook")
        timeout = urllib3.Timeout(connect=1.0, read=5.0)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    def send(self, event: Event) -> None:
        """Deliver now, and again later when it fails."""
        self._try(event, 0)

    def _try(self, event: Event, attempt: int) -> None:
        loop = asyncio.get_running_loop()
        delivery = loop.run_in_executor(self._threads, self._deliver, event)
        delivery.add_done_callback(
            lambda done: self._retry(event, attempt, delivered=done.result())
        )

    def _retry(self, event: Event, attempt: int, *, delivered: bool) -> None:
        if delivered or attempt == len(_RETRY_SECONDS):
            return
        loop = asyncio.get_running_loop()
        loop.call_later(_RETRY_SECONDS[attempt], self._try, event, attempt + 1)

    def _deliver(self, event: Event) -> bool:
        body = msgspec.json.encode(event)
        headers = sign(self._secret, event.id, clock.now(), body)
        try:
            response = self._http.request(
                "POST",
                self._url,
                body=body,
                headers={"content-type": "application/json", **headers},
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as fault:
            _log.info("webhook %s was not delivered: %s", event.id, fault)
            return False
        return response.status in _OK
