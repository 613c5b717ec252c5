"""一份计划走到了哪一步：逐步列出谁交了、谁还没有，等到何时，下一条命令是什么。"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from domain import inspection_plan as plans
from domain.decider import Event
from domain.terms import Organ
from ledger.mapper import Fact
from runtime.messages import say
from runtime.words import instant, organ

E = TypeVar("E", bound=Event)

DONE: Final = "done"
NOW: Final = "now"
LATER: Final = "later"
SKIPPED: Final = "skipped"  # it ended before


@dataclass(frozen=True, slots=True)
class Step:
    """一步：办了没有，哪一步，详情逐行。"""

    mark: str
    name: str
    details: tuple[str, ...] = ()


@dataclass(slots=True)
class Told:
    """由计划的各件读出的经过。``at``: when each kind of event was first recorded."""

    plan: plans.PlanRegistered
    at: dict[type[Event], datetime] = field(default_factory=dict)
    commitments: dict[Organ, tuple[str, datetime]] = field(default_factory=dict)
    reveals: dict[Organ, tuple[str, datetime]] = field(default_factory=dict)
    last: dict[type[Event], Event] = field(default_factory=dict)
    drawn: int = 0
    paired: int = 0
    unmatched: int = 0

    def of(self, kind: type[E]) -> E | None:
        """这一种的最后一件。"""
        found = self.last.get(kind)
        return found if isinstance(found, kind) else None


def read(facts: Sequence[Fact]) -> Told:
    """读一份计划的经过；第一件是它的登记。"""
    first = facts[0].event
    if not isinstance(first, plans.PlanRegistered):
        raise TypeError(f"no plan begins with {type(first).__name__}")
    told = Told(first)
    for fact in facts:
        _note(told, fact.event, fact.meta.decided_at)
    return told


def _note(told: Told, event: Event, at: datetime) -> None:
    told.at.setdefault(type(event), at)
    told.last[type(event)] = event
    match event:
        case plans.ShareCommitted(office=office, commitment=promised):
            told.commitments[office] = (promised, at)
        case plans.ShareRevealed(office=office, share=share):
            told.reveals[office] = (share, at)
        case plans.Drawn(drawn=drawn) | plans.MoreDrawn(drawn=drawn):
            told.drawn += len(drawn)
        case (
            plans.Matched(pairs=pairs, unmatched=alone)
            | plans.MoreMatched(pairs=pairs, unmatched=alone)
        ):
            told.paired += len(pairs)
            told.unmatched += len(alone)
        case _:
            return


# -- the steps


def steps(told: Told) -> list[Step]:
    """逐步：办了的有内容，正在等的说等谁、等到何时，其后的还没有到。"""
    found = [
        _registered(told.plan, told.at[plans.PlanRegistered]),
        _step("frozen", told.of(plans.ListsFrozen), _frozen(told)),
        *([] if told.plan.seed_plan_no else _own_seed(told)),
        _step("drawn", told.of(plans.Matched), _drawn(told)),
        *([_opened(told)] if told.plan.sealed_share_commitment else []),
    ]
    over = _over(told)
    waiting = next((at for at, one in enumerate(found) if one.mark != DONE), len(found))
    for at in range(waiting, len(found)):
        mark = SKIPPED if over else NOW if at == waiting else LATER
        details = found[at].details if mark == NOW or _has_begun(told, found[at].name) else ()
        found[at] = Step(mark, found[at].name, details)
    return [*found, *over]


def _own_seed(told: Told) -> list[Step]:
    """Of a joint draw these are the lead's."""
    return [
        _step("committed", told.of(plans.CommitsIn), _committed(told)),
        _step("revealed", told.of(plans.RevealsClosed), _revealed(told)),
        _step("valued", told.of(plans.PublicValueFixed), _valued(told)),
    ]


def _has_begun(told: Told, name: str) -> bool:
    return (name == "committed" and bool(told.commitments)) or (
        name == "revealed" and bool(told.reveals)
    )


def _step(name: str, done: Event | None, details: Iterator[str]) -> Step:
    return Step(LATER if done is None else DONE, name, tuple(details))


def _registered(plan: plans.PlanRegistered, at: datetime) -> Step:
    strata = "、".join(
        say("draw.stratum", name=one.name, percent=f"{one.basis_points / 100:g}", floor=one.floor)
        for one in plan.strata
    )
    who = {"runner": plan.runner, "witness": plan.witness}
    details = (
        say("draw.registered", at=instant(at), title=plan.title),
        say("draw.who", department=organ(plan.department), **who),
        say("draw.strata", strata=strata, inspect_by=plan.inspect_by),
    )
    return Step(DONE, "registered", details)


def _frozen(told: Told) -> Iterator[str]:
    frozen = told.of(plans.ListsFrozen)
    if frozen is None:
        yield say("draw.awaits_freezing")
        return
    at = instant(told.at[plans.ListsFrozen])
    yield say("draw.frozen", at=at, size=frozen.as_of_size)
    yield say("draw.object_list", count=frozen.object_count, root=frozen.object_root)
    yield say("draw.inspector_list", count=frozen.inspector_count, root=frozen.inspector_root)
    yield say("draw.plan_leaf", leaf=frozen.plan_leaf_hash)


def _committed(told: Told) -> Iterator[str]:
    for office in told.plan.offices:
        name = organ(office)
        if (known := told.commitments.get(office)) is not None:
            yield say("draw.has_committed", office=name, at=instant(known[1]), commitment=known[0])
        else:
            until = instant(told.plan.public_value_at)
            yield say("draw.awaits_commitment", office=name, until=until)


def _revealed(told: Told) -> Iterator[str]:
    closed = told.of(plans.RevealsClosed)
    for office in told.plan.offices:
        name = organ(office)
        if (known := told.reveals.get(office)) is not None:
            yield say("draw.has_revealed", office=name, at=instant(known[1]), share=known[0])
        elif closed is not None:
            yield say("draw.withheld", office=name)
        else:
            until = instant(told.plan.public_value_at)
            yield say("draw.awaits_reveal", office=name, until=until)
    if closed is not None:
        yield say("draw.closed", at=instant(told.at[plans.RevealsClosed]))
    elif len(told.reveals) == len(told.plan.offices):
        yield say("draw.awaits_closing", at=instant(told.plan.public_value_at))


def _valued(told: Told) -> Iterator[str]:
    yield say("draw.source", source=told.plan.public_source)
    if told.plan.value_format:
        yield say("draw.format", format=told.plan.value_format)
    fixed = told.of(plans.PublicValueFixed)
    if fixed is None:
        yield say("draw.awaits_value", at=instant(told.plan.public_value_at))
    else:
        at = instant(told.at[plans.PublicValueFixed])
        yield say("draw.valued", at=at, value=fixed.value)


def _drawn(told: Told) -> Iterator[str]:
    drawn = told.of(plans.Drawn)
    if drawn is None:
        key = "awaits_sealed_draw" if told.plan.sealed_share_commitment else "awaits_draw"
        yield say(f"draw.{key}", until=plans.draw_by(told.plan))
        return
    yield say("draw.seed", at=instant(told.at[plans.Drawn]), seed=drawn.seed)
    counts = {"drawn": told.drawn, "paired": told.paired, "unmatched": told.unmatched}
    yield say("draw.counts", **counts)


def _opened(told: Told) -> Step:
    opened = told.of(plans.SealedShareOpened)
    if opened is not None:
        at = instant(told.at[plans.SealedShareOpened])
        return Step(DONE, "opened", (say("draw.opened", at=at, share=opened.share),))
    first, last = told.plan.inspect_by, plans.open_by(told.plan)
    return Step(LATER, "opened", (say("draw.awaits_opening", first=first, last=last),))


def _over(told: Told) -> list[Step]:
    if (annulled := told.of(plans.PlanAnnulled)) is not None:
        people = {"handler": annulled.handler, "second": annulled.second}
        at = instant(told.at[plans.PlanAnnulled])
        line = say("draw.annulled", at=at, reason=annulled.reason, **people)
        return [Step(DONE, "annulled", (line,))]
    if (voided := told.of(plans.PlanVoided)) is not None:
        return [Step(DONE, "voided", (say("draw.voided", due_on=voided.due_on),))]
    if (fell := told.of(plans.LeadFell)) is not None:
        return [Step(DONE, "voided", (say("draw.lead_fell", plan_no=fell.seed_plan_no),))]
    return []


# -- what is next


def following(told: Told, plan_no: str, now: datetime) -> list[str]:
    """下一步做什么：照抄即可的命令，或者等什么。"""
    facts: dict[str, Any] = {"plan_no": plan_no}
    if told.of(plans.PlanAnnulled) or told.of(plans.PlanVoided) or told.of(plans.LeadFell):
        return [say("draw.next.over")]
    if told.of(plans.Matched):
        return _after_the_draw(told, facts)
    if told.of(plans.PublicValueFixed):
        key = "draw_sealed" if told.plan.sealed_share_commitment else "machine_draws"
        return [say(f"draw.next.{key}", **facts)]
    if told.of(plans.RevealsClosed):
        return [say("draw.next.public", source=told.plan.public_source, **facts)]
    if told.of(plans.ListsFrozen) is None:
        return [say("draw.next.freeze", **facts)]
    return _from_offices(told, facts, now)


def _from_offices(told: Told, facts: dict[str, Any], now: datetime) -> list[str]:
    if told.plan.seed_plan_no:
        return [say("draw.next.lead", lead=told.plan.seed_plan_no)]
    if now >= told.plan.public_value_at and told.of(plans.CommitsIn) is None:
        return [say("draw.next.too_late", **facts)]
    key, given = "commit", set(told.commitments)
    if told.of(plans.CommitsIn):
        key, given = "reveal", set(told.reveals)
    missing = [office for office in told.plan.offices if office not in given]
    until = instant(told.plan.public_value_at)
    if not missing:
        return [say("draw.next.close", until=until, **facts)]
    lines = [say(f"draw.next.{key}", office=office, **facts) for office in missing]
    return [say("draw.next.until", until=until), *lines, say("draw.next.run", **facts)]


def _after_the_draw(told: Told, facts: dict[str, Any]) -> list[str]:
    if told.plan.sealed_share_commitment and told.of(plans.SealedShareOpened) is None:
        first, last = told.plan.inspect_by, plans.open_by(told.plan)
        return [say("draw.next.open", first=first, last=last, **facts)]
    return [say("draw.next.publish", **facts)]


# -- shown


def shown(told: Told, plan_no: str, now: datetime) -> RenderableType:
    """给人看的一页。"""
    table = Table(box=None, show_header=False, title=say("draw.title", plan_no=plan_no))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in steps(told):
        mark = Text(say(f"draw.mark.{one.mark}"), style=_STYLES[one.mark])
        table.add_row(mark, say(f"draw.step.{one.name}"), Text("\n".join(one.details)))
    return Group(table, *hints(told, plan_no, now))


_STYLES: Final = {DONE: "green", NOW: "yellow", LATER: "dim", SKIPPED: "dim"}


def hints(told: Told, plan_no: str, now: datetime) -> list[Text]:
    """下一步的几行。"""
    return [Text(line) for line in [say("draw.next.head"), *following(told, plan_no, now)]]


def to_json(told: Told, plan_no: str, now: datetime) -> dict[str, object]:
    """供程序读取的样子。"""
    return {
        "plan_no": plan_no,
        "steps": [
            {"step": one.name, "mark": one.mark, "details": list(one.details)}
            for one in steps(told)
        ],
        "next": following(told, plan_no, now),
    }
