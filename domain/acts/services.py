"""服务与台账的办理：预约、跑趟、评价；归档、巡查、会商、积分、过程推送；数据回流。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from domain import assistance, case, feed, record, service
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import case_file, not_self, outside
from domain.acts.steps import course, handled_it, step
from domain.decider import Decision, Plan, Refused
from domain.record import ArchivedPaper, ArchivePart, ProgressStage
from domain.refusals import Refusal
from domain.service import TripPurpose
from domain.terms import CaseNo, ItemCode, Organ, PersonId, SubjectId

FEED: Final = feed.AGGREGATE
AGENT_POINTS: Final = 1  # 代办一件记几分；各地自定


@dataclass(frozen=True, slots=True)
class MakeAppointment:
    """预约办事。"""

    appointment_no: str
    item_code: ItemCode
    applicant: SubjectId
    window_no: str
    slot_at: datetime
    ticket_no: str


@dataclass(frozen=True, slots=True)
class KeepAppointment:
    """预约人如约到场。"""

    appointment_no: str


@dataclass(frozen=True, slots=True)
class BreakAppointment:
    """过了时间，预约人没有来。"""

    appointment_no: str


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """取消预约。"""

    appointment_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordTrip:
    """申请人为本件来了一趟。"""

    case_no: CaseNo
    purpose: TripPurpose


@dataclass(frozen=True, slots=True)
class RateCase:
    """申请人评价本件的办理，一至五级。"""

    case_no: CaseNo
    score: int
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowRating:
    """效能办核实差评。"""

    case_no: CaseNo
    confirmed: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class ArchiveCase:
    """归档：依据性、程序性、结果性材料齐全。"""

    case_no: CaseNo
    archive_no: str
    papers: tuple[ArchivedPaper, ...]
    retention_years: int | None = None


@dataclass(frozen=True, slots=True)
class RecordPatrol:
    """日常巡查。"""

    patrol_no: str
    hall: str
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordConsultation:
    """审管会商。"""

    liaison_no: str
    topic: str
    organs: tuple[Organ, ...]
    conclusions: str


@dataclass(frozen=True, slots=True)
class RecordObserver:
    """监管部门派观察员参与踏勘。"""

    liaison_no: str
    case_no: CaseNo
    remarks: str


@dataclass(frozen=True, slots=True)
class AwardPoints:
    """机器：代办件办结，给代办人记分，一件一次。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class CorrectPoints:
    """效能办更正窗口积分：以一笔相反的记录更正，不改原来的。"""

    correction_no: str
    officer: PersonId
    points: int
    reasons: str


@dataclass(frozen=True, slots=True)
class PushProgress:
    """机器：把办理过程推送给该事项的监管部门，知会而不须认领。"""

    case_no: CaseNo
    stage: ProgressStage
    source_event: str


@dataclass(frozen=True, slots=True)
class TakeFeed:
    """收到别的大厅或系统的一批数据。"""

    source: str
    day: date
    batch_no: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclareFeed:
    """来源申报一日的总数与编号。"""

    source: str
    day: date
    total: int
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReconcileFeed:
    """对账：漏的、重的、迟的逐件指名。"""

    source: str
    day: date


ServiceAct: TypeAlias = (
    MakeAppointment
    | KeepAppointment
    | BreakAppointment
    | CancelAppointment
    | RecordTrip
    | RateCase
    | FollowRating
    | ArchiveCase
    | RecordPatrol
    | RecordConsultation
    | RecordObserver
    | AwardPoints
    | CorrectPoints
    | PushProgress
    | TakeFeed
    | DeclareFeed
    | ReconcileFeed
)


# -- handlers: appointments


@handles(MakeAppointment)
def make_appointment(act: MakeAppointment, desk: Desk) -> Decision:
    """预约：本人，或者窗口代为预约；办事时间在今后。"""
    if refusal := not_self(desk, act.applicant):
        return refusal
    if act.slot_at <= desk.at:
        return Refused(Refusal.APPOINTMENT_PAST)
    fact = service.AppointmentMade(
        item_code=act.item_code,
        applicant=act.applicant,
        window_no=act.window_no,
        slot_at=act.slot_at,
        ticket_no=act.ticket_no,
        handler=desk.person,
    )
    return step(desk, service.APPOINTMENT, act.appointment_no, fact)


@handles(KeepAppointment)
def keep_appointment(act: KeepAppointment, desk: Desk) -> Decision:
    """如约到场。"""
    fact = service.AppointmentKept(desk.handler)
    return step(desk, service.APPOINTMENT, act.appointment_no, fact)


@handles(BreakAppointment)
def break_appointment(act: BreakAppointment, desk: Desk) -> Decision:
    """时间没有过的，不算未到。"""
    made = course(desk, service.APPOINTMENT, act.appointment_no).last(service.AppointmentMade)
    if made is not None and desk.at <= made.slot_at:
        return Refused(Refusal.APPOINTMENT_OPEN)
    fact = service.AppointmentBroken(desk.handler)
    return step(desk, service.APPOINTMENT, act.appointment_no, fact)


@handles(CancelAppointment)
def cancel_appointment(act: CancelAppointment, desk: Desk) -> Decision:
    """本人，或者窗口代为取消。"""
    made = course(desk, service.APPOINTMENT, act.appointment_no).last(service.AppointmentMade)
    if made is not None and (refusal := not_self(desk, made.applicant)):
        return refusal
    fact = service.AppointmentCancelled(act.reason, desk.person)
    return step(desk, service.APPOINTMENT, act.appointment_no, fact)


# -- handlers: trips, ratings


@handles(RecordTrip)
def record_trip(act: RecordTrip, desk: Desk) -> Decision:
    """跑趟：同一日同一目的由同一人接待的是一趟。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = service.TripRecorded(act.purpose, desk.today, desk.handler)
    return step(desk, service.TRIP, act.case_no, fact)


@handles(RateCase)
def rate_case(act: RateCase, desk: Desk) -> Decision:
    """本人评价已作出决定的办件，一次；办理的人不评价（SD11）。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if refusal := not_self(desk, file.state.received.applicant):
        return refusal
    if not isinstance(file.state, case.Concluded):
        return case.standing(file.state)
    if not service.LOWEST <= act.score <= service.HIGHEST:
        return Refused(Refusal.RATING_SCORE, {"value": str(act.score)})
    given = course(desk, service.RATING, act.case_no).last(service.RatingGiven)
    if given is not None and (given.score, given.aspects) == (act.score, act.aspects):
        return Plan()
    fact = service.RatingGiven(act.score, act.aspects, desk.today)
    return step(desk, service.RATING, act.case_no, fact)


@handles(FollowRating)
def follow_rating(act: FollowRating, desk: Desk) -> Decision:
    """核实差评；经手过本件的人不核实自己。"""
    if refusal := handled_it(desk, act.case_no):
        return refusal
    given = course(desk, service.RATING, act.case_no).last(service.RatingGiven)
    if given is not None and given.score > service.POOR:
        return Refused(Refusal.RATING_NOT_POOR, {"value": str(given.score)})
    fact = service.RatingFollowed(act.confirmed, act.explanation, desk.handler)
    return step(desk, service.RATING, act.case_no, fact)


# -- handlers: records


@handles(ArchiveCase)
def archive_case(act: ArchiveCase, desk: Desk) -> Decision:
    """办件送达（或者不予受理）之后归档，三类材料缺一不可（国办发〔2023〕26号）。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    state = file.state
    if not isinstance(state, case.Concluded):
        return case.standing(state)
    if state.delivery is None and not isinstance(state.decision, case.Declined):
        return Refused(Refusal.ARCHIVE_UNDELIVERED, {"document_no": state.document_no})
    held = {paper.part for paper in act.papers}
    if lacking := [part for part in ArchivePart if part not in held]:
        return Refused(Refusal.ARCHIVE_INCOMPLETE, {"missing": "、".join(lacking)})
    fact = record.ArchiveFiled(
        archive_no=act.archive_no,
        papers=act.papers,
        retention_years=act.retention_years,
        filed_on=desk.today,
        handler=desk.handler,
    )
    return step(desk, record.ARCHIVE, act.case_no, fact)


@handles(RecordPatrol)
def record_patrol(act: RecordPatrol, desk: Desk) -> Decision:
    """巡查。"""
    fact = record.PatrolRecorded(act.hall, desk.at, act.issues, desk.handler)
    return step(desk, record.PATROL, act.patrol_no, fact)


@handles(RecordConsultation)
def record_consultation(act: RecordConsultation, desk: Desk) -> Decision:
    """会商。"""
    fact = record.LiaisonConsulted(act.topic, act.organs, desk.today, act.conclusions, desk.handler)
    return step(desk, record.LIAISON, act.liaison_no, fact)


@handles(RecordObserver)
def record_observer(act: RecordObserver, desk: Desk) -> Decision:
    """观察员须属该事项的监管部门。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    if refusal := outside(desk, *file.item.supervising_bodies):
        return refusal
    fact = record.LiaisonObserved(
        act.case_no, desk.actor.organ, desk.today, act.remarks, desk.handler
    )
    return step(desk, record.LIAISON, act.liaison_no, fact, key=act.case_no)


@handles(AwardPoints)
def award_points(act: AwardPoints, desk: Desk) -> Decision:
    """办件有了决定、有代办人的，记一次分；没有代办人的、无偿帮代办的（机制 50）无事可办。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    agent = file.state.received.agent
    if agent is None or not isinstance(file.state, case.Concluded):
        return Plan()
    if not isinstance(desk.load(assistance.AGGREGATE, act.case_no), assistance.Nothing):
        return Plan()
    return step(desk, record.POINTS, act.case_no, record.PointsAwarded(agent, AGENT_POINTS))


@handles(CorrectPoints)
def correct_points(act: CorrectPoints, desk: Desk) -> Decision:
    """更正须写明理由；不更正自己的。"""
    if act.officer == desk.handler:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": desk.handler})
    if not act.reasons.strip():
        return Refused(Refusal.OVERSIGHT_NO_REASON)
    fact = record.PointsCorrected(act.officer, act.points, act.reasons, desk.handler)
    return step(desk, record.POINTS, act.correction_no, fact)


@handles(PushProgress)
def push_progress(act: PushProgress, desk: Desk) -> Decision:
    """过程推送：一步推一次，推给该事项的各监管部门。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    state = course(desk, record.PROGRESS, act.case_no)
    pushed = {one.source_event for one in state.steps if isinstance(one, record.ProgressPushed)}
    if act.source_event in pushed:
        return Plan()
    fact = record.ProgressPushed(
        stage=act.stage,
        item_code=file.state.received.item_code,
        departments=file.item.supervising_bodies,
        source_event=act.source_event,
        happened_on=desk.today,
    )
    return step(desk, record.PROGRESS, act.case_no, fact)


# -- handlers: feeds


def _feed_id(source: str, day: date) -> str:
    return f"{source}.{day}"


@handles(TakeFeed)
def take_feed(act: TakeFeed, desk: Desk) -> Decision:
    """收到一批。"""
    fact = feed.Taken(act.source, act.day, act.batch_no, act.serials, desk.today, desk.handler)
    return _fed(desk, act.source, act.day, feed.Take(fact))


@handles(DeclareFeed)
def declare_feed(act: DeclareFeed, desk: Desk) -> Decision:
    """来源的申报由档案人员录入。"""
    fact = feed.Declared(act.source, act.day, act.total, act.serials, desk.handler)
    return _fed(desk, act.source, act.day, feed.Declare(fact))


@handles(ReconcileFeed)
def reconcile_feed(act: ReconcileFeed, desk: Desk) -> Decision:
    """对账。"""
    return _fed(desk, act.source, act.day, feed.Reconcile(desk.today))


def _fed(desk: Desk, source: str, day: date, command: feed.Command) -> Decision:
    identity = _feed_id(source, day)
    return write(FEED, identity, identity, feed.decide(desk.load(FEED, identity), command))
