"""机关之间的往来：一件办件上请别的机关办的一项一行；联审岗位、下级与上级机关都由此找到自己要办的。"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import forwarding, joint, verification
from domain.case import ReviewOpinion
from domain.decider import Event
from domain.terms import Organ
from followers.delivered import Delivered
from followers.projection import Column, ColumnType, Projection, Row, Value
from projections import common
from projections.common import Found, Reader, names_of
from schemas.registry import EVENT_NAMES

COLUMNS: Final = (
    Column("request", ColumnType.TEXT),
    Column("case_no", ColumnType.TEXT, indexed=True),
    Column("organ", ColumnType.TEXT, indexed=True),
    Column("asked_by", ColumnType.TEXT),
    Column("matter", ColumnType.TEXT),
    Column("state", ColumnType.TEXT, indexed=True),
    Column("waiting", ColumnType.BOOLEAN, indexed=True),
    Column("asked_on", ColumnType.DATE),
    Column("due_on", ColumnType.DATE, indexed=True),
    Column("settled_on", ColumnType.DATE),
    Column("overdue", ColumnType.BOOLEAN),
    Column("handler", ColumnType.TEXT),
    Column("position", ColumnType.BIGINT),
)
WAITING: Final = frozenset({"ASKED", "LATE", "HANDED_IN", "EXAMINING", "FORWARDED"})
COMING: Final = "COMING"  # examined below; it will wait for the organ above
CASE_OVER: Final = "CASE_OVER"
NOT_READ: Final = frozenset({joint.JointOpened, joint.JointStepHeld})


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项一行：协办机关、材料、代收、初审或接收。"""
    return tuple(f"{delivered.stream}/{name}" for name in _states(delivered.event))


def _states(event: Event) -> dict[str, str]:
    """Which requests an event is about, and what it makes of each."""
    match event:
        case joint.OpinionRequested(body=body):
            return {body: "ASKED"}
        case joint.OpinionGiven(body=body, opinion=opinion):
            return {body: "AGREED" if opinion is ReviewOpinion.APPROVE else "OPPOSED"}
        case joint.OpinionOverdue(body=body):
            return {body: "LATE"}
        case joint.JointConcluded(silent=bodies):
            return dict.fromkeys(bodies, "SILENT")
        case joint.JointEnded(waiting=bodies):
            return dict.fromkeys(bodies, CASE_OVER)
        case _:
            return _checked(event)


def _checked(event: Event) -> dict[str, str]:
    match event:
        case verification.VerificationRequested(material=material):
            return {material: "ASKED"}
        case verification.DocumentVerified(material=material):
            return {material: "VERIFIED"}
        case verification.DocumentNotVerified(material=material):
            return {material: "NOT_VERIFIED"}
        case verification.VerificationOverdue(material=material):
            return {material: "LATE"}
        case verification.VerificationsEnded(materials=materials):
            return dict.fromkeys(materials, CASE_OVER)
        case _:
            return dict(_FORWARDED[type(event)])


_FORWARDED: Final[dict[type[Event], dict[str, str]]] = {
    forwarding.HandedIn: {"handed_in": "HANDED_IN"},
    forwarding.Arrived: {"handed_in": "ARRIVED"},
    forwarding.ExaminationOpened: {"examination": "EXAMINING", "takeover": COMING},
    forwarding.ExaminationOverdue: {"examination": "LATE"},
    forwarding.ForwardedToSuperior: {"examination": "REPORTED", "takeover": "FORWARDED"},
    forwarding.TakenOver: {"takeover": "TAKEN_OVER"},
    forwarding.ForwardingEnded: {"examination": CASE_OVER, "takeover": CASE_OVER},
}


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """请求开始，或者有了答复、逾期、终止；已经了结的不因办件告结而变。"""
    event, name = delivered.event, key.removeprefix(f"{delivered.stream}/")
    state = _states(event)[name]
    if row and state == CASE_OVER and row["settled_on"] is not None:
        return row
    new: dict[str, Value] = {**(row or {}), **_opened(name, delivered), "state": state}
    waiting = state in WAITING
    return new | {
        "waiting": waiting,
        "settled_on": None if waiting or state == COMING else delivered.meta.effective_on,
        "overdue": bool(new["overdue"]) or state == "LATE",
        "handler": common.text_field(event, "handler"),
        "position": delivered.position,
    }


def _opened(name: str, delivered: Delivered) -> dict[str, Value]:
    """Whom is asked for what, by whom, until when."""
    told: dict[str, Value]
    match delivered.event:
        case joint.OpinionRequested(body=organ, matter=matter, due_on=due):
            told = {"request": "OPINION", "organ": organ, "matter": matter, "due_on": due}
        case verification.VerificationRequested(material=name, issuing_body=organ, due_on=due):
            told = {"request": "DOCUMENT", "organ": organ, "matter": name, "due_on": due}
        case forwarding.HandedIn(accepting_body=organ, item_code=item):
            told = {"request": "ARRIVAL", "organ": organ, "matter": item, "due_on": None}
        case forwarding.ExaminationOpened(lower_body=below, superior=above, due_on=due):
            examined = name == "examination"
            told = {
                "request": "EXAMINATION" if examined else "TAKEOVER",
                "organ": below if examined else above,
                "matter": None,
                "due_on": due if examined else None,
            }
        case _:
            return {}
    asked: Row = {"asked_by": delivered.meta.actor.organ, "asked_on": delivered.meta.effective_on}
    return {"case_no": delivered.key, "overdue": False, **asked, **told}


PROJECTION: Final = Projection(
    name="request_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=frozenset(
        name
        for name in names_of("joint", "verification", "forwarding")
        if EVENT_NAMES[name] not in NOT_READ
    ),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class RequestRow:
    """请别的机关办的一项。"""

    request: str
    case_no: str
    organ: str
    asked_by: str
    matter: str | None
    state: str
    waiting: bool
    asked_on: date
    due_on: date | None
    settled_on: date | None
    overdue: bool
    handler: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """查往来的条件；没有给的不限。``waiting``：还等着办的。"""

    organ: Organ | None = None
    state: str | None = None
    waiting: bool | None = None
    due_by: date | None = None
    overdue_on: date | None = None


def search(conn: Reader, asked: Asked, limit: int | None) -> Found[RequestRow]:
    """合条件的往来，还等着的、先到期的在前。"""
    open_only = True if asked.due_by or asked.overdue_on else asked.waiting
    return common.search(
        conn,
        PROJECTION,
        RequestRow,
        (
            ("organ = %s", asked.organ),
            ("state = %s", asked.state),
            ("waiting = %s", open_only),
            ("due_on <= %s", asked.due_by),
            ("due_on < %s", asked.overdue_on),
        ),
        "waiting DESC, due_on NULLS LAST, position DESC",
        limit,
    )
