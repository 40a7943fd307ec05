"""Rows without a test here, each with the reason; whoever writes the test removes the line."""

REAL_PROVIDERS = "needs accounts at real payment providers"
LIVE_CLUSTER = "needs a live Kubernetes cluster"

LATER: dict[int, str] = {
    57: REAL_PROVIDERS,
    61: REAL_PROVIDERS,
    62: REAL_PROVIDERS,
    64: REAL_PROVIDERS,
    130: LIVE_CLUSTER,
}
