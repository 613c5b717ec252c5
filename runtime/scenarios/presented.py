"""演案演给人看：逐步的办理与答复，被拒的连同依据与办法，最后是案卷。"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from domain.terms import Role
from runtime import case_file
from runtime.messages import say
from runtime.scenarios.player import Performance, Played
from runtime.scenarios.player import case_file as filed
from runtime.scenarios.reader import Scenario
from runtime.words import explained, instant, term, title


def directory(ready: Iterable[Scenario]) -> RenderableType:
    """现成的演案一览。"""
    table = Table(box=None)
    for name in ("scenario.name", "scenario.title", "scenario.rules", "scenario.steps"):
        table.add_column(say(name), no_wrap=name == "scenario.name")
    for one in ready:
        rules = "、".join(map(str, one.rules))
        table.add_row(one.name, one.title, rules, str(len(one.steps)))
    return Group(table, Text(say("scenario.total", count=table.row_count), style="dim"))


def render(performance: Performance) -> RenderableType:
    """演完的一份。"""
    scenario = performance.scenario
    parts: list[RenderableType] = [
        Text(f"{scenario.title}（{scenario.name}）", style="bold"),
        Text(say("scenario.rehearsal"), style="dim"),
    ]
    if scenario.about:
        parts.append(Text(scenario.about))
    shown = performance.scenario.steps[0].at
    for one in performance.played:
        parts += [Text(line, style="dim") for line in _meanwhile(performance, shown, one.step.at)]
        parts += [Text(line, style=_style(one)) for line in _lines(one)]
        shown = one.step.at
    parts += [Text(line, style="dim") for line in _meanwhile(performance, shown, None)]
    file = filed(performance)
    if file is not None:
        parts += [Text(""), case_file.render(file)]
    if performance.problems:
        parts.append(Text(say("scenario.problems"), style="red"))
        parts += [Text(f"  {problem}", style="red") for problem in performance.problems]
    return Group(*parts)


def _meanwhile(performance: Performance, first: datetime, last: datetime | None) -> Iterator[str]:
    """What the machine did by itself from one step to the next, an instant a line."""
    did: dict[datetime, list[str]] = {}
    for one in performance.book.delivered:
        at = one.meta.recorded_at
        machine = one.meta.actor.role is Role.SYSTEM
        if machine and first <= at and (last is None or at < last):
            did.setdefault(at, []).append(title("event", one.name))
    for at, names in did.items():
        done = "、".join(dict.fromkeys(names))
        yield f"{instant(at)[:16]}  {say('scenario.machine')} → {done}"


def _style(one: Played) -> str:
    return "yellow" if one.verdict.code else ""


def _lines(one: Played) -> Iterator[str]:
    step, verdict = one.step, one.verdict
    at = instant(step.at)[:16]
    if step.note:
        yield f"{at}  〔{step.note}〕"
    if one.actor is None or step.act is None:
        yield f"{at}  {say('scenario.passes')}"
        return
    role = term("role", one.actor.role)
    who = role if one.actor.role is Role.APPLICANT else f"{role} {one.actor.officer_id}"
    what = term("act", type(step.act).__name__)
    if verdict.code is None:
        done = "、".join(dict.fromkeys(title("event", event.name) for event in verdict.events))
        yield f"{at}  {who}  {what} → {done or say('scenario.nothing')}"
        return
    told = explained(verdict.code, verdict.facts)
    yield f"{at}  {who}  {what} → {say('scenario.refused', code=verdict.code)}"
    yield f"    {told.text}"
    if told.basis:
        yield f"    {say('scenario.basis', basis='；'.join(told.basis))}"
    yield f"    {say('scenario.remedy', remedy=told.remedy)}"


def to_json(performance: Performance) -> dict[str, object]:
    """供程序读取的样子。"""
    file = filed(performance)
    return {
        "scenario": performance.scenario.name,
        "title": performance.scenario.title,
        "steps": [
            {
                "at": one.step.at,
                "act": type(one.step.act).__name__ if one.step.act else None,
                "by": one.step.by,
                "refused": one.verdict.code,
                "facts": dict(one.verdict.facts),
                "events": [event.name for event in one.verdict.events],
            }
            for one in performance.played
        ],
        "problems": list(performance.problems),
        "case": None if file is None else case_file.to_json(file),
    }
