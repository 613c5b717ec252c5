"""清单的骨架：条件、怎样读、列哪几栏；屏幕、JSON 与导出出自同一处。"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from domain import deadlines
from followers.projection import Projection
from followers.storage import Connection
from projections import calendar_register, side_files
from projections.common import Found
from runtime.export import Cell
from runtime.words import choice

SOON_DAYS: Final = 3  # 临期：三个工作日之内


@dataclass(frozen=True, slots=True)
class Asked:
    """清单的条件，一如命令行所给；没有给的为 None 或 False。"""

    organ: str | None = None
    officer: str | None = None
    department: str | None = None
    state: str | None = None
    light: str | None = None
    item: str | None = None
    holder: str | None = None
    licence: str | None = None
    subject: str | None = None
    region: str | None = None
    risk: str | None = None
    family: str | None = None
    imported: bool | None = None
    due_by: date | None = None
    expired_by: date | None = None
    overdue: bool = False
    soon: bool = False
    waiting: bool = False
    adverse: bool = False

    def given(self) -> dict[str, object]:
        """给了的条件。"""
        named = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in named.items() if value not in {None, False}} | (
            {"imported": False} if self.imported is False else {}
        )

    def overdue_on(self, today: date) -> date | None:
        """只要已经过期的：期限早于今日。"""
        return today if self.overdue else None


Rows = Found[Any]
Read = Callable[[Connection, Asked, date, int | None], Rows]


@dataclass(frozen=True, slots=True)
class Listing:
    """一种清单。``cells`` 给出一行各栏，次序与 ``columns`` 相同。"""

    views: tuple[Projection, ...]
    filters: frozenset[str]
    columns: tuple[str, ...]
    read: Read
    cells: Callable[[Any, date], Iterable[Cell]]


def finding(code: str) -> str:
    """检查结果代码的中文名。"""
    return choice("task.inspected.v1", code) or code


def soon(conn: Connection, today: date) -> date:
    """三个工作日之内到期的最后一日，依账上公布的工作日历。"""
    return deadlines.due(today, SOON_DAYS, calendar_register.published(conn)).day


def due_by(conn: Connection, asked: Asked, today: date) -> date | None:
    """到哪一日为止；三个工作日之内的依日历。"""
    return soon(conn, today) if asked.soon else asked.due_by


def side(family: str) -> Read:
    """旁卷的一类（projections/side_files.py）。"""

    def read(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
        del today
        return side_files.search(conn, family, asked.state, asked.holder, limit)

    return read
