"""抽取匀不匀：很多次抽取，χ² 与 KS（trust.md D）；每夜一百万次，用一个当场取的、印出来的种子。

    .venv/bin/python -m benchmarks.uniformity [--draws N] [--seed HEX] [--hash sha256|sm3]

Exit code 1 when a test fails at p < 1e-6: whoever repeats it with the printed seed gets the same figures.
The mathematics is a page of its own here, standard library alone; tests/domain/test_draw_statistics.py
runs the same experiments over fixed seeds.
"""

import argparse
import hashlib
import math
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, permutations, product
from typing import Final

from domain import matching, sampling
from domain.roster import ListedInspector, ListedObject
from domain.sampling import Stratum
from domain.terms import HashName, PersonId, SubjectId

REJECT: Final = 1e-6
LISTED, TAKEN = 40, 10  # objects of one stratum, and how many are drawn
ON: Final = date(2026, 9, 10)
Tickets = Callable[[str], bytes]
Office = Callable[[bytes], Tickets]  # seed → tickets

# -- the mathematics


def chi_square_tail(statistic: float, freedom: int) -> float:
    """χ² 大于 ``statistic`` 的机会：正则化上不完全伽马函数 Q(自由度 ÷ 2，统计量 ÷ 2)。"""
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    front: float = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:  # series for the lower function
        term = total = 1 / a
        n = a
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return float(1 - front * total)
    b, c = x + 1 - a, 1e300  # continued fraction for the upper one (Lentz)
    d: float = 1 / b
    found = d
    for n in range(1, 10_000):
        an = -n * (n - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        found *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return float(front * found)


def kolmogorov_tail(values: Iterable[float]) -> float:
    """0 到 1 之间的均匀分布，偏离这么远或者更远的机会（Kolmogorov–Smirnov，Stephens 的近似）。"""
    ordered = sorted(values)
    count = len(ordered)
    away = max(max((at + 1) / count - one, one - at / count) for at, one in enumerate(ordered))
    scaled = (math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count)) * away
    if scaled < 0.2:  # the alternating series is 1 to sixteen digits there, but needs many terms
        return 1.0
    terms = (
        (2.0 if k % 2 else -2.0) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 101)
    )
    return min(1.0, max(0.0, sum(terms)))


def evenness(counts: Sequence[int]) -> tuple[float, int]:
    """各格机会相同时的 χ² 与自由度。"""
    expected = sum(counts) / len(counts)
    return sum((one - expected) ** 2 for one in counts) / expected, len(counts) - 1


def inclusion_tail(counts: Sequence[int], draws: int, taken: int) -> float:
    """各户抽中次数的 χ²；一次抽取不放回，各户之间负相关，故乘 (N − 1) ÷ N 而除以 p(1 − p)。"""
    listed = len(counts)
    chance = taken / listed
    spread = sum((one - draws * chance) ** 2 for one in counts)
    statistic = spread / (draws * chance * (1 - chance)) * (listed - 1) / listed
    return chi_square_tail(statistic, listed - 1)


# -- the experiments


def seeds(root: bytes, count: int) -> Iterator[bytes]:
    """由一个公布的种子得出的各次抽取的种子。"""
    for number in range(count):
        yield hashlib.sha256(root + number.to_bytes(8)).digest()


def our_office(name: HashName) -> Office:
    """我们的发签处。"""
    return lambda seed: sampling.ticket_office(name, seed)


@dataclass(slots=True)
class Tally:
    """一层抽很多次：各户几次，排在最前的两户是谁，抽签号各是多少。"""

    draws: int = 0
    inclusion: Counter[str] = field(default_factory=Counter)
    first_two: Counter[tuple[str, str]] = field(default_factory=Counter)
    tickets: list[float] = field(default_factory=list)

    def p_values(self) -> dict[str, float]:
        """三项检验各得几。"""
        names = [str(one) for one in range(LISTED)]
        pairs = [self.first_two[pair] for pair in permutations(names, 2)]
        return {
            "χ² inclusion": inclusion_tail(
                [self.inclusion[one] for one in names], self.draws, TAKEN
            ),
            "χ² pairs": chi_square_tail(*evenness(pairs)),
            "KS tickets": kolmogorov_tail(self.tickets),
        }


def drawn(office: Office, root: bytes, draws: int) -> Tally:
    """抽 ``draws`` 次；每次记下一户的抽签号，轮流取各户的。"""
    names = [str(one) for one in range(LISTED)]
    stratum = Stratum("A", 0, TAKEN)
    told = Tally(draws)
    for number, seed in enumerate(seeds(root, draws)):
        tickets = office(seed)
        chosen = [one.subject for one in sampling.draw_stratum(tickets, stratum, names)]
        told.inclusion.update(chosen)
        told.first_two[chosen[0], chosen[1]] += 1
        ticket = int.from_bytes(tickets(names[number % LISTED])[:8])
        told.tickets.append(ticket / 2**64)
    return told


Teams = tuple[frozenset[str], ...]
PEOPLE: Final = ("甲", "乙", "丙", "丁")
VISITS: Final = ("店1", "店2", "店3")


def _listed(name: str) -> ListedObject:
    return ListedObject(SubjectId(name), "A", "350505", "餐饮", None, None, ())


def _inspector(name: str) -> ListedInspector:
    return ListedInspector(PersonId(name), "350505", ("餐饮",), "外所", date(2027, 12, 31))


def matched(name: HashName, root: bytes, draws: int) -> Counter[Teams]:
    """三户、四名条件相同的检查人员，一人至多两户（要调换）：各种派法各几次。"""
    objects, people = [_listed(one) for one in VISITS], [_inspector(one) for one in PEOPLE]
    found: Counter[Teams] = Counter()
    for seed in seeds(root, draws):
        pairs = matching.match(name, seed, objects, people, ON).pairs
        found[tuple(frozenset[str](one.inspectors) for one in pairs)] += 1
    return found


def exchange_tail(found: Mapping[Teams, int]) -> float:
    """检查人员互换名字，派法的机会不变：每一组互换得到的派法各次数相同（χ²，各组相加）。"""
    total, freedom = 0.0, 0
    for orbit in _orbits():
        statistic, less = evenness([found[one] for one in orbit])
        total += statistic
        freedom += less
    return chi_square_tail(total, freedom)


def _orbits() -> list[set[Teams]]:
    """Every way of sending two of four to three places, no one to all three, by renaming."""
    teams = [frozenset(one) for one in combinations(PEOPLE, 2)]
    ways: set[Teams] = {way for way in product(teams, repeat=3) if not frozenset.intersection(*way)}
    renamings = [dict(zip(PEOPLE, to, strict=True)) for to in permutations(PEOPLE)]
    orbits = []
    while ways:
        start = next(iter(ways))
        orbit: set[Teams] = {
            tuple(frozenset(names[one] for one in team) for team in start) for names in renamings
        }
        orbits.append(orbit)
        ways -= orbit
    return orbits


def main() -> int:
    """印出种子与各项的 p；低于一百万分之一的，退出码 1。"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--seed", help="64 位十六进制；不写即当场取一个")
    parser.add_argument("--hash", choices=("sha256", "sm3"), default="sha256")
    arguments = parser.parse_args()
    root = bytes.fromhex(arguments.seed) if arguments.seed else os.urandom(32)
    name = HashName(arguments.hash.upper())
    print(f"seed {root.hex()}  hash {name}  draws {arguments.draws:,}")
    told = drawn(our_office(name), root, arguments.draws).p_values()
    told["χ² exchange"] = exchange_tail(matched(name, root, arguments.draws))
    for what, p in told.items():
        print(f"{what:15} p = {p:.6f}{'  FAILED' if p < REJECT else ''}")
    return 1 if min(told.values()) < REJECT else 0


if __name__ == "__main__":
    sys.exit(main())
