"""`python -m tools.manifests`: writes the generated files, or with --check says which are stale."""

import argparse
import sys

from libs.runtime import registry
from tools.charts import facts
from tools.manifests import contract, evaluation, external_secrets, files, operators, policies


def generated() -> dict[str, str]:
    """Every generated file: its path in the repository, and its text."""
    services = registry.discover()
    return {
        **evaluation.files(services),
        **operators.files(services, contract.granted_connections()),
        **external_secrets.files(contract.secrets()),
        **policies.files(facts.discover()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.manifests", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a stale file")
    arguments = parser.parse_args()
    stale = files.stale(generated())
    if not arguments.check:
        files.write(generated())
    for path in stale:
        print(path, "is stale" if arguments.check else "is written")
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
