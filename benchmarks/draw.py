"""一百万户的抽取：多久，多少内存，是单单算一百万次杂凑的几倍。

    .venv/bin/python -m benchmarks.draw [--objects N] [--rounds N]

The named baseline is one hash an object and nothing else, in the same process, alternating.
"""

import argparse
import hashlib
import resource
import statistics
import time
from collections.abc import Callable
from typing import Final

from domain import sampling
from domain.hashing import lp
from domain.sampling import DrawInput, StratumInput
from domain.terms import HashName

CLASSES: Final = {"A": 300, "B": 1_000, "C": 3_000, "D": 10_000}
TARGET_S: Final = 5.0
TARGET_MB: Final = 1_500


def published(name: HashName, objects: int) -> DrawInput:
    """分四层的名单，按 3 %、10 %、30 %、100 % 抽。"""
    share = objects // len(CLASSES)
    strata: list[StratumInput] = [
        {
            "name": layer,
            "objects": [f"91350505MA{number:08d}{layer}" for number in range(share)],
            "ratio_bp": points,
            "floor": 5,
        }
        for layer, points in CLASSES.items()
    ]
    return {
        "hash": name.lower(),
        "plan_leaf_hash": "11" * 32,
        "reveals": ["22" * 32, "33" * 32, "44" * 32],
        "public_value": "03.07.11.19.25.30+08",
        "sealed_share": "",
        "strata": strata,
    }


def hashes(name: HashName, told: DrawInput) -> None:
    """基线：每户一次杂凑，别的什么也不做。"""
    algorithm = name.lower()
    prefix = lp(b"ssj/object/v1") + lp(bytes(32))
    for layer in told["strata"]:
        for subject in layer["objects"]:
            hashlib.new(algorithm, prefix + lp(subject.encode())).digest()


def seconds(work: Callable[[], object]) -> float:
    """做一遍用的秒数。"""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """两种杂凑各测几轮，交替着测。"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("| hash | objects | draw s (min–max) | × one hash each (min–max) | peak MB | target |")
    print("|---|---|---|---|---|---|")
    for name in HashName:
        told = published(name, arguments.objects)
        times, ratios = [], []
        for _ in range(arguments.rounds):
            plain = seconds(lambda: hashes(name, told))  # noqa: B023 - called at once
            times.append(seconds(lambda: sampling.compute(told)))  # noqa: B023
            ratios.append(times[-1] / plain)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"| {name} | {arguments.objects:,} | {statistics.median(times):.1f} "
            f"({min(times):.1f}–{max(times):.1f}) | {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f}–{max(ratios):.2f}) | {peak:,} | {TARGET_S:g} s, {TARGET_MB:,} MB |"
        )


if __name__ == "__main__":
    main()
