"""A payment provider of our own, with its own journal: the second source for every sum of money."""
