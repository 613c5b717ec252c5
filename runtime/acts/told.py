"""办理怎样说给人听：各种办理一览，一种怎样写，办了之后的答复。"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from domain.terms import Role
from ledger.application import Outcome, OutcomeKind
from runtime.acts.about import About, example_of
from runtime.acts.perform import Answer, Deadline
from runtime.messages import say
from runtime.words import explained, instant, term, title


def directory(known: Iterable[About]) -> RenderableType:
    """各种办理一览。"""
    table = Table(box=None)
    for name in ("act.word", "act.name", "act.roles", "act.fields"):
        table.add_column(say(name), overflow="fold")
    for one in known:
        fields = "、".join(f"{item.label} {item.name}" for item in one.fields)
        table.add_row(one.word, one.name, _roles(one), fields)
    return Group(table, Text(say("act.count", count=table.row_count), style="dim"))


def _roles(one: About) -> str:
    return "、".join(term("role", role) for role in one.roles)


def sheet(one: About) -> RenderableType:
    """一种办理：是什么，谁可以办，各项，样例。"""
    table = Table(box=None)
    for name in ("act.field", "act.label", "act.needed", "act.type"):
        table.add_column(say(name), overflow="fold")
    for item in one.fields:
        codes = "、".join(f"{code} {word}" for code, word in item.choices.items())
        needed = say("act.is_needed") if item.required else say("act.optional")
        table.add_row(
            item.name, item.label, needed, f"{item.type}：{codes}" if codes else item.type
        )
    who = say("act.who", roles=_roles(one)) if one.by_people else say("act.machine")
    head = [Text(f"{one.word}（{one.name}）", style="bold"), Text(one.meaning), Text(who)]
    example = [
        Text(""),
        Text(say("act.example"), style="dim"),
        Text(example_of(one, _somebody(one))),
    ]
    return Group(*head, table, *(example if one.by_people else ()))


def _somebody(one: About) -> str:
    """An account of the demonstration's cast that may do it, to be replaced."""
    return next((_CAST[role] for role in one.roles if role in _CAST), "W01")


_CAST: Final[Mapping[str, str]] = {
    Role.COUNTER: "W01",
    Role.ISSUER: "W01",
    Role.REVIEWER: "R01",
    Role.DECIDER: "D01",
    Role.HEAD: "H01",
    Role.GOVERNMENT: "G01",
    Role.LEGAL: "L01",
    Role.SUPERVISOR: "S01",
    Role.SUPERVISION_HEAD: "S02",
    Role.INSPECTOR: "I01",
    Role.PERFORMANCE: "E01",
    Role.DISCIPLINE: "J01",
    Role.CATALOGUE: "C01",
}


def lines(one: Answer) -> Iterator[str]:
    """一步的答复，逐行。"""
    at = instant(one.now)[:16]
    if one.order.note:
        yield f"{at}  〔{one.order.note}〕"
    if one.actor is None or one.outcome is None:
        yield say("act.passes", at=at)
        return
    role = term("role", one.actor.role)
    who = role if one.actor.role is Role.APPLICANT else f"{role} {one.actor.officer_id}"
    what = term("act", type(one.order.act).__name__)
    yield f"{at}  {who}  {what} → {_verdict(one, one.outcome)}"
    yield from (f"    {line}" for line in _details(one, one.outcome))


def _details(one: Answer, outcome: Outcome) -> Iterator[str]:
    if one.order.at is not None and one.now > one.order.at and not outcome.repeated:
        yield say("act.now", now=instant(one.now)[:16], at=instant(one.order.at)[:16])
    if outcome.code is not None:
        yield from _why(outcome)
    for event in one.events:
        key = "act.event" if event.position is None else "act.event_at"
        named = title("event", event.name)
        yield say(key, position=event.position, title=named, stream=event.stream)
    for deadline in one.opened:
        yield say("act.deadline", **_named(deadline), due=deadline.due_on)
    for deadline in one.settled:
        yield say("act.settled", **_named(deadline))
    yield from _unexpected(one)


def _unexpected(one: Answer) -> Iterator[str]:
    order = one.order
    if order.refused is not None and order.refused != one.code:
        yield say("act.expected", wanted=order.refused)
    elif not one.as_expected and one.code is None and order.then is not None:
        yield say("act.expected", wanted="、".join(order.then))


def _verdict(one: Answer, outcome: Outcome) -> str:
    span = {"first": outcome.first, "last": outcome.last}
    match outcome.kind:
        case OutcomeKind.REFUSED:
            return say("act.would_refuse" if one.rehearsed else "act.refused", code=outcome.code)
        case OutcomeKind.NOTHING:
            return say("act.nothing")
        case _ if outcome.repeated:
            return say("act.repeated", **span)
        case _:
            return say("act.would") if one.rehearsed else say("act.done", **span)


def _why(outcome: Outcome) -> Iterator[str]:
    told = explained(outcome.code or "", outcome.facts)
    yield told.text
    if told.basis:
        yield say("act.basis", basis="；".join(told.basis))
    yield say("act.remedy", remedy=told.remedy)


def _named(deadline: Deadline) -> dict[str, str]:
    name = f"（{deadline.name}）" if deadline.name else ""
    return {"kind": term("deadline", deadline.kind), "name": name}


def to_json(one: Answer) -> dict[str, object]:
    """供程序读取的样子。"""
    outcome = one.outcome
    return {
        "step": one.order.number,
        "act": type(one.order.act).__name__ if one.order.act else None,
        "by": one.actor.officer_id if one.actor else None,
        "role": one.actor.role if one.actor else None,
        "at": one.now.isoformat(),
        "kind": outcome.kind if outcome else None,
        "repeated": bool(outcome and outcome.repeated),
        "rehearsed": one.rehearsed,
        "code": one.code,
        "facts": outcome.facts if outcome else {},
        "first": outcome.first if outcome else None,
        "last": outcome.last if outcome else None,
        "events": [{"stream": event.stream, "event": event.name} for event in one.events],
        "deadlines": [
            {"kind": item.kind, "name": item.name, "due_on": str(item.due_on)}
            for item in one.opened
        ],
        "settled": [{"kind": item.kind, "name": item.name} for item in one.settled],
        "as_expected": one.as_expected,
    }
