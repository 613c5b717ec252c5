"""案卷写法：given（已发生）→ when（来办的事）→ then（应记的事）；以及一本内存里的账。"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from domain import calendar, catalogue, officer
from domain.acts import Act, handle
from domain.commitment import BreachPolicy
from domain.decider import (
    Aggregate,
    Answer,
    Claim,
    Decision,
    Event,
    ImpossibleHistory,
    Plan,
    Refused,
)
from domain.refusals import Refusal
from domain.terms import (
    BEIJING,
    Actor,
    ItemCode,
    OfficerId,
    Organ,
    Personal,
    PersonId,
    Role,
    Sha256,
)
from schemas.codec import current
from schemas.registry import name_of

S = TypeVar("S")
C = TypeVar("C")


@dataclass(frozen=True)
class When(Generic[C]):
    """办过一件事的案卷：查看应记什么。"""

    answer: Answer

    def then(self, *events: Event) -> None:
        """应记且只记这些事；不写即无事可办。"""
        assert self.answer == events

    def refused(self, code: Refusal, **facts: str) -> None:
        """应依法不予办理，理由与事实如下。"""
        assert isinstance(self.answer, Refused), self.answer
        assert self.answer.code is code
        assert self.answer.facts.items() >= facts.items()


@dataclass(frozen=True)
class Given(Generic[S, C]):
    """已经发生这些事的案卷。"""

    aggregate: Aggregate[S]
    decide: Callable[[S, C], Answer]
    events: tuple[Event, ...]

    def when(self, command: C) -> When[C]:
        """来办一件事。"""
        return When(self.decide(self.aggregate.fold(self.events), command))


def case_files(
    aggregate: Aggregate[S], decide: Callable[[S, C], Answer]
) -> Callable[..., Given[S, C]]:
    """某一类案卷的 given。"""

    def given(*events: Event) -> Given[S, C]:
        return Given(aggregate, decide, events)

    return given


def check_impossible(
    aggregate: Aggregate[Any], lives: Iterable[tuple[Event, ...]], events: Iterable[Event]
) -> None:
    """逐一核对：每种现状之后，凡不可能的事都当即停下；一件也不默默跳过。"""
    wrong = 0
    for life in lives:
        state = aggregate.fold(life)
        for event in events:
            try:
                after = aggregate.evolve(state, event)
            except ImpossibleHistory:
                wrong += 1
            else:
                assert after is not state
    assert wrong > 0


# -- a ledger in memory, with one item, its people and the official calendar

ITEM: Final = ItemCode("350505-0001")
APPROVER: Final = Organ("350505-SPJ")
SUPERVISOR: Final = Organ("350505-SCJG")
SECOND_SUPERVISOR: Final = Organ("350505-XFJY")
CENTRE: Final = Organ("350505-ZX")
SHA: Final = Sha256("a" * 64)
FIRST_YEAR: Final = 2025
DATA: Final = Path(calendar.__file__).parent / "data" / "calendar.toml"

ITEM_V1: Final = catalogue.ItemPublished(
    version=1,
    effective_from=date(2025, 1, 1),
    name="食品经营许可",
    legal_basis=("spaqf:35",),
    approving_body=APPROVER,
    supervising_bodies=(SUPERVISOR, SECOND_SUPERVISOR),
    legal_days=20,
    promised_days=7,
    window_authorised=False,
    commitment_allowed=True,
    commitment_materials=("平面图", "健康证"),
    breach_policy=BreachPolicy.REVOKE,
    filing_only=False,
    materials=("申请书", "平面图", "健康证"),
    speciality="食品",
)


def at(text: str) -> datetime:
    """北京时间，如 ``2026-03-02`` （上午九时）或 ``2026-03-02 17:00``。"""
    moment = datetime.fromisoformat(text)
    bare = moment.time() == time() and len(text) == len("2026-03-02")
    return moment.replace(hour=9 if bare else moment.hour, tzinfo=BEIJING)


def official() -> tuple[calendar.CalendarPublished, ...]:
    """2025、2026 两年的日历，取自随附的数据（更早的用不着）。"""
    years = tomllib.loads(DATA.read_text("utf-8"))["calendar"]
    return tuple(
        calendar.CalendarPublished(
            one["year"], 1, one["source"], tuple(one["days_off"]), tuple(one["working_weekends"])
        )
        for one in years
        if one["year"] >= FIRST_YEAR
    )


def actor(account: str, role: Role, organ: Organ, in_name_of: Organ | None = None) -> Actor:
    """以某岗位来办事的账号。"""
    return Actor(OfficerId(account), role, organ, in_name_of or organ)


# The people of the town: account, person, role, organ.
STAFF: Final = {
    name: actor(name, role, organ, in_name_of)
    for name, role, organ, in_name_of in [
        ("clerk", Role.COUNTER, CENTRE, APPROVER),
        ("clerk2", Role.COUNTER, CENTRE, APPROVER),
        ("reviewer", Role.REVIEWER, APPROVER, None),
        ("reviewer2", Role.REVIEWER, APPROVER, None),
        ("decider", Role.DECIDER, APPROVER, None),
        ("decider2", Role.DECIDER, APPROVER, None),
        ("legal", Role.LEGAL, APPROVER, None),
        ("issuer", Role.ISSUER, CENTRE, None),
        ("supervisor", Role.SUPERVISOR, SUPERVISOR, None),
        ("chief", Role.SUPERVISION_HEAD, SUPERVISOR, None),
    ]
}
MACHINE: Final = actor("system.test", Role.SYSTEM, Organ("SYSTEM"))
APPLICANT: Final = actor("S-1", Role.APPLICANT, Organ("PUBLIC"))


def person(name: str) -> PersonId:
    """账号背后的自然人。"""
    return PersonId(f"P-{name}")


@dataclass
class Book:
    """一本内存里的账：真的办理、真的案卷，只是不落盘。"""

    streams: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    claims: dict[tuple[str, str], str] = field(default_factory=dict)

    def load(self, aggregate: Aggregate[S], identity: str) -> S:
        """调阅一份案卷。"""
        return aggregate.fold(self.streams.get(aggregate.stream(identity), ()))

    def ask(self, act: Act, who: Actor, when: str) -> Decision:
        """来办一件事；办成的记账。"""
        decision = handle(act, who, at(when), self.load)
        if isinstance(decision, Plan):
            self._record(decision)
        return decision

    def do(self, act: Act, who: Actor, when: str) -> Plan:
        """办一件应当办成的事。"""
        decision = self.ask(act, who, when)
        assert isinstance(decision, Plan), decision
        return decision

    def refuse(self, code: Refusal, act: Act, who: Actor, when: str, **facts: str) -> None:
        """办一件应当被拒的事，理由与事实如下；账上什么也不添。"""
        before = dict(self.streams)
        When(_answer(self.ask(act, who, when))).refused(code, **facts)
        assert self.streams == before

    def put(self, stream: str, *events: Event) -> None:
        """账上原有的事。"""
        self.streams[stream] = (*self.streams.get(stream, ()), *events)

    def hire(self, account: str, role: Role, organ: Organ, who: PersonId) -> Actor:
        """启用一个账号并授予岗位。"""
        stream = officer.AGGREGATE.stream(account)
        if stream not in self.streams:
            self.put(stream, officer.OfficerAppointed(who, Personal(who, "张三"), "0" * 64))
        self.put(stream, officer.GrantGiven(role, organ, date(2025, 1, 1), None, None, None))
        return actor(account, role, organ)

    def held(self, claim: Claim) -> bool:
        """独占是否还在。"""
        return self.claims.get((claim.kind, claim.value)) == claim.holder

    def _record(self, plan: Plan) -> None:
        for part in plan.writes:
            assert part.events
            assert type(part.key) is str  # as the ledger takes it
            assert all(map(_fits_its_schema, part.events))
            self.put(part.stream, *part.events)
        for claim in plan.claims:
            holder = self.claims.setdefault((claim.kind, claim.value), claim.holder)
            assert holder == claim.holder, f"{claim} is held by {holder}"
        for claim in plan.releases:
            assert self.claims.pop((claim.kind, claim.value)) == claim.holder


def _fits_its_schema(event: Event) -> bool:
    """The codec takes it: a code that is nearly text, a list for a tuple, would be refused there."""
    schema = current(name_of(event))
    if all(getattr(event, name) is None for name in schema.personal):
        schema.body.pack(event)
    return True


def _answer(decision: Decision) -> Answer:
    if isinstance(decision, Refused):
        return decision
    return tuple(event for part in decision.writes for event in part.events)


def events_of(plan: Plan) -> tuple[Event, ...]:
    """一次办理记下的全部事件，按案卷写入的次序。"""
    return tuple(event for part in plan.writes for event in part.events)


def town(item: catalogue.ItemPublished = ITEM_V1) -> Book:
    """一座小城：一个事项、各岗位的人、两年的日历。"""
    book = Book()
    book.put(catalogue.AGGREGATE.stream(ITEM), item)
    for year in official():
        book.put(calendar.AGGREGATE.stream(calendar.calendar_id(year.year)), year)
    for name, who in STAFF.items():
        book.hire(name, who.role, who.organ, person(name))
    return book
