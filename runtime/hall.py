"""大厅（hall）：演示里的人都在这里办事，用的是与正式系统同一道门。

Command ids are derived from the step's name, so a story that was interrupted is taken up where it
stopped, and one that was played answers as it did the first time.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg

from consumers import ALL as SUPERVISORS
from domain.acts import Act
from domain.decider import Claim
from domain.terms import BEIJING, Actor, OfficerId, Organ, Role, beijing_day
from followers import overview
from followers.parking import StoredRows
from followers.supervisor import command_id
from ledger.application import Ledger, Outcome, OutcomeKind, Request
from ledger.clock import LedgerClock
from runtime.exits import Exit, Stop
from runtime.settings import Settings

_STORY: Final = uuid5(NAMESPACE_URL, "shenguan:demo-story")
_PATIENCE: Final = 60.0  # seconds a follower may take before the story gives up
_PULSE: Final = 0.02


def beijing(text: str) -> datetime:
    """北京时间的一刻，如 ``2026-03-02 09:00``。"""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def officer(account: str, role: Role, organ: str) -> Actor:
    """一名工作人员，以本机关名义办事。"""
    return Actor(OfficerId(account), role, Organ(organ), Organ(organ))


def applicant(subject: str) -> Actor:
    """申请人自己。"""
    return Actor(OfficerId(subject), Role.APPLICANT, Organ("PUBLIC"), Organ("PUBLIC"))


def step_id(step: str) -> UUID:
    """一步的命令编号。"""
    return uuid5(_STORY, step)


@dataclass(frozen=True, slots=True)
class Hall:
    """账本、演示时钟，以及等候机器办完的办法。``folder``: the data folder."""

    folder: Path
    ledger: Ledger
    clock: LedgerClock
    reader: psycopg.Connection[tuple[object, ...]]

    def ask(self, step: str, act: Act, actor: Actor) -> Outcome:
        """提出一条命令，照实得到答复。"""
        return self.ledger.execute(Request(act, actor, step_id(step)))

    def do(self, step: str, act: Act, actor: Actor) -> Outcome:
        """办一件应当办成的事；被拒即是故事写错了，停下说明。"""
        outcome = self.ask(step, act, actor)
        if outcome.kind is OutcomeKind.REFUSED:
            raise Stop(Exit.REFUSED, outcome.code or "", **outcome.facts)
        return outcome

    def until(self, instant: datetime) -> None:
        """把演示时钟拨到这一刻，途中每个届满的期限都停一停；已经过了就不动。"""
        if self.clock.now() >= instant:
            return
        self._settle_due()
        while due := overview.next_due(self.reader, self.clock.now(), instant):
            self.clock.advance(due)
            self._settle_due()
        self.clock.advance(instant)

    def wait_for(self, stream: str, event: str) -> None:
        """等机器把某事记入某案卷。"""
        self.wait(lambda: self._recorded(stream, event), f"{event} {stream}")

    def wait(self, done: Callable[[], bool], what: str, seconds: float = _PATIENCE) -> None:
        """等一个条件成立；久等不来就说在等什么。"""
        patience = monotonic() + seconds
        while not done():
            if monotonic() > patience:
                raise Stop(Exit.DEPENDENCY, "demo_waiting", what=what)
            sleep(_PULSE)

    def today(self) -> date:
        """账本时钟的今日（北京）。"""
        return beijing_day(self.clock.now())

    def recorded_on(self, number: UUID) -> date | None:
        """这条命令办成于哪一日（北京）；还没有办成的没有。"""
        row = self._first_of(number)
        return None if row is None else beijing_day(row[1])

    def recorded_in(self, number: UUID) -> str | None:
        """这条命令首先写入的案卷；还没有办成的没有。"""
        row = self._first_of(number)
        return None if row is None else row[0]

    def _first_of(self, number: UUID) -> tuple[str, datetime] | None:
        known = self.ledger.answered([number]).get(number)
        if known is None or known.first is None:
            return None
        return self.reader.execute(  # type: ignore[return-value]
            "SELECT stream, recorded_at FROM ledger.event_feed WHERE position = %s", (known.first,)
        ).fetchone()

    def entries(self, first: int, last: int) -> list[tuple[int, str, str]]:
        """这几个位置上的各件：位置、案卷、事件名。"""
        return self.reader.execute(  # type: ignore[return-value]
            "SELECT position, stream, name FROM ledger.event_feed"
            " WHERE position BETWEEN %s AND %s ORDER BY position",
            (first, last),
        ).fetchall()

    def holder(self, claim: Claim) -> str | None:
        """独占现由哪份案卷持有；没有人持有的没有。"""
        row = self.reader.execute(
            "SELECT holder FROM ledger.claim WHERE kind = %s AND value = %s",
            (claim.kind, claim.value),
        ).fetchone()
        return None if row is None else str(row[0])

    def counts(self, since: int) -> dict[str, int]:
        """自这个位置起，各种事件各有几件。"""
        rows = self.reader.execute(
            "SELECT name, count(*) FROM ledger.event_feed WHERE position >= %s GROUP BY name",
            (since,),
        ).fetchall()
        return {str(name): int(str(count)) for name, count in rows}

    def settle(self) -> None:
        """等全部跟随者追上账本：此后看到的就是现状。"""
        self.wait(lambda: overview.level(self.reader), "followers")

    def _recorded(self, stream: str, event: str) -> bool:
        found = self.reader.execute(
            "SELECT FROM ledger.event_feed WHERE stream = %s AND name = %s LIMIT 1", (stream, event)
        )
        return found.fetchone() is not None

    def _settle_due(self) -> None:
        """Until the machine has asked about all that is due, whatever it was answered: a deadline
        that it cannot settle yet stays due. What was settled may have set one that is due as well.
        """
        self.settle()
        while self._unasked():
            self.wait(lambda: not self._unasked(), f"{self.today()}")
            self.settle()

    def _unasked(self) -> bool:
        now = self.clock.now()
        ids = [
            command_id(timed.name, None, command.purpose)
            for timed in SUPERVISORS
            if timed.due is not None
            for command in timed.due(now, StoredRows(self.reader, timed.name))
        ]
        return len(self.ledger.answered(ids)) < len(set(ids))


@contextmanager
def open_hall(settings: Settings) -> Iterator[Hall]:
    """开门：账本、时钟与只读连接；离开时都关上。"""
    with ExitStack() as stack:
        reader = psycopg.connect(settings.dsn("shenguan_audit"), autocommit=True)
        stack.callback(reader.close)
        clock = LedgerClock(settings.dsn("shenguan_append"))
        stack.callback(clock.close)
        ledger = stack.enter_context(Ledger.open(settings))
        yield Hall(settings.data, ledger, clock, reader)
