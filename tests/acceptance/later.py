"""Rows without a test here, each with the reason; whoever writes the test removes the line."""

WITH_ITS_PART = "comes with a part of the shop that is being built"
REAL_PROVIDERS = "needs accounts at real payment providers"
LIVE_CLUSTER = "needs a live Kubernetes cluster"

LATER: dict[int, str] = {
    20: WITH_ITS_PART,
    25: WITH_ITS_PART,
    28: WITH_ITS_PART,
    29: WITH_ITS_PART,
    57: REAL_PROVIDERS,
    61: REAL_PROVIDERS,
    62: REAL_PROVIDERS,
    64: REAL_PROVIDERS,
    130: LIVE_CLUSTER,
}
