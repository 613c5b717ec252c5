"""许可现状：每份许可现在是否有效，因何终结。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString

from domain import approval
from domain.decider import Event
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, counted, facts, names_of, plus, select

COLUMNS: Final = (
    Column("state", ColumnType.TEXT, indexed=True),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("item_code", ColumnType.TEXT, indexed=True),
    Column("item_name", ColumnType.TEXT),
    Column("holder", ColumnType.TEXT, indexed=True),
    Column("decision_no", ColumnType.TEXT),
    Column("approving_body", ColumnType.TEXT),
    Column("in_name_of", ColumnType.TEXT),
    Column("commitment_id", ColumnType.TEXT),
    Column("valid_from", ColumnType.DATE),
    Column("valid_to", ColumnType.DATE, indexed=True),
    Column("ended_on", ColumnType.DATE),
    Column("ended_exactly", ColumnType.BOOLEAN),
    Column("ending_no", ColumnType.TEXT),
    Column("deregistered", ColumnType.BOOLEAN),
    Column("certificate_no", ColumnType.TEXT),
    Column("renewal", ColumnType.TEXT),
    Column("voided", ColumnType.JSON),
    Column("imported", ColumnType.BOOLEAN),
    Column("source", ColumnType.TEXT),
    Column("source_status", ColumnType.TEXT),
    Column("terms", ColumnType.BIGINT),
    Column("term_states", ColumnType.JSON),
    Column("events", ColumnType.BIGINT),
    Column("effective_on", ColumnType.DATE),
    Column("position", ColumnType.BIGINT),
)

_TAKEN: Final = (
    "case_no",
    "item_code",
    "holder",
    "decision_no",
    "approving_body",
    "in_name_of",
    "commitment_id",
    "valid_from",
    "valid_to",
)
_IMPORTED: Final = ("item_code", "item_name", "holder", "approving_body")
# The endings differ in law. Deregistration closes the register behind one of the others; it is the
# ending itself where the holder is gone (许可法 70 条).
ENDINGS: Final[dict[type[Event], str]] = {
    approval.Revoked: "REVOKED",
    approval.Withdrawn: "WITHDRAWN",
    approval.Forfeited: "FORFEITED",
    approval.Expired: "EXPIRED",
    approval.Deregistered: "DEREGISTERED",
}


LAPSED: Final = "LAPSED"  # no event says so: the day does


def keys(delivered: Delivered) -> tuple[str, ...]:
    """许可证件编号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """一份许可的新现状。"""
    del key
    event = delivered.event
    new: dict[str, Value] = {**(row or {}), **counted(row or {}, delivered)}
    new["term_states"] = _term_states(new, event)
    match event:
        case approval.Granted():
            taken = {name: getattr(event, name) for name in _TAKEN}
            return new | taken | _in_force() | {"imported": False}
        case approval.LicenceImported(origin=origin):
            taken = {name: getattr(event, name) for name in _IMPORTED}
            new |= taken | {"imported": True, "source": origin.source, "terms": 0}
            return new | _term(new, event)
        case approval.ChangeImported():
            return new | _term(new, event)
        case approval.EndingImported(term_from=term_from):
            return new | _ending(event) if term_from == new["valid_from"] else new
        case _ if type(event) in ENDINGS:
            return new | _ended(new, delivered)
        case _:
            return new | _lived(new, event)


def _lived(row: Row, event: Event) -> dict[str, Value]:
    """What happens to a licence while it lives: another certificate, a renewal."""
    match event:
        case approval.CertificateReissued(certificate_no=number):
            return {"certificate_no": number}
        case approval.CertificateVoided():
            known = row.get("voided")
            return {"voided": [*(known if isinstance(known, list) else []), facts(event)]}
        case approval.RevocationReversed():
            return {**_in_force(), "ending_no": None}
        case approval.RenewalRequested():
            return {"renewal": "RENEWAL_REQUESTED"}
        case approval.RenewalRefused():
            return {"renewal": "RENEWAL_REFUSED"}
        case approval.Renewed() | approval.DeemedRenewed():
            renewal = "RENEWED" if isinstance(event, approval.Renewed) else "DEEMED_RENEWED"
            return {
                "renewal": renewal,
                "valid_from": event.valid_from,
                "valid_to": event.valid_to,
            }
        case _:
            return {}


def _term_states(row: Row, event: Event) -> Json:
    """Every imported term by the day it begins: ``IMPORTED``, or how the source says it ended."""
    known = row.get("term_states")
    states: dict[str, Json] = known if isinstance(known, dict) else {}
    match event:
        case approval.LicenceImported(valid_from=day) | approval.ChangeImported(valid_from=day):
            return states | {day.isoformat(): "IMPORTED"}
        case approval.EndingImported(term_from=day, kind=kind):
            return states | {day.isoformat(): str(kind)}
        case _:
            return None


def _in_force() -> dict[str, Value]:
    return {"state": "IN_FORCE", "ended_on": None, "ended_exactly": None, "deregistered": False}


def _term(row: Row, event: approval.LicenceImported | approval.ChangeImported) -> dict[str, Value]:
    """One term more: what is so now follows the one that begins last, in whatever order they come.

    A term may begin only once, and its ending comes after it.
    """
    latest = row.get("valid_from")
    new: dict[str, Value] = {"terms": plus(row, "terms")}
    if isinstance(latest, date) and event.valid_from < latest:
        return new
    names = ("valid_from", "valid_to", "source_status")
    return new | {name: getattr(event, name) for name in names} | _in_force()


def _ending(event: approval.EndingImported) -> dict[str, Value]:
    return {
        "state": str(event.kind),
        "ended_on": event.ended_by,
        "ended_exactly": event.exact,
        "deregistered": event.kind is approval.ImportedEnding.DEREGISTERED,
    }


def _ended(row: Row, delivered: Delivered) -> dict[str, Value]:
    """An ending decided here, or the deregistration behind one."""
    event = delivered.event
    new: dict[str, Value] = {}
    closes_register = isinstance(event, approval.Deregistered)
    if closes_register:
        new["deregistered"] = True
    if row.get("state") == "IN_FORCE" or not closes_register:
        new |= {"state": ENDINGS[type(event)], "ended_on": delivered.meta.effective_on}
        new["ended_exactly"] = True
        number = getattr(event, "decision_no", None) or getattr(event, "penalty_no", None)
        new["ending_no"] = number
    return new


PROJECTION: Final = Projection(
    name="approvals",
    version=4,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("licence"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """许可现状的一行。

    导入的许可（``imported``）没有办件与决定书：现状取起始最晚的一期，各期共 ``terms`` 期。
    ``ended_exactly`` False: it ended no later than ``ended_on``, the source does not say when.
    """

    key: str
    state: str
    case_no: str | None
    item_code: str
    item_name: str | None
    holder: str
    decision_no: str | None
    approving_body: str
    in_name_of: str | None
    commitment_id: str | None
    valid_from: date
    valid_to: date | None
    ended_on: date | None
    ended_exactly: bool | None
    ending_no: str | None
    deregistered: bool
    certificate_no: str | None
    renewal: str | None
    imported: bool
    source: str | None
    source_status: str | None
    terms: int | None
    position: int

    def standing(self, today: date) -> str:
        """此日的状态：导入的许可有效期已过而来源没有说终结的，不记事件，看时即知。"""
        is_over = self.imported and self.valid_to is not None and today > self.valid_to
        return LAPSED if self.state == "IN_FORCE" and is_over else self.state


def find(conn: Reader, licence_no: str) -> ApprovalRow | None:
    """一份许可的现状。"""
    found = select(conn, PROJECTION, ApprovalRow, "key = %s", (licence_no,))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Asked:
    """查许可的条件；没有给的不限。``state`` 是 ``today`` 的状态，有效期已过的为 LAPSED。"""

    today: date
    state: str | None = None
    holder: str | None = None
    organ: str | None = None
    item_code: str | None = None
    imported: bool | None = None
    expired_by: date | None = None


@dataclass(frozen=True, slots=True)
class VoidNotice:
    """作废公告的一条：哪张证照、因何、何日公告作废。"""

    certificate_no: str
    licence_no: str
    cause: str
    notice_no: str
    noticed_on: str


@dataclass(frozen=True, slots=True)
class _Voided:
    key: str
    voided: list[dict[str, str]]


def void_notices(conn: Reader, holder: str | None, limit: int | None) -> Found[VoidNotice]:
    """作废公告，新的在前。"""
    condition: LiteralString = "voided IS NOT NULL AND holder = coalesce(%s, holder)"
    found = [
        VoidNotice(
            one["certificate_no"], row.key, one["cause"], one["notice_no"], one["noticed_on"]
        )
        for row in select(conn, PROJECTION, _Voided, condition, (holder,))
        for one in row.voided
    ]
    found.sort(key=lambda one: (one.noticed_on, one.certificate_no), reverse=True)
    return Found(found[:limit], len(found))


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[ApprovalRow]:
    """合条件的许可，按编号。"""
    over = {LAPSED: True, "IN_FORCE": False}.get(str(asked.state))
    return common.search(
        conn,
        PROJECTION,
        ApprovalRow,
        (
            ("state = %s", "IN_FORCE" if asked.state == LAPSED else asked.state),
            (
                "coalesce(imported AND valid_to < %s, false)",
                asked.today if over else None,
            ),
            (
                "NOT coalesce(imported AND valid_to < %s, false)",
                asked.today if over is False else None,
            ),
            ("holder = %s", asked.holder),
            ("approving_body = %s", asked.organ),
            ("item_code = %s", asked.item_code),
            ("imported = %s", asked.imported),
            ("valid_to <= %s", asked.expired_by),
        ),
        "key",
        limit,
    )
