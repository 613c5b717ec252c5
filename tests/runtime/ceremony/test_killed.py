"""故障 K9：抽取的任何一处被 kill -9，再来一次，结果恰好一个，没有第二个种子，也没有第二份份额。

Real processes: the followers' role, one office's own process, the command line. All campaigns are at the
same point when a process dies. ``SHENGUAN_K9_SEEDS``: how many campaigns, each with its own shares.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from domain import inspection_plan as plans
from domain.acts.inspections import CommitShare, FixPublicValue, RevealShare
from domain.decider import Event
from domain.inspection_task import TaskAssigned, task_id
from domain.terms import Organ, Role
from ledger.application import Request
from ledger.failpoints import VARIABLE
from runtime.ceremony.desk import Desk
from runtime.ceremony.shares import Safe
from runtime.draws import dossier
from runtime.hall import Hall, beijing, officer, open_hall, step_id
from runtime.messages import ROOT
from runtime.settings import Settings
from tests.runtime.ceremony import stage
from tests.runtime.ceremony.stage import MARKET, OFFICES
from tests.runtime.conftest import NewLedger
from tests.town import eventually

pytestmark = [pytest.mark.integration, pytest.mark.fault]

SEEDS: Final = int(os.environ.get("SHENGUAN_K9_SEEDS", "4"))
PATIENCE: Final = 90.0
ONCE: Final = (
    plans.CommitsIn,
    plans.RevealsClosed,
    plans.PublicValueFixed,
    plans.Drawn,
    plans.Matched,
)
BY_HAND: Final = (
    officer("J01", Role.DISCIPLINE, OFFICES[1]),
    officer("X01", Role.SUPERVISOR, OFFICES[2]),
)


@dataclass
class Campaigns:
    """若干份计划，与办它们的进程。"""

    settings: Settings
    hall: Hall
    numbers: list[str] = field(default_factory=list)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str, point: str = "") -> subprocess.Popen[bytes]:
        """起一个真的进程；``point``: 它死在哪里。"""
        environment = {
            **os.environ,
            "SHENGUAN_DATABASE_URL": self.settings.admin_dsn,
            "SHENGUAN_KAFKA": self.settings.kafka_bootstrap,
            VARIABLE: f"{point}:kill" if point else "",
        }
        argv = [sys.executable, "-m", "runtime", *command, "--data", str(self.settings.data)]
        process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def machine(self, point: str = "") -> subprocess.Popen[bytes]:
        """机器。"""
        return self.start("role", "followers", point=point)

    def office(self, point: str = "") -> subprocess.Popen[bytes]:
        """市场监管局自己的进程。"""
        return self.start("role", "office", "--organ", MARKET, "--officer", "S02", point=point)

    def events(self, plan_no: str) -> list[Event]:
        """一份计划的各件。"""
        stream = plans.AGGREGATE.stream(plan_no)
        return [fact.event for fact in self.hall.ledger.events(stream)]

    def count(self, kind: type[Event]) -> list[int]:
        """每份计划各有几件。"""
        return [sum(isinstance(one, kind) for one in self.events(no)) for no in self.numbers]

    def all_have(self, kind: type[Event], count: int = 1) -> None:
        """等每份计划都有了这么多件。"""
        eventually(lambda: self.count(kind) == [count] * SEEDS, PATIENCE)

    def by_hand(self, acts: Sequence[Request]) -> None:
        """人办的几件，一次落盘。"""
        outcomes = self.hall.ledger.execute_many(acts)
        assert [one.code for one in outcomes] == [None] * len(acts), outcomes

    def share(self, office: str, plan_no: str) -> Any:
        """这一家为这份计划存着的一份。"""
        return Safe.of(self.settings, self.hall.ledger.frame.origin, office).find(plan_no)


def dead(process: subprocess.Popen[bytes]) -> None:
    """等它死在断点上。"""
    assert process.wait(PATIENCE) == -signal.SIGKILL


@pytest.fixture
def campaigns(new_ledger: NewLedger) -> Iterator[Campaigns]:
    """一本账；跑着的进程最后都杀掉。"""
    settings = stage.town(new_ledger)
    secrets = settings.data / "secrets" / "database.json"
    secrets.parent.mkdir(exist_ok=True)
    secrets.write_text(json.dumps(dict(settings.passwords)))
    with ExitStack() as stack:
        one = Campaigns(settings, stack.enter_context(open_hall(settings)))
        try:
            yield one
        finally:
            for process in one.running:
                process.kill()
                process.wait()


def register(one: Campaigns) -> None:
    """登记各份计划，一份一个题目。"""
    desk = Desk(one.hall)
    one.numbers += [stage.registered(desk, seed) for seed in range(SEEDS)]


def the_office_dies_twice(one: Campaigns) -> None:
    """部门的进程：存了份额没有交承诺时死一次，交了承诺时再死一次，再起来还是那一份。"""
    dead(one.office("before.CommitShare"))
    kept = [one.share(MARKET, number) for number in one.numbers]
    assert all(kept)
    assert one.count(plans.ShareCommitted) == [0] * SEEDS
    dead(one.office("after.CommitShare"))
    one.office()
    one.all_have(plans.ShareCommitted)
    assert [one.share(MARKET, number) for number in one.numbers] == kept
    for number, share in zip(one.numbers, kept, strict=True):
        said = [event for event in one.events(number) if isinstance(event, plans.ShareCommitted)]
        assert said == [plans.ShareCommitted(Organ(MARKET), share.commitment)]


def others_give_their_shares(one: Campaigns) -> None:
    """另两家由人办；承诺一齐，部门的进程自己揭示。"""
    origin = one.hall.ledger.frame.origin
    kept = {
        (who.organ, number): Safe.of(one.settings, origin, who.organ).keep(
            number, one.hall.ledger.frame.hash
        )
        for who in BY_HAND
        for number in one.numbers
    }
    one.by_hand(
        [
            Request(CommitShare(number, share.commitment), who, step_id(f"C {number} {who}"))
            for who in BY_HAND
            for number in one.numbers
            for share in [kept[who.organ, number]]
        ]
    )
    one.by_hand(
        [
            Request(RevealShare(number, share.share), who, step_id(f"R {number} {who}"))
            for who in BY_HAND
            for number in one.numbers
            for share in [kept[who.organ, number]]
        ]
    )
    one.all_have(plans.ShareRevealed, 3)


def value_is_fixed(one: Campaigns) -> None:
    """第一份的公开值由命令行记，记完即死；再记一次，还是那一次。其余的由人办。"""
    first, *rest = one.numbers
    command = ("draw", "public", first, "--value", "07", "--officer", "S02")
    dead(one.start(*command, point="after.FixPublicValue"))
    assert one.start(*command).wait(PATIENCE) == 0
    chief = officer("S02", Role.SUPERVISION_HEAD, MARKET)
    one.by_hand(
        [Request(FixPublicValue(number, "07"), chief, step_id(f"V {number}")) for number in rest]
    )
    assert one.count(plans.PublicValueFixed) == [1] * SEEDS


def assigned(one: Campaigns, plan_no: str) -> dict[str, int]:
    """这份计划各户的任务派了几次。"""
    (drawn,) = [event for event in one.events(plan_no) if isinstance(event, plans.Matched)]
    return {
        pair.subject: sum(
            isinstance(fact.event, TaskAssigned)
            for fact in one.hall.ledger.events(f"task/{task_id(plan_no, pair.subject)}")
        )
        for pair in drawn.pairs
    }


def is_assigned_once(one: Campaigns, plan_no: str) -> bool:
    """每户的任务恰好派了一次。"""
    return set(assigned(one, plan_no).values()) == {1}


def test_killed_at_five_points_there_is_one_outcome(campaigns: Campaigns, tmp_path: Path) -> None:
    """承诺之后、截止之前、公开值之后、结果之后、派发之前各杀一次：每份计划恰好一个结果，谁都能复算。"""
    one = campaigns
    register(one)
    closing = one.machine("before.CloseReveals")
    one.all_have(plans.ListsFrozen)
    the_office_dies_twice(one)
    others_give_their_shares(one)
    one.hall.clock.advance(beijing("2026-04-02 21:31"))
    dead(closing)
    assert one.count(plans.RevealsClosed) == [0] * SEEDS
    drawing = one.machine("before.Draw")
    one.all_have(plans.RevealsClosed)
    value_is_fixed(one)
    dead(drawing)
    assert one.count(plans.Drawn) == [0] * SEEDS
    dead(one.machine("after.Draw"))
    drawn = {no: at for no, at in zip(one.numbers, one.count(plans.Matched), strict=True) if at}
    assert set(drawn.values()) == {1}
    seeds = {number: seed_of(one, number) for number in drawn}
    assert not any(any(assigned(one, number).values()) for number in drawn)
    dead(one.machine("before.AssignTask"))
    assert not any(any(assigned(one, number).values()) for number in drawn)
    one.machine()
    one.all_have(plans.Matched)
    for number in one.numbers:
        eventually(partial(is_assigned_once, one, number), PATIENCE)
        assert seed_of(one, number) == seeds.get(number, seed_of(one, number))
        found = Counter(type(event) for event in one.events(number))
        assert {kind: found[kind] for kind in ONCE} == dict.fromkeys(ONCE, 1)
        assert (found[plans.ShareCommitted], found[plans.ShareRevealed]) == (3, 3)
        is_replayed(one, number, tmp_path)
    assert len({seed_of(one, number) for number in one.numbers}) == SEEDS


def seed_of(one: Campaigns, plan_no: str) -> str:
    """入账的种子。"""
    (drawn,) = [event for event in one.events(plan_no) if isinstance(event, plans.Drawn)]
    return drawn.seed


def is_replayed(one: Campaigns, plan_no: str, folder: Path) -> None:
    """局外人的程序复算相符。"""
    path = folder / f"{plan_no}.json"
    told = dossier.gather(one.hall.ledger, one.settings, plan_no).audit()
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    program = runpy.run_path(str(ROOT / "verifiers" / "replay.py"))
    assert program["main"]([str(path)]) == 0
