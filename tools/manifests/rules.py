"""`python -m tools.manifests.rules`: the alert rules of every chart as one ConfigMap.

For a Prometheus without the operator; with it the charts render the same rules themselves.
"""

import argparse
import sys
from pathlib import Path

import yaml

from tools.manifests.files import ROOT, document


def config_map(namespace: str, runbooks: str, charts: Path = ROOT / "charts") -> str:
    """One entry for each rule file; runbook links get the address before them, if there is one."""
    data = {
        f"{path.parts[-3]}-{path.name}": _with_links(path.read_text("utf-8"), runbooks)
        for path in sorted(charts.glob("*/alerts/*.yaml"))
    }
    metadata = {
        "name": "argosy-rules",
        "namespace": namespace,
        "labels": {"app.kubernetes.io/part-of": "argosy"},
    }
    return document({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def _with_links(text: str, runbooks: str) -> str:
    rules = yaml.safe_load(text)
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        link = rule.get("annotations", {}).get("runbook_url", "")
        if runbooks and link and "://" not in link:
            rule["annotations"]["runbook_url"] = f"{runbooks.rstrip('/')}/{link}"
    return document(rules)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.manifests.rules", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--namespace", default="monitoring", help="where Prometheus runs")
    parser.add_argument("--runbooks", default="", help="address before docs/operations.md")
    options = parser.parse_args()
    sys.stdout.write(config_map(options.namespace, options.runbooks))


if __name__ == "__main__":
    main()
