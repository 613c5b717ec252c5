"""日终封账的办理：由封账的程序在一日终了之后自己提出。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import closing
from domain.acts.base import Desk, handles, write
from domain.decider import Decision


@dataclass(frozen=True, slots=True)
class RecordClosing:
    """日终封账：``size`` 件时共 ``streams`` 份案卷，清单的树根是 ``heads_root``。"""

    closed_on: date
    size: int
    streams: int
    heads_root: str


ClosingAct: TypeAlias = RecordClosing


@handles(RecordClosing)
def record_closing(act: RecordClosing, desk: Desk) -> Decision:
    """日终封账。"""
    command = closing.Close(act.closed_on, act.size, act.streams, act.heads_root, desk.today)
    outcome = closing.decide(desk.load(closing.AGGREGATE, closing.ALL), command)
    return write(closing.AGGREGATE, closing.ALL, closing.ALL, outcome)
