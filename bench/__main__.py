"""`make bench`: the shop against the limits of its stack, arm by arm in turns, on this machine."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.arms import Arm, start_arms
from bench.calibration import Calibrator
from bench.meter import Meter
from bench.report import all_goals, print_goals, print_stage, write
from bench.rounds import Plan, Stage, run_stage, warm_up
from bench.shop import Shop
from libs.testing.servers.private import scratch_directory

_FULL = Plan(rounds=5, loaded_seconds=6.0, idle_seconds=2.0)
_QUICK = Plan(rounds=2, loaded_seconds=4.0, idle_seconds=1.5)
_SIZES = ((100, 1_000), (100, 50_000), (100_000, 50_000))
_RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes, without growth")
    parser.add_argument("--rounds", type=int, help="turns of each arm")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where the figures go")
    options = parser.parse_args()
    plan = _QUICK if options.quick else _FULL
    if options.rounds:
        plan = Plan(options.rounds, plan.loaded_seconds, plan.idle_seconds)
    with scratch_directory() as directory:
        shop = Shop(directory)
        with shop.cluster:
            shop.open()
            stages = _measure(shop, plan, _SIZES[:1] if options.quick else _SIZES)
    found = all_goals(stages)
    print_goals(found)
    write(options.results, stages, found)
    return 0 if all(goal.met for goal in found) else 1


def _measure(shop: Shop, plan: Plan, sizes: Sequence[tuple[int, int]]) -> list[Stage]:
    stages: list[Stage] = []
    arms: list[Arm] = []
    meter = Meter(shop.cluster.postgres, shop.cluster.rabbit)
    calibrator = Calibrator(shop.cluster.postgres)
    try:
        for products, orders in sizes:
            shop.grow(products=products, orders=orders)
            arms = arms or start_arms(shop)
            warm_up(arms, shop.cluster.postgres)
            stage = Stage(products, orders)
            run_stage(stage, plan, arms, meter, calibrator)
            print_stage(stage)
            stages.append(stage)
    finally:
        for arm in arms:
            arm.stop()
    return stages


if __name__ == "__main__":
    raise SystemExit(main())
