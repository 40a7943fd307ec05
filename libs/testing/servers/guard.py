"""The watcher beside a private server: ends it when the process that started it dies.

Run as `python -m libs.testing.servers.guard <owner pid> <server pid> <server identity>`; it ends
by itself when the server is gone.
"""

import sys
import time

from libs.testing.servers.proctree import identity, kill_tree

POLL_SECONDS = 0.5


def watch(owner: int, server: int, started: str) -> None:
    """Return once the server is gone, killing it if its owner goes first."""
    owner_started = identity(owner)
    while identity(server) == started:
        if not owner_started or identity(owner) != owner_started:
            kill_tree(server, started)
            return
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
