"""听证的办理，以及听证对审核、决定的约束（许可法 36、46–48 条）。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import case, hearing
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import CASE, CaseFile, case_file, not_self, outside, period
from domain.catalogue import HearingNeed
from domain.decider import Decision, Plan, Refused
from domain.hearing import HearingGround
from domain.refusals import Refusal
from domain.terms import CaseNo, PersonId, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class NotifyParty:
    """告知利害关系人：许可事项直接关系其重大利益，可以陈述申辩。"""

    case_no: CaseNo
    party: SubjectId
    interest: str
    notice_no: str


@dataclass(frozen=True, slots=True)
class TellHearingRight:
    """告知申请人、利害关系人有要求听证的权利；五日内可以提出。"""

    case_no: CaseNo
    parties: tuple[SubjectId, ...]
    notice_no: str


@dataclass(frozen=True, slots=True)
class RequestHearing:
    """申请听证：本人提出，或由窗口代为录入。"""

    case_no: CaseNo
    party: SubjectId


@dataclass(frozen=True, slots=True)
class MarkHearingLapsed:
    """机器：五日内无人申请听证。"""

    case_no: CaseNo


@dataclass(frozen=True, slots=True)
class AnnounceHearing:
    """公告并通知听证的时间、地点与主持人；再次公告即改期。"""

    case_no: CaseNo
    ground: HearingGround
    notice_no: str
    hold_on: date
    place: str
    chair: PersonId


@dataclass(frozen=True, slots=True)
class ChallengeChair:
    """申请听证主持人回避。"""

    case_no: CaseNo
    party: SubjectId
    reasons: str


@dataclass(frozen=True, slots=True)
class DecideChallenge:
    """行政机关负责人决定是否回避；准予的写明更换后的主持人。"""

    case_no: CaseNo
    reasons: str
    chair: PersonId | None = None


@dataclass(frozen=True, slots=True)
class HoldHearing:
    """主持听证。"""

    case_no: CaseNo
    present: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignHearingRecord:
    """听证笔录交听证参加人确认后签字。"""

    case_no: CaseNo
    record_no: str
    record_sha256: Sha256
    signed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkHearingOverdue:
    """机器：申请之后二十日过完，听证还没有举行。"""

    case_no: CaseNo


HearingAct: TypeAlias = (
    NotifyParty
    | TellHearingRight
    | RequestHearing
    | MarkHearingLapsed
    | AnnounceHearing
    | ChallengeChair
    | DecideChallenge
    | HoldHearing
    | SignHearingRecord
    | MarkHearingOverdue
)

HEARING: Final = hearing.AGGREGATE


# -- what the other steps of a case must heed


def presiding(desk: Desk, case_no: CaseNo) -> Refused | None:
    """听证主持人不得再审查本件（SD3）。"""
    announced = desk.load(HEARING, case_no).announced
    if announced is not None and announced.chair == desk.person:
        return Refused(Refusal.HEARING_CHAIR_REVIEWED, {"person": announced.chair})
    return None


def on_the_record(
    desk: Desk, file: CaseFile, case_no: CaseNo, decision_no: str, cited: str | None
) -> Decision:
    """审查中的办件，决定与听证的关系：该听证的先听证，听证了的根据笔录决定，并写明所据。"""
    state = desk.load(HEARING, case_no)
    barrier = hearing.in_the_way(state, file.item.rules.review.hearing, cited, desk.today)
    if barrier is not None or state.record is None:
        return barrier or Plan()
    fact = hearing.RecordReliedOn(state.record.record_no, decision_no)
    return write(HEARING, case_no, case_no, hearing.decide(state, hearing.RelyOn(fact)))


# -- handlers


def under_review(desk: Desk, case_no: CaseNo) -> CaseFile | Refused:
    """受理了而没有决定的办件；还没有受理的、已经决定的，拒绝。"""
    file = case_file(desk, case_no)
    if isinstance(file, Refused) or isinstance(file.state, case.UnderReview):
        return file
    return case.standing(file.state)


def _own_case(desk: Desk, case_no: CaseNo) -> CaseFile | Refused:
    file = under_review(desk, case_no)
    if isinstance(file, Refused):
        return file
    return outside(desk, file.item.approving_body) or file


def _decide(desk: Desk, case_no: CaseNo, command: hearing.Command) -> Decision:
    answer = hearing.decide(desk.load(HEARING, case_no), command)
    return write(HEARING, case_no, case_no, answer)


def _reviewers(desk: Desk, case_no: CaseNo) -> tuple[PersonId, ...]:
    state = desk.load(CASE, case_no)
    review = state.review if isinstance(state, case.UnderReview) else None
    return () if review is None else (review.handler,)


@handles(NotifyParty)
def notify_party(act: NotifyParty, desk: Desk) -> Decision:
    """告知利害关系人，由审批机关办。"""
    file = _own_case(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = hearing.PartyNotified(act.party, act.interest, act.notice_no, desk.handler)
    return _decide(desk, act.case_no, hearing.NotifyParty(fact))


@handles(TellHearingRight)
def tell_hearing_right(act: TellHearingRight, desk: Desk) -> Decision:
    """告知听证权利；自此五日。"""
    file = _own_case(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    due, rules = period(desk, desk.today, hearing.APPLY_DAYS)
    fact = hearing.RightTold(act.parties, act.notice_no, desk.today, due.day, desk.handler)
    answer = hearing.decide(desk.load(HEARING, act.case_no), hearing.TellRight(fact))
    return write(HEARING, act.case_no, act.case_no, answer, rules=(file.rule, *rules))


@handles(RequestHearing)
def request_hearing(act: RequestHearing, desk: Desk) -> Decision:
    """申请听证；自此二十日内举行。"""
    refusal = not_self(desk, act.party)
    if refusal is not None:
        return refusal
    told = desk.load(HEARING, act.case_no).told
    last, _ = period(desk, told.told_on if told else desk.today, hearing.APPLY_DAYS)
    hold_due, rules = period(desk, desk.today, hearing.HOLD_DAYS)
    fact = hearing.HearingRequested(act.party, desk.today, hold_due.day, desk.person)
    answer = hearing.decide(desk.load(HEARING, act.case_no), hearing.Request(fact, last.day))
    return write(HEARING, act.case_no, act.case_no, answer, rules=rules)


@handles(MarkHearingLapsed)
def mark_hearing_lapsed(act: MarkHearingLapsed, desk: Desk) -> Decision:
    """记下五日内无人申请；期限按现行日历重新推算。"""
    told = desk.load(HEARING, act.case_no).told
    last, _ = period(desk, told.told_on if told else desk.today, hearing.APPLY_DAYS)
    today = last.day if last.provisional else desk.today
    return _decide(desk, act.case_no, hearing.Lapse(hearing.RequestLapsed(last.day), today))


@handles(AnnounceHearing)
def announce_hearing(act: AnnounceHearing, desk: Desk) -> Decision:
    """公告听证：法定应当听证的须事项如此规定。"""
    file = _own_case(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    required = file.item.rules.review.hearing is HearingNeed.MANDATORY
    if (act.ground is HearingGround.REQUIRED) > required:
        return Refused(Refusal.HEARING_NOT_MANDATORY)
    state = desk.load(HEARING, act.case_no)
    earliest, rules = period(desk, desk.today, hearing.NOTICE_DAYS)
    fact = hearing.HearingAnnounced(
        ground=act.ground,
        notice_no=act.notice_no,
        hold_on=act.hold_on,
        place=act.place,
        chair=act.chair,
        late=False,
        handler=desk.handler,
    )
    due_on = _hold_due(desk, state)
    reviewers = _reviewers(desk, act.case_no)
    command = hearing.Announce(fact, earliest.day, due_on, reviewers)
    answer = hearing.decide(state, command)
    return write(HEARING, act.case_no, act.case_no, answer, rules=rules)


def _hold_due(desk: Desk, state: hearing.Hearing) -> date | None:
    if state.request is None:
        return None
    return period(desk, state.request.requested_on, hearing.HOLD_DAYS)[0].day


@handles(ChallengeChair)
def challenge_chair(act: ChallengeChair, desk: Desk) -> Decision:
    """申请回避：本人提出，或由窗口代为录入。"""
    fact = hearing.ChairChallenged(act.party, act.reasons, desk.person)
    refusal = not_self(desk, act.party)
    return refusal or _decide(desk, act.case_no, hearing.Challenge(fact))


@handles(DecideChallenge)
def decide_challenge(act: DecideChallenge, desk: Desk) -> Decision:
    """决定回避，由审批机关负责人办。"""
    file = _own_case(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = hearing.ChallengeDecided(act.chair, act.reasons, desk.handler)
    command = hearing.DecideChallenge(fact, _reviewers(desk, act.case_no))
    return _decide(desk, act.case_no, command)


@handles(HoldHearing)
def hold_hearing(act: HoldHearing, desk: Desk) -> Decision:
    """主持听证，今日举行。"""
    file = _own_case(desk, act.case_no)
    if isinstance(file, Refused):
        return file
    fact = hearing.HearingHeld(desk.today, act.present, desk.handler)
    return _decide(desk, act.case_no, hearing.Hold(fact, _reviewers(desk, act.case_no)))


@handles(SignHearingRecord)
def sign_hearing_record(act: SignHearingRecord, desk: Desk) -> Decision:
    """笔录签字。"""
    fact = hearing.RecordSigned(act.record_no, act.record_sha256, act.signed_by, desk.handler)
    return _decide(desk, act.case_no, hearing.Sign(fact))


@handles(MarkHearingOverdue)
def mark_hearing_overdue(act: MarkHearingOverdue, desk: Desk) -> Decision:
    """记下听证逾期；期限按现行日历重新推算，日历未公布的不能断定。"""
    request = desk.load(HEARING, act.case_no).request
    start = request.requested_on if request else desk.today
    last, _ = period(desk, start, hearing.HOLD_DAYS)
    today = last.day if last.provisional else desk.today
    return _decide(desk, act.case_no, hearing.MarkOverdue(hearing.HearingOverdue(last.day), today))
