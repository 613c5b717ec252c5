"""频次上限：冻结名单时，哪些对象这一年已经到了上限；底册由账本推出（国办发〔2024〕54号）。

Rows: ``annual/…`` (the caps in force and those awaiting approval), ``frequency/…`` (a subject's visits),
``list/MATTERS.…`` (which matters are key ones, by version).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain import annual, frequency, lists
from domain.acts.frequencies import RecordCapExclusion
from domain.annual import UNCAPPED, CheckCap
from domain.frequency import Visits
from domain.inspection_plan import PlanRegistered
from domain.terms import SubjectId, beijing_day
from domain.versions import in_force
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Json
from followers.supervisor import Rows

FAMILIES: Final = frozenset({"annual", "frequency", "list"})


@dataclass(frozen=True, slots=True)
class Caps:
    """底册的一行：一份年度计划所定的上限，``waiting`` 待批准。"""

    waiting: tuple[CheckCap, ...]
    approved: tuple[CheckCap, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyMatters:
    """抽查事项清单的一版里，哪些是重点检查事项。"""

    effective_from: date
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """底册的一行：一个部门的抽查事项清单，版本先后有序。"""

    versions: tuple[KeyMatters, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """这一年已到上限：至多几次，是哪几次。"""

    year: int
    most: int
    checks: tuple[str, ...]


def recorded(rows: Rows, delivered: Delivered) -> dict[str, Json] | None:
    """底册的一行的新样子；与上限无关的为 None。"""
    row = rows.get(delivered.stream)
    match delivered.event:
        case annual.Drafted(caps=caps):
            return pack(Caps(caps))
        case annual.Amended(caps=caps) if row is not None:
            return pack(replace(unpack(row, Caps), waiting=caps))
        case annual.Approved() if row is not None:
            known = unpack(row, Caps)
            return pack(Caps(known.waiting, known.waiting))
        case frequency.Counted() as event:
            return pack(frequency.evolve(_visits(row), event))
        case frequency.Corrected() as event if row is not None:
            return pack(frequency.evolve(_visits(row), event))
        case lists.MattersPublished() as version:
            before = unpack(row, Listed) if row else Listed()
            key = tuple(
                one.matter_no for one in version.matters if one.level is lists.MatterLevel.KEY
            )
            return pack(Listed((*before.versions, KeyMatters(version.effective_from, key))))
        case _:
            return None


def _visits(row: object) -> Visits:
    return unpack(row, Visits) if row else Visits()


def reached(
    rows: Rows, plan: PlanRegistered, subject: SubjectId, risk_class: str, day: date
) -> Reached | None:
    """检查可以做的各年都到了上限的，说第一年；重点事项、高风险的不设上限。"""
    if risk_class == UNCAPPED or _is_key(rows, plan, day):
        return None
    visits = _visits(rows.get(f"frequency/{subject}"))
    years = range(beijing_day(plan.public_value_at).year, plan.inspect_by.year + 1)
    found = [_in_year(rows, plan, visits, risk_class, year) for year in years]
    return found[0] if all(found) else None


def _is_key(rows: Rows, plan: PlanRegistered, day: date) -> bool:
    row = rows.get(f"list/{lists.matters_identity(plan.department)}")
    version = in_force(unpack(row, Listed).versions, day) if row else None
    return version is not None and any(one in version.matters for one in plan.matters)


def _in_year(
    rows: Rows, plan: PlanRegistered, visits: Visits, risk_class: str, year: int
) -> Reached | None:
    row = rows.get(f"annual/{annual.number(plan.department, year)}")
    caps = unpack(row, Caps).approved if row else ()
    most = next((one.most for one in caps if one.risk_class == risk_class), None)
    if most is None or not frequency.reached(visits, plan.department, year, most):
        return None
    return Reached(year, most, frequency.counted_checks(visits, plan.department, year))


def exclusions(
    plan_no: str, capped: dict[SubjectId, Reached]
) -> Iterator[tuple[str, RecordCapExclusion]]:
    """每一户记一件。"""
    for subject, one in capped.items():
        act = RecordCapExclusion(plan_no, subject, one.year, one.most, one.checks)
        yield f"capped.{subject}", act
