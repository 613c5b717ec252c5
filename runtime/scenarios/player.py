"""演一份演案：照步骤在内存的账里办一遍，期望与实际不合的一一列出。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from domain import calendar, light_setting
from domain.acts import Act
from domain.acts.register import calendars
from domain.deadlines import Calendar
from domain.terms import Actor, Organ, Role, beijing_day
from followers.overview import Freshness
from followers.projection import Row
from projections import approvals, case_timeline, case_view, deadline_view, item_register
from projections.approvals import ApprovalRow
from projections.case_timeline import TimelineRow
from projections.case_view import CaseRow
from projections.item_register import ItemRow
from runtime.acting import in_post
from runtime.case_file import CaseFile
from runtime.founding import CITY, founding, scenario, staff
from runtime.hall import applicant, officer
from runtime.scenarios.book import Book, Verdict, key_commitment
from runtime.scenarios.reader import Scenario, Step

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")

CALENDAR: Final = Path(calendar.__file__).parent / "data" / "calendar.toml"
PUBLISHER: Final = officer("C01", Role.CATALOGUE, CITY)
BEFORE: Final = timedelta(days=1)  # the town is founded the day before the first step


@dataclass(frozen=True, slots=True)
class Played:
    """演过的一步与答复；``actor`` None 只是时间过去。"""

    step: Step
    actor: Actor | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Performance:
    """演完的一份：各步、账、案卷，以及与期望不合之处（没有即空）。"""

    scenario: Scenario
    book: Book
    played: tuple[Played, ...]
    problems: tuple[str, ...]


def perform(scenario_: Scenario, until: datetime | None = None) -> Performance:
    """演一遍，然后（给了的）让时间走到 ``until``。

    Raises :class:`~runtime.scenarios.book.MachineFailed`.
    """
    town = scenario()
    book = Book(scenario_.steps[0].at - BEFORE)
    for name, act, actor in _opening(scenario_, town):
        verdict = book.ask(act, actor)
        if verdict.code is not None:
            raise ValueError(f"{scenario_.name}: {name}: {verdict.code} {dict(verdict.facts)}")
    played = [_play(book, town, step) for step in scenario_.steps]
    problems = [*_wrong_steps(played), *_wrong_end(scenario_, book)]
    if until is not None:
        book.until(until)
    return Performance(scenario_, book, tuple(played), tuple(problems))


def _opening(scenario_: Scenario, town: dict[str, Any]) -> Iterator[tuple[str, Act, Actor]]:
    machine = officer("system.founding", Role.SYSTEM, "SYSTEM")
    for year in calendars(CALENDAR.read_text("utf-8")):
        yield f"calendar {year.year}", year, machine
    yield from founding(town, key_commitment)
    for item in scenario_.items:
        yield f"item {item.item_code}", item, PUBLISHER


def _play(book: Book, town: dict[str, Any], step: Step) -> Played:
    book.until(step.at)
    if step.act is None:
        return Played(step, None, Verdict())
    actor = acting(town, str(step.by), type(step.act).__name__)
    return Played(step, actor, book.ask(step.act, actor))


def acting(town: dict[str, Any], by: str, act: str) -> Actor:
    """``by`` 所写的人：小城的账号（见 :func:`runtime.acting.in_post`），或者申请人的编号。"""
    account = by.partition(":")[0]
    grants = {one["account"]: one["grants"] for one in staff(town)}.get(account)
    if grants is None:
        return applicant(account)
    return in_post(by, [(Role(role), Organ(organ)) for role, organ in grants], act)


# -- what was expected


def _wrong_steps(played: list[Played]) -> Iterator[str]:
    for number, one in enumerate(played, 1):
        step, verdict = one.step, one.verdict
        if step.refused != verdict.code:
            said = f"{verdict.code} {dict(verdict.facts)}" if verdict.code else "done"
            yield f"step {number}: expected {step.refused or 'done'}, got {said}"
        names = tuple(event.name for event in verdict.events)
        if step.then is not None and step.then != names:
            yield f"step {number}: expected {step.then}, recorded {names}"


def _wrong_end(scenario_: Scenario, book: Book) -> Iterator[str]:
    row = book.rows(case_view.PROJECTION).get(scenario_.case, {})
    for column, wanted in scenario_.expect.items():
        if (found := row.get(column)) != wanted:
            yield f"{column}: expected {wanted!r}, found {found!r}"
    names = [one.name for one in book.delivered]
    yield from (f"missing: {name}" for name in scenario_.events if name not in names)
    yield from (f"not expected: {name}" for name in scenario_.absent if name in names)


# -- the case file, from the rows in memory


def case_file(performance: Performance) -> CaseFile | None:
    """演完之后的案卷，与 `case` 命令所印的同一样子；没有这件办件的没有。"""
    book, number = performance.book, performance.scenario.case
    cases = book.rows(case_view.PROJECTION)
    if number not in cases:
        return None
    case = _record(CaseRow, number, cases[number])
    licences, items = book.rows(approvals.PROJECTION), book.rows(item_register.PROJECTION)
    licence_no, item_code = case.licence_no or "", case.item_code or ""
    return CaseFile(
        case=case,
        licence=_found(ApprovalRow, licence_no, licences),
        item=_found(ItemRow, item_code, items),
        deadlines=deadline_view.opened(
            book.rows(deadline_view.PROJECTION), number, _reckoning(book)
        ),
        events=tuple(_timeline(book, number)),
        freshness=Freshness(len(book.delivered), 0, 0.0),
        today=beijing_day(book.now),
    )


def _reckoning(book: Book) -> deadline_view.Reckoning:
    setting = book.load(light_setting.AGGREGATE, light_setting.IDENTITY)
    return deadline_view.Reckoning(beijing_day(book.now), _calendar(book), setting.versions)


def _calendar(book: Book) -> Calendar:
    known = calendars(CALENDAR.read_text("utf-8"))
    ids = [calendar.calendar_id(one.year) for one in known]
    return calendar.calendar_of(book.load(calendar.AGGREGATE, one) for one in ids)


def _timeline(book: Book, number: str) -> Iterator[TimelineRow]:
    for key, row in book.rows(case_timeline.PROJECTION).items():
        if row.get("case_no") == number:
            yield _record(TimelineRow, key, row)


def _found(kind: type[R], key: str, rows: Mapping[str, Row]) -> R | None:
    return _record(kind, key, rows[key]) if key in rows else None


def _record(kind: type[R], key: str, row: Row) -> R:
    values: dict[str, Any] = {"key": key, **row}
    return kind(**{one.name: values.get(one.name) for one in fields(kind)})
