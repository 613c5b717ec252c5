"""承诺落空的后续措施：机器依办法立待办，人来办结；记入信用的，随记入办结（机制 23）。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import commitment, credit, measure
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import COMMITMENT, edition, outside, period
from domain.acts.pledges import handling_of
from domain.commitment import BreachConfirmed
from domain.decider import Decision, Plan, Refused
from domain.measure import MeasureKind, measure_id
from domain.refusals import Refusal
from domain.terms import CommitmentId

MEASURE: Final = measure.AGGREGATE


@dataclass(frozen=True, slots=True)
class OpenMeasure:
    """机器：依申请之日的办法，承诺落空之后要办的措施立为待办。``since``: of the commitment's file."""

    commitment_id: CommitmentId
    kind: MeasureKind
    since: int


@dataclass(frozen=True, slots=True)
class CloseMeasure:
    """办结移送的处罚（已处罚、不予处罚），或者说明为何不记入信用。"""

    commitment_id: CommitmentId
    kind: MeasureKind
    taken: bool
    document_no: str
    reasons: str = ""


MeasureAct: TypeAlias = OpenMeasure | CloseMeasure


# -- handlers


@handles(OpenMeasure)
def open_measure(act: OpenMeasure, desk: Desk) -> Decision:
    """办法没有要求的、确认已经不作数的、人已经先记入的，无事可办。"""
    breach = _breach(desk.load(COMMITMENT, act.commitment_id))
    credited = act.kind is MeasureKind.CREDIT
    if breach is None or (credited and not breach.settled):
        return Plan()
    promise, ground = breach.live.made, breach.confirmed.ground
    asked = handling_of(desk, promise, breach.live.checked, ground)
    if not (asked.credit_record if credited else asked.penalty):
        return Plan()
    identity = measure_id(act.commitment_id, act.kind)
    state = desk.load(MEASURE, identity)
    if credited and isinstance(state, measure.Nothing) and _recorded(act, promise, desk):
        return Plan()
    item = edition(desk, promise.item_code, promise.item_version)
    due, rules = period(desk, desk.today, measure.MEASURE_DAYS)
    fact = measure.Opened(
        kind=act.kind,
        commitment_id=act.commitment_id,
        case_no=promise.case_no,
        subject=promise.signer,
        ground=ground,
        organs=(item.approving_body,) if credited else item.supervising_bodies,
        since=act.since,
        due_on=due.day,
    )
    answer = measure.decide(state, measure.OpenTask(fact))
    return write(MEASURE, identity, promise.case_no, answer, rules=rules)


@dataclass(frozen=True, slots=True)
class _Breach:
    """一次人确认过的落空；``settled``：已经有了生效的决定，或者整改已经认定。"""

    live: commitment.Live
    confirmed: BreachConfirmed
    settled: bool


def _breach(state: commitment.State) -> _Breach | None:
    known = state.live if isinstance(state, commitment.Suspected) else state
    match known:
        case (
            commitment.Broken(live=live, confirmation=confirmed)
            | commitment.Rectifying(live=live, confirmation=confirmed)
        ):
            return _Breach(live, confirmed, settled=False)
        case commitment.Closed(live=live, broken=BreachConfirmed() as confirmed, by=end):
            ended = isinstance(end, commitment.Voided) and end.reason not in commitment.DECIDED
            return _Breach(live, confirmed, settled=not ended)
        case commitment.Live(broken=BreachConfirmed() as confirmed):
            return _Breach(known, confirmed, settled=True)
        case _:
            return None


def _recorded(act: OpenMeasure, promise: commitment.Made, desk: Desk) -> bool:
    records = desk.load(credit.AGGREGATE, promise.signer).records
    return any(one.added.commitment_id == act.commitment_id for one in records)


@handles(CloseMeasure)
def close_measure(act: CloseMeasure, desk: Desk) -> Decision:
    """由所定机关之一办结；记入信用的随记入办结，只有不记入的才这样办。"""
    identity = measure_id(act.commitment_id, act.kind)
    state = desk.load(MEASURE, identity)
    if isinstance(state, measure.Nothing):
        return Refused(Refusal.MEASURE_NOT_FOUND)
    if act.kind is MeasureKind.CREDIT and act.taken:
        return Refused(Refusal.MEASURE_BY_RECORD)
    fact = measure.Closed(act.taken, act.document_no, act.reasons, desk.handler)
    refusal = outside(desk, *state.opened.organs)
    answer = refusal or measure.decide(state, measure.Close(fact))
    return write(MEASURE, identity, state.opened.case_no, answer)


def recorded(desk: Desk, commitment_id: CommitmentId | None, document_no: str) -> Decision:
    """信用已经记入，待办随之办结；没有待办的无事可办。"""
    if commitment_id is None:
        return Plan()
    identity = measure_id(commitment_id, MeasureKind.CREDIT)
    state = desk.load(MEASURE, identity)
    if not isinstance(state, measure.Open):
        return Plan()
    fact = measure.Closed(taken=True, document_no=document_no, reasons="", handler=desk.handler)
    answer = measure.decide(state, measure.Close(fact))
    return write(MEASURE, identity, state.opened.case_no, answer)
