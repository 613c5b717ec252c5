"""统计表：底册数出的各项，连同事项、今日的灯、服务日数合成一栏；每一组一栏，合计在前。

What is not counted by days of a period says so itself: items and lights are those of today. A
number that a group cannot have (the items of a month) is None, never zero.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from typing import Final

from domain.catalogue import ItemTag
from domain.deadlines import Calendar
from domain.lights import Light
from domain.service_days import ServiceDays
from projections import (
    calendar_register,
    deadline_view,
    item_register,
    measures,
    service_calendar,
)
from projections.common import Reader
from projections.item_register import ItemRow
from projections.measures import (
    NO_STOCK,
    NO_USE,
    Asked,
    Counts,
    Numbers,
    Stock,
    Used,
    imbalance,
)
from projections.service_calendar import Hall

VIEWS: Final = (
    *("statistics", "item_register", "deadline_view"),
    *("service_calendar", "calendar_register", "light_register"),
)
_USED: Final = ("decided_days", "used_days", "spared_days")
_ITEMS: Final = (
    *("items", "item_legal_days", "item_saved_days"),
    *("spot_items", "no_visit_items", "one_visit_items"),
)
_NOW: Final[Mapping[Light, str]] = {light: f"now_{light.lower()}" for light in Light}
_FLOWS: Final = tuple(item.name for item in fields(Counts))
_BALANCE: Final = ("opening", "received", "closed", "declined", "ending", "imbalance")
# 统计表各行的次序：等式的各项在前。
MEASURES: Final = (
    *_BALANCE,
    *(name for name in _FLOWS if name not in _BALANCE and not name.startswith("imported")),
    *_USED,
    *_ITEMS,
    *_NOW.values(),
    "service_days",
    *(name for name in _FLOWS if name.startswith("imported")),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """统计：合计，分列的各组，所依的日历与服务日历；``today`` 是账本时钟的北京日期。"""

    asked: Asked
    today: date
    total: Numbers
    groups: dict[str, Numbers]
    calendars: tuple[str, ...]
    halls: tuple[str, ...]

    @property
    def unbalanced(self) -> list[str]:
        """期初 + 收件 ≠ 办结 + 期末的各组；合计不平的为 ``total``。"""
        apart = [name for name, one in self.groups.items() if one["imbalance"]]
        return (["total"] if self.total["imbalance"] else []) + apart


def read(conn: Reader, asked: Asked, by: str | None, today: date) -> Figures:
    """各项数目；须在同一时刻之内读（followers.storage.one_moment）。"""
    calendar = calendar_register.published(conn)
    hall = _hall(service_calendar.published(conn), asked)
    sources = _Sources(
        asked=asked,
        today=today,
        calendar=calendar,
        days=hall.days if hall else ServiceDays(frozenset(), frozenset()),
        items=_items(conn, asked, today),
        lights=_lights(conn, asked, today),
    )
    return Figures(
        asked=asked,
        today=today,
        total=_numbers(sources, _whole(conn, asked, calendar), None, asked),
        groups=_groups(conn, sources, by) if by else {},
        calendars=tuple(f"{rule.name} {rule.version}" for rule in calendar.rules),
        halls=hall.versions if hall else (),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the rows of one group give."""

    counts: Counts = measures.NOTHING
    held: Stock = NO_STOCK
    used: Used = NO_USE


@dataclass(frozen=True, slots=True)
class _Sources:
    """What stands beside the rows: of all organs, to be picked by group."""

    asked: Asked
    today: date
    calendar: Calendar
    days: ServiceDays
    items: list[ItemRow]
    lights: Counter[tuple[str, Light]]


def _whole(conn: Reader, asked: Asked, calendar: Calendar) -> _Counted:
    used = measures.used(conn, asked, None, calendar)
    held = measures.stock(conn, asked)
    return _Counted(measures.count(conn, asked), held.get("", NO_STOCK), used.get("", NO_USE))


def _groups(conn: Reader, sources: _Sources, by: str) -> dict[str, Numbers]:
    """One column a group: an organ has its items and lights, a month has its own service days."""
    asked = sources.asked
    counts = measures.grouped(conn, asked, by)
    used = measures.used(conn, asked, by, sources.calendar)
    if by == "month":
        found: dict[str, Numbers] = {}
        for month in counts:
            part = _month(month, asked)
            held = measures.stock(conn, part).get("", NO_STOCK)
            one = _Counted(counts[month], held, used.get(month, NO_USE))
            found[month] = _numbers(sources, one, month, part, now=False)
        return found
    held_by = measures.stock(conn, asked, by_organ=True)
    return {
        name: _numbers(
            sources,
            _Counted(
                counts.get(name, measures.NOTHING),
                held_by.get(name, NO_STOCK),
                used.get(name, NO_USE),
            ),
            name,
            asked,
        )
        for name in sorted(counts.keys() | held_by.keys() | _organs(sources))
    }


def _organs(sources: _Sources) -> set[str]:
    return {row.approving_body for row in sources.items} | {name for name, _ in sources.lights}


def _numbers(
    sources: _Sources, one: _Counted, name: str | None, asked: Asked, *, now: bool = True
) -> Numbers:
    """One column, in the order of :data:`MEASURES`. ``now``: it has items and lights of today."""
    own: dict[str, int | None] = {
        **asdict(one.counts),
        **asdict(one.held),
        "imbalance": imbalance(one.counts, one.held),
        **asdict(one.used),
        "spared_days": one.used.decided_days - one.used.used_days,
        "service_days": _service_days(sources, asked),
        **dict.fromkeys((*_ITEMS, *_NOW.values()), None),
    }
    if now:
        own |= _of_items(row for row in sources.items if name in {None, row.approving_body})
        own |= {
            _NOW[light]: sum(
                number
                for (organ, lit), number in sources.lights.items()
                if lit is light and name in {None, organ}
            )
            for light in Light
        }
    return {measure: own[measure] for measure in MEASURES}


# -- items: how they are published today


def _items(conn: Reader, asked: Asked, today: date) -> list[ItemRow]:
    """在册、已经生效、须审批的事项，按审批机关。"""
    found = item_register.search(conn, item_register.Asked(organ=asked.organ), None)
    return [
        row
        for row in found.rows
        if row.state != "ITEM_CANCELLED" and not row.filing_only and row.effective_from <= today
    ]


def _of_items(rows: Iterable[ItemRow]) -> dict[str, int | None]:
    kept = list(rows)
    tags = [set(row.tags) for row in kept]
    return {
        "items": len(kept),
        "item_legal_days": sum(row.legal_days for row in kept),
        "item_saved_days": sum(row.legal_days - row.promised_days for row in kept),
        "spot_items": sum(row.window_authorised for row in kept),
        "no_visit_items": sum(ItemTag.NO_VISIT in one for one in tags),
        "one_visit_items": sum(bool(one & {ItemTag.ONE_VISIT, ItemTag.NO_VISIT}) for one in tags),
    }


# -- lights: of the deadlines that are open today


def _lights(conn: Reader, asked: Asked, today: date) -> Counter[tuple[str, Light]]:
    """今日未了的期限，按机关与灯；机关不详的为空文字。"""
    owners = measures.organs(conn)
    found: Counter[tuple[str, Light]] = Counter()
    for row in deadline_view.search(conn, deadline_view.Asked(today), None).rows:
        keys = (row.stream, f"case/{row.number}", f"plan/{row.number}")
        organ = next((owners[key] for key in keys if key in owners), "")
        if asked.organ in {None, organ}:
            found[organ, row.light] += 1
    return found


# -- days


def _hall(halls: list[Hall], asked: Asked) -> Hall | None:
    """该机关自己的服务日历；没有而只有一个中心公布了的，依那个中心。"""
    own = [hall for hall in halls if hall.centre == asked.organ]
    known = own or halls
    return known[0] if len(known) == 1 else None


def _service_days(sources: _Sources, asked: Asked) -> int | None:
    """期内至今日为止开门几日；没有写自何日起的、没有公布的，不知道。"""
    if asked.first is None:
        return None
    last = min(asked.last or sources.today, sources.today)
    return sources.days.between(asked.first, last) if asked.first <= last else 0


def _month(month: str, asked: Asked) -> Asked:
    """那一月，不出所问的时段。"""
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return replace(
        asked, first=max(first, asked.first or first), last=min(last, asked.last or last)
    )
