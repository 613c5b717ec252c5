"""监督的办理：督办、答复、办结、再监督、容错；预登记与办件回访（机制 21、22、27）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import oversight, preregistration, visit
from domain.acts.base import Desk, combine, handles, write
from domain.acts.lookups import ITEM, case_file, not_self, period
from domain.acts.steps import course, handled_it, step
from domain.case import Closed, Concluded, UnderReview
from domain.catalogue import version_on
from domain.decider import Decision, Plan, Refused
from domain.oversight import AlertLevel, OversightOutcome, OversightRule, OversightTier
from domain.refusals import Refusal
from domain.terms import CaseNo, Channel, ItemCode, Organ, PersonId, Role, SubjectId

FINDING: Final = oversight.AGGREGATE
PREREGISTRATION: Final = preregistration.AGGREGATE

# 答复督办的期限，工作日；各地自定，文件没有给出数字。
ANSWER_DAYS: Final = {AlertLevel.REMINDER: 5, AlertLevel.YELLOW: 5, AlertLevel.RED: 3}
VISIT_DAYS: Final = 1  # “立即”回访：次一工作日以内
_TIER: Final = {
    Role.PERFORMANCE: OversightTier.PERFORMANCE,
    Role.DISCIPLINE: OversightTier.DISCIPLINE,
}


@dataclass(frozen=True, slots=True)
class RaiseOversight:
    """提出督办：效能办、纪检监察，或者审批部门对自己。"""

    oversight_no: str
    rule: OversightRule
    level: AlertLevel
    responsible_organ: Organ
    explanation: str
    case_no: CaseNo | None = None
    responsible: PersonId | None = None


@dataclass(frozen=True, slots=True)
class AnswerOversight:
    """责任部门答复督办。"""

    oversight_no: str
    explanation: str
    measures: str


@dataclass(frozen=True, slots=True)
class MarkAnswerMissed:
    """机器：督办逾期未答复。"""

    oversight_no: str


@dataclass(frozen=True, slots=True)
class CloseOversight:
    """提出的机关办结督办。"""

    oversight_no: str
    outcome: OversightOutcome
    reasons: str


@dataclass(frozen=True, slots=True)
class ReopenOversight:
    """纪检监察再监督：接手已办结的，或者逾期不答复的。"""

    oversight_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class RequestTolerance:
    """责任部门申请容错。"""

    oversight_no: str
    reasons: str


@dataclass(frozen=True, slots=True)
class DecideTolerance:
    """纪检监察认定是否容错。"""

    oversight_no: str
    granted: bool
    reasons: str


@dataclass(frozen=True, slots=True)
class Preregister:
    """预登记；申请人自己办，或者窗口代为录入。"""

    serial_no: str
    item_code: ItemCode
    department: Organ
    applicant: SubjectId
    channel: Channel
    agent: PersonId | None = None


@dataclass(frozen=True, slots=True)
class ClosePreregistration:
    """机器：办件受理了，该申请人的预登记了结。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class ConcludeVisit:
    """办件回访办结；属实的，同时提出督办，编号 ``oversight_no``。"""

    visit_id: str
    confirmed: bool
    explanation: str
    oversight_no: str


OversightAct: TypeAlias = (
    RaiseOversight
    | AnswerOversight
    | MarkAnswerMissed
    | CloseOversight
    | ReopenOversight
    | RequestTolerance
    | DecideTolerance
    | Preregister
    | ClosePreregistration
    | ConcludeVisit
)


# -- handlers: findings


@handles(RaiseOversight)
def raise_oversight(act: RaiseOversight, desk: Desk) -> Decision:
    """提出督办；所涉办件须确有其件，提出的人没有经手过它。"""
    if act.case_no is not None:
        file = case_file(desk, act.case_no)
        barrier = file if isinstance(file, Refused) else handled_it(desk, act.case_no)
        if barrier is not None:
            return barrier
    due, rules = period(desk, desk.today, ANSWER_DAYS[act.level])
    fact = oversight.Raised(
        rule=act.rule,
        rule_no=rule_no(act.rule),
        level=act.level,
        tier=_TIER.get(desk.actor.role, OversightTier.DEPARTMENT),
        office=desk.actor.organ,
        responsible_organ=act.responsible_organ,
        responsible=act.responsible,
        case_no=act.case_no,
        source_stream="",
        source_event="",
        explanation=act.explanation,
        raised_on=desk.today,
        answer_due_on=due.day,
        handler=desk.handler,
    )
    answer = oversight.decide(desk.load(FINDING, act.oversight_no), oversight.Raise(fact))
    return write(FINDING, act.oversight_no, act.case_no or act.oversight_no, answer, rules=rules)


def rule_no(rule: OversightRule) -> str:
    """监察规则编号：规则在清单上的次序，三位。"""
    return f"JC{list(OversightRule).index(rule) + 1:03d}"


@handles(AnswerOversight)
def answer_oversight(act: AnswerOversight, desk: Desk) -> Decision:
    """答复督办，以经办人所代表的机关名义。"""
    fact = oversight.Answered(desk.actor.organ, act.explanation, act.measures, desk.handler)
    return _move(act.oversight_no, oversight.Reply(fact), desk)


@handles(MarkAnswerMissed)
def mark_answer_missed(act: MarkAnswerMissed, desk: Desk) -> Decision:
    """记下逾期未答复。"""
    state = desk.load(FINDING, act.oversight_no)
    due_on = state.answer_due_on if isinstance(state, oversight.Open) else desk.today
    return _move(act.oversight_no, oversight.MarkMissed(due_on, desk.today), desk)


@handles(CloseOversight)
def close_oversight(act: CloseOversight, desk: Desk) -> Decision:
    """办结督办；经手过所涉办件的人不办结。"""
    state = desk.load(FINDING, act.oversight_no)
    if isinstance(state, oversight.Nothing):
        return oversight.standing(state)
    if barrier := handled_it(desk, state.raised.case_no):
        return barrier
    fact = oversight.Closed(desk.actor.organ, act.outcome, act.reasons, desk.handler)
    overseer = desk.actor.role in {Role.PERFORMANCE, Role.DISCIPLINE}
    return _move(act.oversight_no, oversight.Close(fact, overseer), desk)


@handles(ReopenOversight)
def reopen_oversight(act: ReopenOversight, desk: Desk) -> Decision:
    """再监督：重新给答复的期限，此后由纪检监察办结。"""
    state = desk.load(FINDING, act.oversight_no)
    if isinstance(state, oversight.Nothing):
        return oversight.standing(state)
    due, rules = period(desk, desk.today, ANSWER_DAYS[state.raised.level])
    fact = oversight.Reopened(desk.actor.organ, act.reasons, due.day, desk.handler)
    answer = oversight.decide(state, oversight.Reopen(fact))
    key = state.raised.case_no or act.oversight_no
    return write(FINDING, act.oversight_no, key, answer, rules=rules)


@handles(RequestTolerance)
def request_tolerance(act: RequestTolerance, desk: Desk) -> Decision:
    """申请容错。"""
    fact = oversight.ToleranceRequested(desk.actor.organ, act.reasons, desk.handler)
    return _move(act.oversight_no, oversight.RequestTolerance(fact), desk)


@handles(DecideTolerance)
def decide_tolerance(act: DecideTolerance, desk: Desk) -> Decision:
    """认定是否容错。"""
    kind = oversight.ToleranceGranted if act.granted else oversight.ToleranceDenied
    fact = kind(desk.actor.organ, act.reasons, desk.handler)
    return _move(act.oversight_no, oversight.DecideTolerance(fact), desk)


def _move(number: str, command: oversight.Command, desk: Desk) -> Decision:
    state = desk.load(FINDING, number)
    if isinstance(state, oversight.Nothing):
        return oversight.standing(state)
    answer = oversight.decide(state, command)
    return write(FINDING, number, state.raised.case_no or number, answer)


# -- handlers: preregistration and visits


@handles(Preregister)
def preregister(act: Preregister, desk: Desk) -> Decision:
    """预登记；满二次的，疑似告知不到位，当即立项回访。"""
    if refusal := not_self(desk, act.applicant):
        return refusal
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        facts = {"item_code": str(act.item_code), "on": str(desk.today)}
        return Refused(Refusal.CASE_ITEM_NOT_IN_FORCE, facts)
    number = preregistration.preregistration_id(act.applicant, act.department, act.item_code)
    state = desk.load(PREREGISTRATION, number)
    fact = preregistration.Made(
        serial_no=act.serial_no,
        item_code=act.item_code,
        department=act.department,
        applicant=act.applicant,
        agent=act.agent,
        channel=act.channel,
        registered_on=desk.today,
        handler=desk.person,
    )
    answer = preregistration.decide(state, preregistration.Preregister(fact))
    made = write(PREREGISTRATION, number, number, answer)
    suspicion = _suspicion(answer)
    if suspicion is None:
        return made
    due, rules = period(desk, desk.today, VISIT_DAYS)
    opened = visit.Opened(
        preregistration=number,
        applicant=act.applicant,
        department=act.department,
        item_code=act.item_code,
        first_on=suspicion.first_on,
        last_on=suspicion.last_on,
        due_on=due.day,
    )
    visit_id = f"{number}.{len(state.serials) + 1}"
    return combine(made, step(desk, visit.ORDER, visit_id, opened, key=number, rules=rules))


def _suspicion(answer: object) -> preregistration.NoticeSuspected | None:
    found = answer if isinstance(answer, tuple) else ()
    kind = preregistration.NoticeSuspected
    return next((event for event in found if isinstance(event, kind)), None)


@handles(ClosePreregistration)
def close_preregistration(act: ClosePreregistration, desk: Desk) -> Decision:
    """受理之后重新计数，自受理之日；没有受理的、没有预登记过的无事可办。"""
    file = case_file(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    state = file.state
    if not isinstance(state, UnderReview | Concluded | Closed) or state.acceptance is None:
        return Plan()
    received = state.received
    number = preregistration.preregistration_id(
        received.applicant, file.item.approving_body, received.item_code
    )
    closed = preregistration.WindowClosed(act.case_no, state.acceptance.accepted_on)
    command = preregistration.CloseWindow(closed)
    answer = preregistration.decide(desk.load(PREREGISTRATION, number), command)
    return write(PREREGISTRATION, number, number, answer)


@handles(ConcludeVisit)
def conclude_visit(act: ConcludeVisit, desk: Desk) -> Decision:
    """回访办结：属实的才成为问题，由回访的人提出督办；不属实的到此为止。"""
    opened = course(desk, visit.ORDER, act.visit_id).last(visit.Opened)
    if opened is None:
        return visit.ORDER.standing(course(desk, visit.ORDER, act.visit_id))
    fact = visit.Concluded(act.confirmed, act.explanation, desk.actor.organ, desk.handler)
    concluded = step(desk, visit.ORDER, act.visit_id, fact, key=opened.preregistration)
    if not act.confirmed or concluded == Plan():
        return concluded
    finding = RaiseOversight(
        act.oversight_no,
        OversightRule.ONE_TIME_NOTICE,
        AlertLevel.YELLOW,
        opened.department,
        act.explanation,
    )
    return combine(concluded, raise_oversight(finding, desk))
