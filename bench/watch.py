"""How a client learns what became of its orders without asking the shop: by SQL, rarely."""

from uuid import UUID

from bench.database import Database

# Under load: as rarely as it can be. Idle: often, for nothing else runs and the time is measured.
LOADED_SECONDS = 0.05
IDLE_SECONDS = 0.001
# Idle: what an order sets off beside its saga, like a mail, is over before the next one comes.
REST_SECONDS = 0.03
_STATEMENTS = {
    "clock": "SELECT now()",
    "unended": "SELECT count(*) FROM saga WHERE ended_at IS NULL",
    "status": "SELECT status FROM orders WHERE id = $1",
    "lost": "SELECT count(*) FROM orders WHERE created_at >= $1 AND confirmed_at IS NULL",
    "latencies": """
        SELECT extract(epoch FROM confirmed_at - created_at)::float8 FROM orders
        WHERE created_at >= $1 AND confirmed_at IS NOT NULL
    """,
}


class Watch:
    """A look into the database of orders."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._database.prepare(**_STATEMENTS)

    def now(self) -> object:
        """The time by the database's clock."""
        return self._database.run("clock")[0][0]

    def under_way(self) -> int:
        """How many sagas have not ended."""
        return int(self._database.run("unended")[0][0])

    def is_pending(self, order_id: UUID) -> bool:
        """Whether the order is not decided yet."""
        return bool(self._database.run("status", order_id)[0][0] == "pending")

    def latencies(self, since: object) -> list[float]:
        """Seconds from acceptance to confirmation of each order since then; none may be lost."""
        lost = self._database.run("lost", since)[0][0]
        if lost:
            raise RuntimeError(f"{lost} orders were not confirmed")
        return [row[0] for row in self._database.run("latencies", since)]
