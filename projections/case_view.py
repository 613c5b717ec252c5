"""办件现状：一件一行，状态、期限、许可、承诺、撤销与推送，一眼看清。

Key: the case number (a filing's own number), which every event of the case topic carries, so the
row gathers what happened to the case, its licence, commitment, pushes and revocation.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain import approval, case, clock, commitment, filing, linkage, revocation, timekeeping
from domain.decider import Event
from domain.terms import Role
from domain.timekeeping import file_of
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Json, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, count, counted, names_of, plain, plus, select
from schemas.codec import Meta

SOON: Final = timedelta(days=3)  # 临期：离期满不足三日

COLUMNS: Final = (
    Column("state", ColumnType.TEXT, indexed=True),
    Column("item_code", ColumnType.TEXT, indexed=True),
    Column("item_version", ColumnType.BIGINT),
    Column("applicant", ColumnType.TEXT, indexed=True),
    Column("channel", ColumnType.TEXT),
    Column("kind", ColumnType.TEXT),
    Column("organ", ColumnType.TEXT, indexed=True),
    Column("in_name_of", ColumnType.TEXT),
    Column("received_at", ColumnType.INSTANT),
    Column("accepted_on", ColumnType.DATE),
    Column("decided_at", ColumnType.INSTANT),
    Column("delivered", ColumnType.BOOLEAN),
    Column("notice_due_on", ColumnType.DATE),
    Column("promised_due_on", ColumnType.DATE),
    Column("legal_due_on", ColumnType.DATE),
    Column("delivery_due_on", ColumnType.DATE),
    Column("expedited_due_on", ColumnType.DATE),
    Column("paused", ColumnType.TEXT),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("provisional", ColumnType.BOOLEAN),
    Column("provisional_dues", ColumnType.JSON),
    Column("missed", ColumnType.JSON),
    Column("rules", ColumnType.JSON),
    Column("licence_no", ColumnType.TEXT, indexed=True),
    Column("licence_state", ColumnType.TEXT),
    Column("valid_from", ColumnType.DATE),
    Column("valid_to", ColumnType.DATE),
    Column("commitment_id", ColumnType.TEXT),
    Column("commitment_state", ColumnType.TEXT),
    Column("commitment_broken", ColumnType.BOOLEAN),
    Column("revocation_id", ColumnType.TEXT),
    Column("revocation_state", ColumnType.TEXT),
    Column("pushes", ColumnType.JSON),
    Column("officers", ColumnType.JSON),
    Column("imported", ColumnType.BOOLEAN),
    Column("source", ColumnType.TEXT),
    Column("source_item", ColumnType.TEXT),
    Column("source_due_at", ColumnType.INSTANT),
    Column("latest_step", ColumnType.TEXT),
    Column("latest_step_at", ColumnType.INSTANT),
    Column("steps", ColumnType.BIGINT),
    Column("events", ColumnType.BIGINT),
    Column("effective_on", ColumnType.DATE),
    Column("position", ColumnType.BIGINT, indexed=True),
    Column("updated_at", ColumnType.INSTANT),
)

# Which column an event moves, and to what.
STATES: Final[dict[type[Event], tuple[str, str]]] = {
    case.Received: ("state", "RECEIVED"),
    case.SupplementRequested: ("state", "AWAITING_SUPPLEMENT"),
    case.Supplemented: ("state", "SUPPLEMENTED"),
    case.Accepted: ("state", "ACCEPTED"),
    case.DeemedAccepted: ("state", "ACCEPTED"),
    case.Declined: ("state", "DECLINED"),
    case.Reviewed: ("state", "REVIEWED"),
    case.Approved: ("state", "APPROVED"),
    case.Rejected: ("state", "REJECTED"),
    case.DeemedApproved: ("state", "DEEMED_APPROVED"),
    case.Withdrawn: ("state", "APPLICATION_WITHDRAWN"),
    case.SupplementLapsed: ("state", "SUPPLEMENT_LAPSED"),
    case.AcceptanceRevoked: ("state", "ACCEPTANCE_REVOKED"),
    filing.Submitted: ("state", "SUBMITTED"),
    filing.Returned: ("state", "RETURNED"),
    filing.Filed: ("state", "FILED"),
    filing.Cancelled: ("state", "CANCELLED"),
    approval.Granted: ("licence_state", "IN_FORCE"),
    approval.Revoked: ("licence_state", "REVOKED"),
    approval.Withdrawn: ("licence_state", "WITHDRAWN"),
    approval.Forfeited: ("licence_state", "FORFEITED"),
    approval.Expired: ("licence_state", "EXPIRED"),
    approval.Deregistered: ("licence_state", "DEREGISTERED"),
    commitment.Made: ("commitment_state", "MADE"),
    commitment.ReliedOn: ("commitment_state", "RELIED_ON"),
    commitment.SupplementOverdue: ("commitment_state", "OVERDUE"),
    commitment.BreachSuspected: ("commitment_state", "BREACH_SUSPECTED"),
    commitment.BreachConfirmed: ("commitment_state", "BREACH_CONFIRMED"),
    commitment.BreachDismissed: ("commitment_state", "BREACH_DISMISSED"),
    commitment.Fulfilled: ("commitment_state", "FULFILLED"),
    commitment.Voided: ("commitment_state", "VOIDED"),
    # 承诺的资格、告知、撤回与整改
    commitment.EligibilityChecked: ("commitment_state", "ELIGIBLE"),
    commitment.Offered: ("commitment_state", "OFFERED"),
    commitment.Withdrawn: ("commitment_state", "WITHDRAWN"),
    commitment.RectificationOrdered: ("commitment_state", "RECTIFYING"),
    commitment.Rectified: ("commitment_state", "RECTIFIED"),
    commitment.RectificationFailed: ("commitment_state", "RECTIFICATION_FAILED"),
    commitment.Revived: ("commitment_state", "REVIVED"),
    filing.Withdrawn: ("state", "WITHDRAWN"),
    filing.Tracked: ("state", "TRACKED"),
    filing.Completed: ("state", "COMPLETED"),
    filing.ReportInvalidated: ("state", "REPORT_INVALIDATED"),
    revocation.Proposed: ("revocation_state", "PROPOSED"),
    revocation.NoticeServed: ("revocation_state", "NOTICE_SERVED"),
    revocation.StatementHeard: ("revocation_state", "STATEMENT_HEARD"),
    revocation.LegalReviewed: ("revocation_state", "LEGAL_REVIEWED"),
    revocation.Decided: ("revocation_state", "DECIDED"),
    revocation.Dropped: ("revocation_state", "DROPPED"),
    # 撤销的后续
    approval.RevocationReversed: ("licence_state", "IN_FORCE"),
    revocation.NoticePublished: ("revocation_state", "NOTICE_PUBLISHED"),
    revocation.TakenOver: ("revocation_state", "TAKEN_OVER"),
    revocation.FollowUpOrdered: ("revocation_state", "FOLLOW_UP_ORDERED"),
    revocation.FollowUpClosed: ("revocation_state", "FOLLOW_UP_CLOSED"),
}
PUSH_STATES: Final[dict[type[Event], str]] = {
    linkage.Sent: "SENT",
    linkage.Claimed: "CLAIMED",
    linkage.Disputed: "DISPUTED",
    linkage.Overdue: "OVERDUE",
}

_ACCEPTED: Final = (
    "kind",
    "accepted_on",
    "promised_due_on",
    "legal_due_on",
)
# Facts that go into the column of the same name.
_TAKEN: Final[dict[type[Event], tuple[str, ...]]] = {
    case.Received: (
        "item_code",
        "item_version",
        "applicant",
        "channel",
        "received_at",
        "notice_due_on",
    ),
    case.Accepted: _ACCEPTED,
    case.DeemedAccepted: _ACCEPTED,
    case.Approved: ("licence_no", "commitment_id", "valid_from", "valid_to", "delivery_due_on"),
    case.Rejected: ("delivery_due_on",),
    case.DeemedApproved: ("licence_no", "valid_from", "delivery_due_on"),
    case.CaseImported: ("item_code", "organ", "channel"),
    approval.Renewed: ("valid_to",),
    approval.DeemedRenewed: ("valid_to",),
    filing.Submitted: ("item_code", "item_version"),
}
_OWN_NUMBER: Final = {
    "licence": "licence_no",
    "commitment": "commitment_id",
    "revocation": "revocation_id",
}
OPEN: Final = ("RECEIVED", "AWAITING_SUPPLEMENT", "SUPPLEMENTED", "ACCEPTED", "REVIEWED")
_TO_DECIDE: Final = ("promised_due_on", "legal_due_on", "expedited_due_on")
# The deadlines that bind in a state: the earliest of them is when the case is next due.
_BINDING: Final = {
    "RECEIVED": ("notice_due_on",),
    "ACCEPTED": _TO_DECIDE,
    "REVIEWED": _TO_DECIDE,
}
_DECIDED: Final = ("APPROVED", "REJECTED", "DEEMED_APPROVED")
_NEW: Final[Row] = {
    "delivered": False,
    "missed": [],
    "rules": {},
    "officers": [],
    "imported": False,
}
# An imported licence comes without the case that once led to it.
_WITHOUT_CASE: Final = frozenset(
    {"licence.imported.v1", "licence.change_imported.v1", "licence.ending_imported.v1"}
)
_NOT_OFFICERS: Final = frozenset({Role.APPLICANT, Role.AGENT, Role.SYSTEM})


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一件事只涉及它所属的办件；重新推算的，只看办件自己的期限。"""
    if isinstance(delivered.event, timekeeping.Rederived):
        own = file_of(delivered.stream).startswith(f"{case.AGGREGATE.family}/")
        return (delivered.key,) if own else ()
    return (delivered.key,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """办件的新现状。"""
    del key
    event = delivered.event
    new: dict[str, Value] = dict(row or _NEW)
    for name in _TAKEN.get(type(event), ()):
        new[name] = getattr(event, name)
    if moved := STATES.get(type(event)):
        new[moved[0]] = moved[1]
    family = delivered.stream.partition("/")[0]
    if family in _OWN_NUMBER:
        new[_OWN_NUMBER[family]] = delivered.identity
    new |= _particular(new, delivered)
    new |= _broken(event)
    new |= _clocked(event)
    new |= _unsure(new, event)
    if isinstance(event, case.CaseImported | case.StepImported):
        new |= _imported(new, event)
    if delivered.meta.rules:
        known = new["rules"]
        used: dict[str, Json] = {rule.name: rule.version for rule in delivered.meta.rules}
        new["rules"] = (known if isinstance(known, dict) else {}) | used
    new |= {"officers": _officers(new, delivered), "due_on": _due(new)}
    if isinstance(event, timekeeping.Rederived):
        return new  # a reckoning of ours: nothing happened to the case (schemas/case_states.json)
    return new | counted(new, delivered) | {"updated_at": delivered.meta.recorded_at}


def _due(row: Row) -> date | None:
    """When the case is next due, by our own deadlines; an imported one is due by its source's."""
    dues = (row.get(name) for name in _BINDING.get(str(row.get("state")), ()))
    return min((due for due in dues if isinstance(due, date)), default=None)


def _unsure(row: Row, event: Event) -> dict[str, Value]:
    """Which deadlines are provisional, and whether one that is open is among them."""
    known = row.get("provisional_dues")
    names = {str(name) for name in known} if isinstance(known, list) else set()
    match event:
        case case.Accepted() | case.DeemedAccepted():
            names = _beyond(row, provisional=event.provisional)
        case clock.Paused() | clock.Resumed() | clock.Extended() | clock.Expedited():
            names = _beyond(row, provisional=event.dues.provisional)
        case timekeeping.Rederived(deadline=kind, provisional=unsure) if kind in _DUE:
            names = names | {_DUE[kind]} if unsure else names - {_DUE[kind]}
        case _ if known is None:
            return {}
        case _:
            pass
    beyond: list[Json] = [*sorted(names)]
    return {"provisional_dues": beyond, "provisional": not names.isdisjoint(_open(row))}


def _beyond(row: Row, *, provisional: bool) -> set[str]:
    """The event says of all together that the calendar is not known: of the last year they end in.

    An earlier one may end in a year that is published, and is then never derived anew.
    """
    dues = {name: due for name in _TO_DECIDE if isinstance(due := row.get(name), date)}
    last = max((due.year for due in dues.values()), default=0)
    return {name for name, due in dues.items() if provisional and due.year == last}


def _open(row: Row) -> tuple[str, ...]:
    """The deadlines that are still to be met."""
    state = str(row.get("state"))
    if state in _DECIDED and not row.get("delivered"):
        return ("delivery_due_on",)
    return _BINDING.get(state, ())


def _officers(row: Row, delivered: Delivered) -> list[Json]:
    """Who took part: accounts of ours, or what the source calls its people. No machine."""
    who: str | None
    match delivered.event:
        case case.CaseImported(responsible=who) | case.StepImported(officer=who):
            pass
        case _:
            actor = delivered.meta.actor
            who = None if actor.role in _NOT_OFFICERS else actor.officer_id
    known = row.get("officers")
    officers: list[Json] = known if isinstance(known, list) else []
    return officers if who is None or who in officers else [*officers, who]


def _organs(meta: Meta) -> dict[str, Value]:
    return {"organ": meta.actor.organ, "in_name_of": meta.actor.in_name_of}


def _particular(row: Row, delivered: Delivered) -> dict[str, Value]:
    """What is neither a state nor a fact taken over as it stands."""
    event, meta = delivered.event, delivered.meta
    match event:
        case case.Received():
            return _organs(meta)
        case filing.Submitted(filer=filer):
            return _organs(meta) | {"applicant": filer, "received_at": meta.decided_at}
        case case.Approved() | case.Rejected() | case.Declined() | case.DeemedApproved():
            return {"decided_at": meta.decided_at}
        case filing.Filed():  # lodged by the applicant: the organ is whoever takes it on file
            return _organs(meta) | {"decided_at": meta.decided_at}
        case case.Delivered():
            return {"delivered": True}
        case case.DeadlineMissed(deadline=kind):
            known = row.get("missed")
            return {"missed": [*(known if isinstance(known, list) else []), str(kind)]}
        case linkage.Sent() | linkage.Claimed() | linkage.Disputed() | linkage.Overdue():
            return {"pushes": _pushed(row, delivered)}
        case _:
            return {}


def _broken(event: Event) -> dict[str, Value]:
    """Its state moves on, to voided; with the revocation undone the finding falls as well."""
    if isinstance(event, commitment.BreachConfirmed | commitment.Revived):
        return {"commitment_broken": isinstance(event, commitment.BreachConfirmed)}
    return {}


def _clocked(event: Event) -> dict[str, Value]:
    """Where the deadlines stand now, and for what the clock is stopped."""
    match event:
        case timekeeping.Rederived():
            return _derived(event)
        case clock.Paused(dues=dues, reason=reason):
            return _dues(dues) | {"paused": str(reason)}
        case clock.Resumed(dues=dues):
            return _dues(dues) | {"paused": None}
        case clock.Extended(dues=dues) | clock.Expedited(dues=dues):
            return _dues(dues)
        case _:
            return {}


def _dues(dues: clock.Dues) -> dict[str, Value]:
    days = (item.name for item in fields(dues) if item.name != "provisional")
    return {name: getattr(dues, name) for name in days}


# Which column a deadline of the case stands in.
_DUE: Final = {
    "COMPLETENESS_NOTICE": "notice_due_on",
    "PROMISED_DECISION": "promised_due_on",
    "LEGAL_DECISION": "legal_due_on",
    "EXPEDITED_DECISION": "expedited_due_on",
    "DELIVERY": "delivery_due_on",
}


def _derived(event: timekeeping.Rederived) -> dict[str, Value]:
    """The machine derived a deadline anew, by a calendar that came later."""
    if event.deadline not in _DUE:
        return {}
    return {_DUE[event.deadline]: event.due_on}


def _imported(row: Row, event: case.CaseImported | case.StepImported) -> dict[str, Value]:
    """What a source says; its steps may come in any order."""
    if isinstance(event, case.CaseImported):
        return {
            "imported": True,
            "state": "IMPORTED_CLOSED" if event.ended_at else "IMPORTED_OPEN",
            "source": event.origin.source,
            "source_item": event.item_name,
            "source_due_at": event.due_at,
            "received_at": event.started_at,
            "decided_at": event.ended_at,
            "steps": 0,
        }
    before = row.get("latest_step_at")
    new: dict[str, Value] = {"steps": plus(row, "steps")}
    if not isinstance(before, datetime) or event.completed_at >= before:
        new |= {"latest_step": str(event.step), "latest_step_at": event.completed_at}
    return new


def _pushed(row: Row, delivered: Delivered) -> Json:
    known = row.get("pushes")
    pushes: dict[str, Json] = dict(known) if isinstance(known, dict) else {}
    before = pushes.get(delivered.identity)
    push: dict[str, Json] = dict(before) if isinstance(before, dict) else {}
    if isinstance(delivered.event, linkage.Sent):
        push = {
            "department": delivered.event.department,
            "matter": str(delivered.event.matter),
            "claim_due_on": plain(delivered.event.claim_due_on),
        }
    push["state"] = PUSH_STATES[type(delivered.event)]
    return pushes | {delivered.identity: push}


PROJECTION: Final = Projection(
    name="case_view",
    version=5,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("case", "commitment", "compensation", "filing", "licence", "revocation", "push")
    - _WITHOUT_CASE
    | {"deadline.rederived.v1"},
    by_partition_key=True,
)


# -- queries


class Light(StrEnum):
    """红黄绿灯；办结的与导入的不亮灯，停算之中的亮绿灯。"""

    GREEN = "GREEN"
    YELLOW = "YELLOW"  # 承诺时限已过，或任一期限将至
    RED = "RED"  # 法定期限已过
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """办件现状的一行。``pushes``: push id → {department, matter, claim_due_on, state}."""

    key: str
    state: str | None
    item_code: str | None
    item_version: int | None
    applicant: str | None
    channel: str | None
    kind: str | None
    organ: str | None
    in_name_of: str | None
    received_at: datetime | None
    accepted_on: date | None
    decided_at: datetime | None
    delivered: bool
    notice_due_on: date | None
    promised_due_on: date | None
    legal_due_on: date | None
    delivery_due_on: date | None
    expedited_due_on: date | None
    paused: str | None
    due_on: date | None
    provisional: bool | None
    missed: list[str]
    rules: dict[str, str]
    licence_no: str | None
    licence_state: str | None
    valid_from: date | None
    valid_to: date | None
    commitment_id: str | None
    commitment_state: str | None
    commitment_broken: bool | None
    revocation_id: str | None
    revocation_state: str | None
    pushes: dict[str, dict[str, str]] | None
    officers: list[str]
    imported: bool
    source: str | None
    source_item: str | None
    source_due_at: datetime | None
    latest_step: str | None
    latest_step_at: datetime | None
    steps: int | None
    position: int
    updated_at: datetime

    def light(self, today: date) -> Light:
        """今日（北京）该亮什么灯：红看法定期限，黄看承诺时限与临期。"""
        if self.state not in OPEN:
            return Light.NONE
        if self.paused:
            return Light.GREEN
        binding = self.notice_due_on if self.state == "RECEIVED" else self.legal_due_on
        if binding is not None and today > binding:
            return Light.RED
        dues = [due for due in (binding, *self._promised()) if due is not None]
        return Light.YELLOW if any(today > due - SOON for due in dues) else Light.GREEN

    def _promised(self) -> tuple[date | None, ...]:
        if self.state == "RECEIVED":
            return ()
        return self.promised_due_on, self.expedited_due_on


def find(conn: Reader, case_no: str) -> CaseRow | None:
    """一件办件的现状。"""
    found = select(conn, PROJECTION, CaseRow, "key = %s", (case_no,))
    return found[0] if found else None


def latest(conn: Reader, limit: int | None) -> list[CaseRow]:
    """最近有动静的办件，新的在前；``limit`` 为 None 则全部。"""
    return select(
        conn,
        PROJECTION,
        CaseRow,
        "state IS NOT NULL ORDER BY position DESC LIMIT %s",
        (limit,),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """查办件的条件；没有给的不限。``overdue_on``：此日期限已过的。"""

    organ: str | None = None
    officer: str | None = None
    state: str | None = None
    item_code: str | None = None
    imported: bool | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(
    conn: Reader,
    asked: Asked,
    limit: int | None,
    light: Light | None = None,
    today: date = date.min,
) -> Found[CaseRow]:
    """合条件的办件，有期限的先到期者在前，其余新的在前；灯依 ``today`` 而定。"""
    coloured = light not in {None, Light.NONE}
    found = common.search(
        conn,
        PROJECTION,
        CaseRow,
        (
            ("(state IS NOT NULL) = %s", True),
            ("organ = %s", asked.organ),
            ("officers ? %s", asked.officer),
            ("state = %s", asked.state),
            ("item_code = %s", asked.item_code),
            ("imported = %s", asked.imported),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
            ("state = ANY(%s)", [*OPEN] if coloured else None),
        ),
        "due_on NULLS LAST, position DESC",
        None if light else limit,
    )
    if light is None:
        return found
    alight = found & (lambda row: row.light(today) is light)
    return Found(alight.rows[:limit], alight.total)


def total(conn: Reader) -> int:
    """共有多少办件。"""
    return count(conn, PROJECTION, "state IS NOT NULL")
