"""一波：几件一并办，与一件一件办，账上、底册与停放都一样（G4、G6）。"""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from uuid import uuid4

import pytest

from domain.acts import Act
from domain.terms import HashName, Mode
from followers import storage
from followers.checked import Checked, check
from followers.delivered import Delivered
from followers.members import SupervisorMember
from followers.source import Batch, FeedName
from followers.store_feed import StoreFeed
from followers.supervisor import DUE, Command, Reaction, Rows, Supervisor
from followers.vouching import Voucher
from ledger.application import Ledger, Outcome, Request
from ledger.errors import LedgerUnavailable
from ledger.founding import establish
from runtime.settings import Settings
from schemas.codec import current
from tests.conftest import NewDatabase
from tests.ledger.book import ask
from tests.tally import MACHINE, by_key, text_of, watch
from tests.town import CLERK, EVENT, TOPICS, Note, handle

pytestmark = pytest.mark.integration


@dataclass
class Desk:
    """一本账，一个看账的消费者；``asked`` 记下每次一并提出的命令数。"""

    settings: Settings
    ledger: Ledger
    asked: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def note(self, *notes: tuple[str, str]) -> None:
        """依次记入（办件、文号）。"""
        acts = [cast("Act", Note(case, (text,))) for case, text in notes]
        self.ledger.execute_many([Request(act, CLERK, uuid4()) for act in acts])

    def execute(self, requests: Sequence[Request]) -> list[Outcome]:
        """照办，并记下一并办了几道、按什么次序。"""
        self.asked.append(len(requests))
        self.told += [cast("Note", one.act).texts[0] for one in requests]
        return self.ledger.execute_many(requests)

    def one_by_one(self, requests: Sequence[Request]) -> list[Outcome]:
        """逐道办。"""
        return [self.ledger.execute(one) for one in requests]

    def take(self, member: SupervisorMember, *, size: int = 500) -> None:
        """读完此刻账上的全部，每批 ``size`` 件。"""
        with closing(storage.connect(self.settings.dsn("shenguan_follow"))) as conn:
            member.open(conn)
            self._read(conn, member, size)

    def _read(self, conn: storage.Connection, member: SupervisorMember, size: int) -> None:
        voucher = Voucher(self.ledger.frame.hash, partial(storage.schema_text, conn))
        end = storage.head(conn)
        while member.next < end and not member.halted:
            member.take(conn, self._checked(conn, voucher, member.next, size, end))

    def fire(self, member: SupervisorMember, now: datetime) -> None:
        """读完全部，然后提出此刻到期的。"""
        with closing(storage.connect(self.settings.dsn("shenguan_follow"))) as conn:
            member.open(conn)
            self._read(conn, member, 500)
            member.fire(now)

    def _checked(
        self, conn: storage.Connection, voucher: Voucher, first: int, size: int, end: int
    ) -> Checked:
        with closing(StoreFeed(self.settings.dsn("shenguan_project"))) as store:
            entries = store.read(first, min(size, end - first))
        return check(conn, voucher, Batch(tuple(entries), FeedName.STORE, {}))

    def echoes(self, case: str) -> list[str]:
        """某办件的回声。"""
        facts = self.ledger.events(f"case/ECHO-{case}")
        return [cast("Any", fact.event).document_no for fact in facts]

    def rows(self, name: str) -> dict[str, Any]:
        """消费者的底册。"""
        query = "SELECT key, row FROM follower.row WHERE follower = %s"
        return dict(self.sql(query, name))

    def parked(self, name: str) -> list[tuple[Any, ...]]:
        """停放的各件，按次序。"""
        query = "SELECT position, reason, keys FROM follower.parked WHERE follower = %s ORDER BY id"
        return self.sql(query, name)

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """以管理员身份问一句。"""
        return ask(self.settings.admin_dsn, query, *parameters)


@pytest.fixture
def desk(new_database: NewDatabase) -> Iterator[Desk]:
    """一本新账。"""
    settings = new_database()
    establish(settings, "waves", Mode.DEMO, HashName.SHA256, TOPICS)
    with Ledger.open(settings, handle=handle) as ledger:
        ledger.keep_schema(current(EVENT))
        yield Desk(settings, ledger)


def answer(prefix: str, rows: Rows, one: Delivered) -> Reaction:
    """记下文号；文号说怎样反应。

    ``C…`` asks for one echo, ``CC…`` for two, anything else for none; ``…@KEY`` first reads that
    row, ``…*`` counts all rows; ``BAD`` cannot be handled.
    """
    if one.key.startswith(("ECHO-", "PERMIT")):
        return Reaction()
    text = text_of(one)
    if text == "BAD":
        raise ValueError("told to fail")
    row = rows.get(one.key)
    seen: dict[str, Any] = {"seen": [*(cast("list[Any]", row["seen"]) if row else []), text]}
    if "@" in text:
        seen["read"] = dict(rows.get(text.partition("@")[2]) or {})
    if text.endswith("*"):
        seen["listed"] = [key for key, _ in rows.scan("")]
    count = len(text) - len(text.lstrip("C"))
    what = "REFUSE" if "REFUSE" in text else text
    commands = tuple(
        Command(f"echo.{n}", cast("Act", Note(f"{prefix}{one.key}", (what,))), MACHINE)
        for n in range(count)
    )
    return Reaction({one.key: seen if text != "DROP" else None}, commands)


def answering(name: str, prefix: str) -> Supervisor:
    """如此反应的消费者。"""
    return Supervisor(name, 1, frozenset({EVENT}), by_key, partial(answer, prefix))


ANSWERING = answering("answering", "ECHO-")
CASES = [f"K{n}" for n in range(12)]
TEXTS = (
    "-",
    "-",
    "C1",
    "C2",
    "CC3",
    "DROP",
    "-@K1",
    "C@K2",
    "-*",
    "C4*",
    "CREFUSE",
    "CCREFUSE",
    "BAD",
)


def test_what_is_unrelated_goes_together_and_the_rest_in_order(desk: Desk) -> None:
    """互不相干的一并办；同键的后一件等前一件。"""
    desk.note(("A", "C1"), ("B", "C2"), ("X", "-"), ("D", "C3"), ("A", "C4"), ("B", "C5"))
    desk.take(SupervisorMember(ANSWERING, desk.execute))
    assert desk.asked == [3, 2]
    assert desk.told == ["C1", "C2", "C3", "C4", "C5"]
    assert desk.rows("answering") == {
        "A": {"seen": ["C1", "C4"]},
        "B": {"seen": ["C2", "C5"]},
        "D": {"seen": ["C3"]},
        "X": {"seen": ["-"]},
    }


def test_second_command_waits_for_the_first(desk: Desk) -> None:
    """一件的几道命令依次办：前一道被拒，后一道不提，别的件照办。"""
    desk.note(("A", "CCREFUSE"), ("B", "CC1"), ("A", "C2"))
    desk.take(SupervisorMember(ANSWERING, desk.execute))
    assert desk.asked == [2, 1]
    assert desk.parked("answering") == [(0, "duty.role", ["A"]), (2, None, ["A"])]
    assert desk.echoes("B") == ["CC1", "CC1"]
    assert desk.rows("answering") == {"B": {"seen": ["CC1"]}}


def test_same_key_waits_even_where_no_row_is_read(desk: Desk) -> None:
    """不看底册的消费者（如推送）也一样：前一件被拒，同键的后一件排在其后，不先办。"""

    def push(_: Rows, one: Delivered) -> Reaction:
        if one.key.startswith("ECHO-"):
            return Reaction()
        act = cast("Act", Note(f"ECHO-{one.key}", (text_of(one),)))
        return Reaction(commands=(Command("push", act, MACHINE),))

    pushing = Supervisor("pushing", 1, frozenset({EVENT}), by_key, push)
    desk.note(("A", "REFUSE"), ("A", "1"), ("B", "2"))
    desk.take(SupervisorMember(pushing, desk.execute))
    assert desk.parked("pushing") == [(0, "duty.role", ["A"]), (1, None, ["A"])]
    assert (desk.echoes("A"), desk.echoes("B")) == ([], ["2"])


def test_what_reads_an_unsettled_row_waits_for_it(desk: Desk) -> None:
    """读到别人的行，读到的是那件办定之后的样子：办成了有，停放了没有。"""
    desk.note(("A", "C1"), ("B", "-@A"), ("R", "CREFUSE"), ("D", "C@R"), ("E", "-*"))
    desk.take(SupervisorMember(ANSWERING, desk.execute))
    rows = desk.rows("answering")
    assert rows["B"]["read"] == {"seen": ["C1"]}
    assert rows["D"]["read"] == {}
    assert rows["E"]["listed"] == ["A", "B", "D"]


def test_a_command_that_fails_halts_at_its_own_event(desk: Desk) -> None:
    """一道命令出了故障：在它之前的都办妥，停在它那一件，它之后的不动。"""

    def execute(requests: Sequence[Request]) -> list[Outcome]:
        if any(cast("Note", one.act).texts == ("CX",) for one in requests):
            raise ValueError("told to fail")
        return desk.execute(requests)

    desk.note(("A", "C1"), ("B", "-"), ("D", "CX"), ("E", "C2"))
    member = SupervisorMember(ANSWERING, execute)
    desk.take(member)
    assert (member.halted, member.next) == (True, 2)
    assert desk.rows("answering").keys() == {"A", "B"}
    assert (desk.echoes("A"), desk.echoes("E")) == (["C1"], [])
    halted = desk.sql("SELECT halted, halted_facts ->> 'position' FROM follower.cursor")
    assert halted == [("follower.row_refused", "2")]


def test_answers_lost_on_the_way_are_asked_for_again(desk: Desk) -> None:
    """命令入了账，答复与进度却丢了：再来一遍，账上不多一件。"""
    lost = [True]

    def execute(requests: Sequence[Request]) -> list[Outcome]:
        outcomes = desk.ledger.execute_many(requests)
        if lost.pop() if lost else False:
            raise LedgerUnavailable("ledger.unavailable")
        return outcomes

    desk.note(*((f"K-{n}", "C1") for n in range(40)))
    member = SupervisorMember(ANSWERING, execute)
    with pytest.raises(LedgerUnavailable):
        desk.take(member)
    assert (member.next, desk.rows("answering")) == (0, {})
    desk.take(SupervisorMember(ANSWERING, execute))
    assert [desk.echoes(f"K-{n}") for n in range(40)] == [["C1"]] * 40
    assert desk.rows("answering").keys() == {f"K-{n}" for n in range(40)}


@pytest.mark.parametrize("seed", range(8))
def test_waves_come_to_what_one_after_the_other_does(desk: Desk, seed: int) -> None:
    """随意的一串事，一波几件与一件一件，底册、停放与回声都相同。"""
    chance = random.Random(seed)  # noqa: S311 - chance for a test
    desk.note(*((chance.choice(CASES), chance.choice(TEXTS)) for _ in range(60)))
    desk.take(SupervisorMember(ANSWERING, desk.execute), size=chance.choice((7, 500)))
    desk.take(SupervisorMember(answering("alone", "ECHO-2-"), desk.one_by_one), size=1)
    assert max(desk.asked) > 1
    assert desk.rows("answering") == desk.rows("alone") != {}
    assert desk.parked("answering") == desk.parked("alone") != []
    for case in CASES:
        assert desk.echoes(case) == desk.echoes(f"2-{case}")


def test_timers_that_are_due_go_together(desk: Desk) -> None:
    """同时到期的一并提出，各只一次；被拒的单独停放，别的照办。"""

    def due(now: datetime, rows: Rows) -> Iterator[Command]:
        for key, row in rows.due(now):
            text = "REFUSE" if key == "B" else "LATE"
            yield Command(f"{key}|{row[DUE]}", cast("Act", Note(f"ECHO-{key}", (text,))), MACHINE)

    def react(rows: Rows, one: Delivered) -> Reaction:
        return Reaction() if one.key.startswith("ECHO-") else watch(rows, one)

    timing = Supervisor("timing", 1, frozenset({EVENT}), by_key, react, due)
    soon, later = "2020-01-01T00:00:00+00:00", "2199-01-01T00:00:00+00:00"
    desk.note(("A", soon), ("B", soon), ("D", soon), ("E", later))
    member = SupervisorMember(timing, desk.execute)
    for _ in range(2):
        desk.fire(member, datetime(2026, 3, 2, tzinfo=UTC))
    assert desk.asked == [3]
    assert (desk.echoes("A"), desk.echoes("D"), desk.echoes("E")) == (["LATE"], ["LATE"], [])
    parked = desk.sql("SELECT purpose, reason FROM follower.parked")
    assert parked == [(f"B|{soon}", "duty.role")]
