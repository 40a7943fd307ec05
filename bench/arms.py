"""The arms of the comparison, all on the same servers: two limits, and the shop fed in two ways."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from bench.buyers import buy
from bench.copies import numbered
from bench.driver import Driver, Tally, Task
from bench.feed import Feeding, feed
from bench.limits import tables
from bench.limits.leader import lead
from bench.limits.participants import Place, participate
from bench.meter import Clocks
from bench.shop import Shop
from libs.testing.process import cpu_seconds

_ORDER, _CART = 1, 2
# Frozen carts for the feeder are numbered from here on, far above the copies that only lie there.
_FIRST_CART = 100_000_000


class Arm(ABC):
    """One way to have orders made. `most` bounds a task's orders: their carts are made before."""

    name: str

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.driver: Driver

    def prepare(self, seconds: float, window: int, most: int) -> Task:
        """A task, with the carts that it needs."""
        return Task(seconds, window, self.shop.products, self._carts(most))

    def run(self, task: Task) -> Tally:
        return self.driver.run(task)

    def alone(self) -> AbstractContextManager[None]:
        """Meanwhile only what this arm measures runs."""
        return nullcontext()

    @property
    def clocks(self) -> Clocks:
        """Of the servers, and of this arm's own processes."""
        return Clocks(self._measured, self._client)

    @abstractmethod
    def stop(self) -> None:
        """End the processes of the arm."""

    @abstractmethod
    def _measured(self) -> Mapping[str, float]: ...

    def _client(self) -> float:
        """The processor time of this program and of the arm's client."""
        times = os.times()
        return times.user + times.system

    def _carts(self, _most: int) -> Sequence[tuple[UUID, UUID]]:
        return ()


class Limit(Arm):
    """Written by hand: a leader and three participants, a process and a database each."""

    def __init__(self, shop: Shop, place: Place, variants: Sequence[UUID]) -> None:
        super().__init__(shop)
        self.name = place.limit
        self._place = place
        services = [service for service in place.databases if service != "orders"]
        self.driver = Driver(lead, place, variants)
        self._participants = [Driver(participate, place, service) for service in services]

    def alone(self) -> AbstractContextManager[None]:
        return self.shop.asleep()

    def stop(self) -> None:
        for driver in (self.driver, *self._participants):
            driver.stop()

    def _carts(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        return tables.add_carts(self._place.databases["carts"], most)

    def _measured(self) -> Mapping[str, float]:
        used = self.shop.cluster.cpu_seconds()
        servers = {kind: used[kind] for kind in ("postgres", "rabbitmq", "simulator")}
        drivers = (self.driver, *self._participants)
        return {**servers, "worker": sum(cpu_seconds(driver.pid) for driver in drivers)}


class Saga(Arm):
    """Our saga, fed by a process that accepts orders; what that costs counts."""

    name = "saga"

    def __init__(self, shop: Shop, database: str) -> None:
        super().__init__(shop)
        environ = shop.cluster.installation.environ()
        self.driver = Driver(feed, Feeding(environ, database, shop.promised_cart()))
        self._next = _FIRST_CART

    def stop(self) -> None:
        self.driver.stop()

    def _carts(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        numbers = range(self._next, self._next + most)
        self._next += most
        self.shop.freeze_carts(numbers)
        return [(numbered(_CART, number), numbered(_ORDER, number)) for number in numbers]

    def _measured(self) -> Mapping[str, float]:
        return {**self.shop.cluster.cpu_seconds(), "feeder": cpu_seconds(self.driver.pid)}


class Http(Arm):
    """The whole way, from a guest's cart to the confirmed order; the buyers do not count."""

    name = "http"

    def __init__(self, shop: Shop, database: str) -> None:
        super().__init__(shop)
        self.driver = Driver(buy, shop.cluster.url_of("orders"), database)

    def stop(self) -> None:
        self.driver.stop()

    def _measured(self) -> Mapping[str, float]:
        return self.shop.cluster.cpu_seconds()

    def _client(self) -> float:
        return super()._client() + cpu_seconds(self.driver.pid)


def start_arms(shop: Shop) -> list[Arm]:
    """All arms, in the order in which they take turns."""
    postgres, rabbit = shop.cluster.postgres, shop.cluster.rabbit
    installation = shop.cluster.installation
    databases, variants = tables.create(postgres, 100)
    orders = installation.servers.databases["orders"]
    places = [
        Place(limit, batch, rabbit.url, databases, installation.simulator_url)
        for limit, batch in (("L1", 1), ("L2", 64))
    ]
    return [
        *(Limit(shop, place, variants) for place in places),
        Saga(shop, orders),
        Http(shop, orders),
    ]
