"""状态行：全部办件与导入的许可，一键一行，与集成方只凭主题镜像出来的逐字节相同。

``schemas/case_states.json`` is the contract and ``samples/mirror.py`` a reader of it; here the same
lines are written from our views, which know nothing of that file.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final, TypeAlias

from projections import approvals, case_view
from projections.common import Reader, select

Line: TypeAlias = dict[str, Any]

SOURCES: Final = (case_view.PROJECTION, approvals.PROJECTION)


@dataclass(frozen=True, slots=True)
class CaseState:
    """一件办件的状态；``pushes`` 在行里各成一栏。"""

    key: str
    state: str | None
    item_code: str | None
    licence_no: str | None
    licence_state: str | None
    valid_from: date | None
    valid_to: date | None
    commitment_id: str | None
    commitment_state: str | None
    revocation_id: str | None
    revocation_state: str | None
    events: int
    effective_on: date
    position: int
    pushes: dict[str, dict[str, str]] | None


@dataclass(frozen=True, slots=True)
class LicenceState:
    """一份导入的许可：没有办件，以自身编号为键；``term_states`` 在行里各成一栏。"""

    key: str
    item_code: str
    events: int
    effective_on: date
    position: int
    term_states: dict[str, str]


def lines(conn: Reader) -> Iterator[str]:
    """全部状态行，以键为序；导入的许可在 ``licence/`` 之下，不与同号的办件相混。"""
    cases = select(conn, case_view.PROJECTION, CaseState, "TRUE")
    licences = select(conn, approvals.PROJECTION, LicenceState, "imported")
    rows = {case.key: _of_case(case) for case in cases}
    rows |= {f"licence/{one.key}": _of_licence(one) for one in licences}
    encoder = json.JSONEncoder(
        ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    for place in sorted(rows):
        yield encoder.encode(rows[place])


def _of_case(state: CaseState) -> Line:
    row = asdict(state)
    pushes = row.pop("pushes") or {}
    return row | {f"push/{number}": push["state"] for number, push in pushes.items()}


def _of_licence(state: LicenceState) -> Line:
    row: Line = {item.name: None for item in fields(CaseState) if item.name != "pushes"}
    row |= asdict(state) | {"licence_no": state.key}
    terms = row.pop("term_states")
    return row | {f"term/{day}": ended for day, ended in terms.items()}
