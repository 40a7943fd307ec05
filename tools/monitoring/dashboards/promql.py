"""Queries that dashboards ask again and again."""

NAMESPACE = 'namespace=~"$namespace"'


def select(metric: str, *matchers: str) -> str:
    """The metric of the chosen installations."""
    return f"{metric}{{{','.join((NAMESPACE, *matchers))}}}"


def rate(metric: str, *matchers: str, by: str = "service") -> str:
    """How often a second, by these labels."""
    return f"sum by ({by}) (rate({select(metric, *matchers)}[$__rate_interval]))"


def highest(metric: str, *matchers: str, by: str = "service") -> str:
    """The highest of a figure that several processes look up in one database."""
    return f"max by ({by}) ({select(metric, *matchers)})"


def share(metric: str, part: str, *matchers: str, by: str = "service") -> str:
    """Which part of a counter's increase has the label that `part` matches."""
    return f"{rate(metric, *matchers, part, by=by)} / {rate(metric, *matchers, by=by)}"


def mean(histogram: str, *matchers: str, by: str = "service") -> str:
    """The average of what the histogram counts."""
    total = rate(f"{histogram}_sum", *matchers, by=by)
    return f"{total} / {rate(f'{histogram}_count', *matchers, by=by)}"


def quantile(q: float, histogram: str, *matchers: str, by: str = "service") -> str:
    """What this share of the counted values stays below."""
    return f"histogram_quantile({q}, {rate(f'{histogram}_bucket', *matchers, by=f'{by}, le')})"
