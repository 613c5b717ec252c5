"""数字：灯的界限的各个版本，日终封账。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from domain.light_setting import REST
from followers.storage import Connection
from projections import closing_register, light_register
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows
from runtime.words import choice, say, term


def _levels(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del asked, today
    return light_register.search(conn, limit)


def _level(row: light_register.LevelRow, today: date) -> Iterable[Cell]:
    del today
    version, of = row.published, row.of
    return (
        version.version,
        version.effective_from,
        version.document_no,
        say("rest") if of.deadline == REST else term("deadline", of.deadline),
        of.yellow_days,
        of.yellow_percent,
        of.red_days,
        of.red_percent,
        choice("lights.published.v1", of.day_count),
        version.handler,
        row.position,
    )


def _closings(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del asked, today
    return closing_register.search(conn, limit)


def _closing(row: closing_register.ClosingRow, today: date) -> Iterable[Cell]:
    del today
    return (row.serial, row.closed_on, row.size, row.streams, row.heads_root, row.position)


LISTS: Final[Mapping[str, Listing]] = {
    "light_levels": Listing(
        (light_register.PROJECTION,),
        frozenset(),
        (
            "policy_version",
            "effective_from",
            "document_no",
            "deadline",
            "yellow_days",
            "yellow_percent",
            "red_days",
            "red_percent",
            "day_count",
            "published_by",
            "position",
        ),
        _levels,
        _level,
    ),
    "closings": Listing(
        (closing_register.PROJECTION,),
        frozenset(),
        ("serial", "closed_on_day", "sealed_size", "streams", "heads_root", "position"),
        _closings,
        _closing,
    ),
}
