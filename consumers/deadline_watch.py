"""期限盯办：日历公布或更正之后，未了的期限重新推算；将至、迫近的亮灯。都只记事实，不催不决。

Rows: the open deadlines of one file under its own stream, with the instants at which they turn;
the calendars of the years under ``calendar/cn-<year>``; the published levels of the lights under
``lights/deadlines``. Restart-safe and never twice: a command's
id is (file, deadline, due day, light, day), and the ledger records each light of a due day once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from consumers.common import machine
from consumers.scheduler import ACTS
from domain.acts.timekeeping import OpenDeadline, RederiveDeadline, WarnDeadline
from domain.calendar import AGGREGATE as CALENDAR
from domain.calendar import CalendarPublished, calendar_id
from domain.deadlines import ONE_DAY, Calendar
from domain.light_setting import AGGREGATE as LIGHTS
from domain.light_setting import IDENTITY, LightsPublished, Setting, table_on
from domain.lights import Levels, Light, Span, light_on, turning
from domain.refusals import Refusal
from domain.terms import Actor, beijing_day, end_of_day
from domain.timekeeping import file_of
from domain.timers import FAMILIES, Timer, TimerKind, advance, told
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import DUE, Command, Reaction, Rows, StateRow, Supervisor
from schemas.registry import EVENT_NAMES

NAME: Final = "deadline_watch"
ACTOR: Final[Actor] = machine(NAME)
# Kinds of which the ledger says otherwise that they were missed: no black light besides.
RECORDED: Final = frozenset(ACTS) - {TimerKind.REVEALS}
# Hours or a day long, or no deadline of an office: they have a light, but nobody is warned.
SILENT: Final = frozenset(
    {
        TimerKind.REVEALS,
        TimerKind.STATEMENT,
        TimerKind.HEARING_REQUEST,
        TimerKind.CREDIT_RECORD,
        TimerKind.CERTIFICATE,
        TimerKind.RISK_OVERRIDE,
    }
)
NOT_YET: Final = frozenset({Refusal.DEADLINE_NOT_YET})


@dataclass(frozen=True, slots=True)
class Turn:
    """一项期限何时起是什么灯。"""

    identity: str
    light: Light
    at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """底册的一行：一份案卷未了的期限，分区键，以及还要亮的灯。"""

    key: str
    timers: tuple[Timer, ...]
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """底册的一行：一个年度的现行日历，日子以空格隔开。"""

    year: int
    days_off: str
    working_weekends: str


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一份案卷一行；机器记下的归到所属案卷。"""
    return (file_of(delivered.stream),)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """期限开了、了结了或移动了；日历来了，越过那一年的都重新推算。"""
    event, meta = delivered.event, delivered.meta
    if isinstance(event, CalendarPublished):
        return _published(rows, delivered, event)
    if isinstance(event, LightsPublished):  # of deadlines that are still to begin: none is lit anew
        setting = Setting((*_setting(rows).versions, event))
        return Reaction({delivered.stream: pack(setting)})
    stream = file_of(delivered.stream)
    row = rows.get(stream)
    before = unpack(row, Watched).timers if row else ()
    after = advance(before, event, delivered.entry.version, told(meta.decided_at, meta.rules))
    if after == before:
        return Reaction()
    watched = Watched(delivered.key, after, _turns(rows, after))
    return Reaction({stream: _row(watched) if after else None})


def _published(rows: Rows, delivered: Delivered, event: CalendarPublished) -> Reaction:
    """What a version of this year may change: ordered by file, each with an id of its own."""
    commands = tuple(
        Command(
            f"{stream}:{timer.identity}|{timer.revision}",
            RederiveDeadline(_running(stream, watched.key, timer), event.year),
            ACTOR,
        )
        for stream, watched in _files(rows)
        for timer in watched.timers
        if timer.follows_calendar and timer.spans(event.year) and not timer.missed
    )
    year = Year(event.year, _joined(event.days_off), _joined(event.working_weekends))
    return Reaction({delivered.stream: pack(year)}, commands)


def _files(rows: Rows) -> Iterator[tuple[str, Watched]]:
    others = (f"{CALENDAR.family}/", f"{LIGHTS.family}/")
    for stream, row in rows.scan(""):
        if not stream.startswith(others):
            yield stream, unpack(row, Watched)


def due(now: datetime, rows: Rows) -> Iterator[Command]:
    """此刻亮了而还没有记下的灯，只报今日最重的一种。"""
    today = beijing_day(now)
    for stream, row in rows.due(now):
        watched = unpack(row, Watched)
        for timer in watched.timers:
            light = _to_tell(rows, timer, today)
            if light is not None:
                act = WarnDeadline(_running(stream, watched.key, timer), light)
                purpose = f"{stream}:{timer.identity}|{timer.due_on}|{light}|{today}"
                yield Command(purpose, act, ACTOR, NOT_YET, key=stream)


def _to_tell(rows: Rows, timer: Timer, today: date) -> Light | None:
    span, levels = Span(timer.start, timer.due_on), _levels(rows, timer)
    light = light_on(today, span, levels, _calendar(rows, span))
    if light in _told(timer) and light.weight > timer.shown.weight:
        return light
    return None


def _told(timer: Timer) -> tuple[Light, ...]:
    """The lights of this deadline that are recorded."""
    if timer.missed or timer.kind in SILENT:
        return ()
    recorded = timer.kind in RECORDED
    return (Light.YELLOW, Light.RED) if recorded else (Light.YELLOW, Light.RED, Light.BLACK)


def _turns(rows: Rows, timers: tuple[Timer, ...]) -> tuple[Turn, ...]:
    """Each deadline's next light: at the beginning of the Beijing day on which it turns."""
    found = []
    for timer in timers:
        span, levels = Span(timer.start, timer.due_on), _levels(rows, timer)
        for light in _told(timer):
            day = turning(span, light, levels, _calendar(rows, span))
            seen = light.weight <= timer.shown.weight
            if not seen and (light is Light.BLACK or day <= timer.due_on):
                found.append(Turn(timer.identity, light, end_of_day(day - ONE_DAY)))
    return tuple(found)


def _row(watched: Watched) -> StateRow:
    instants = [turn.at for turn in watched.turns]
    when = {DUE: min(instants).isoformat()} if instants else {}
    return {**pack(watched), **when}


def _running(stream: str, key: str, timer: Timer) -> OpenDeadline:
    return OpenDeadline(
        stream=stream,
        key=key,
        deadline=str(timer.kind),
        name=timer.name,
        revision=timer.revision,
        start=timer.start,
        working_days=timer.working_days,
        due_on=timer.due_on,
    )


def _levels(rows: Rows, timer: Timer) -> Levels:
    """其起算之日有效的界限。"""
    return table_on(_setting(rows).versions, timer.start).of(timer.kind)


def _setting(rows: Rows) -> Setting:
    row = rows.get(LIGHTS.stream(IDENTITY))
    return unpack(row, Setting) if row else Setting()


def _calendar(rows: Rows, span: Span) -> Calendar:
    """起讫之间各年度的日历；没有公布的，依周一至周五。"""
    known = (rows.get(f"calendar/{calendar_id(year)}") for year in span.years)
    return _merged(tuple(unpack(row, Year) for row in known if row is not None))


@cache
def _merged(years: tuple[Year, ...]) -> Calendar:
    return Calendar(
        frozenset(one.year for one in years),
        frozenset(day for one in years for day in _days(one.days_off)),
        frozenset(day for one in years for day in _days(one.working_weekends)),
    )


def _joined(days: tuple[date, ...]) -> str:
    return " ".join(map(str, days))


def _days(joined: str) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, joined.split()))


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=3,
    reads=frozenset(
        name for name in EVENT_NAMES if name.partition(".")[0] in FAMILIES and "import" not in name
    )
    | {"calendar.published.v1", "lights.published.v1"},
    keys=keys,
    react=react,
    due=due,
)
