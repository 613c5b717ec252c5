"""撤销的后续：公告告知、不予撤销的后续、部分撤销、撤销被撤销、补偿与赔偿。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval, commitment, compensation, credit, revocation
from domain.acts.pledges import MarkSupplementOverdue, SuspectBreach
from domain.acts.revocations import (
    CloseFollowUp,
    DecideCompensation,
    DropRevocation,
    ExpireLicence,
    FollowUp,
    HearStatement,
    PublishNotice,
    ReverseRevocation,
)
from domain.approval import DeregistrationReason, InForce, PartlyRevoked, RevocationGround
from domain.catalogue import HandlingRules
from domain.commitment import BreachGround
from domain.compensation import CompensationCause
from domain.decider import Event, Plan
from domain.refusals import Refusal
from domain.revocation import FollowUpMeasure
from domain.terms import Organ, Role, SubjectId
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    MACHINE,
    STAFF,
    SUPERVISOR,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_approval import DECIDER as DECIDING_PERSON
from tests.domain.test_approval import EXPIRED, GRANTED, REVOKED
from tests.domain.test_case_acts import ACCEPT, APPROVE, CLERK, DECIDER, REVIEWER
from tests.domain.test_case_acts import REVIEW as CASE_REVIEW
from tests.domain.test_case_acts import received as received_on
from tests.domain.test_licence import REISSUED, VOIDED
from tests.domain.test_pledge_acts import CLAIM as COMMITMENT_CLAIM
from tests.domain.test_pledge_acts import ID as COMMITMENT_ID
from tests.domain.test_revocation import DROPPED, PROPOSED, READY
from tests.domain.test_revocation_acts import (
    CHECKER,
    FRAUD,
    LICENCE,
    NEGLECT,
    PROCEDURE_CLAIM,
    PROOF,
    PROPOSE,
    REVIEW_LEGALITY,
    REVOKE,
    SERVE,
    WITHDRAW,
    confirmed,
    licensed,
    ready,
)

given = case_files(revocation.AGGREGATE, revocation.decide)
licence = case_files(approval.AGGREGATE, approval.decide)

HIGHER = Organ("350500-SPJ")  # 上级机关
PUBLISHED = revocation.NoticePublished(
    "GG-9", date(2026, 9, 1), date(2026, 10, 16), ("EMS-1",), None, person("reviewer")
)
ORDERED = revocation.FollowUpOrdered(
    FollowUpMeasure.RECTIFY, SUPERVISOR, "补齐检测", date(2026, 12, 31), DECIDING_PERSON
)
FOLLOWED = revocation.FollowUpClosed("ZG-1", "已改正", person("supervisor"))
PART = PartlyRevoked("CX-1", RevocationGround.BEYOND_POWERS, "CXJD-1", "冷食制售", date(2026, 3, 4))
BACK = approval.RevocationReversed(
    "CX-1", "HF-1", "复议决定撤销", date(2026, 6, 30), DECIDING_PERSON
)
OFF = approval.Deregistered(DeregistrationReason.ENDED_BY_DECISION, DECIDING_PERSON)
REVERSE = approval.Reverse("HF-1", "复议决定撤销", DECIDING_PERSON)
TAKEN_OVER = revocation.TakenOver(HIGHER, "TJ-1", "下级拖延不办", person("high_decider"))
LIVES: tuple[tuple[Event, ...], ...] = (
    (PROPOSED, PUBLISHED),
    *((*READY[:steps], TAKEN_OVER) for steps in range(1, len(READY) + 1)),
    (*READY, DROPPED, ORDERED),
    (*READY, DROPPED, ORDERED, FOLLOWED),
)
LICENCES: tuple[tuple[Event, ...], ...] = (
    (GRANTED, PART),
    (GRANTED, REVOKED, BACK),
    (GRANTED, REVOKED, OFF, BACK),
)

PUBLISH = PublishNotice("CX-1", "GG-9", ("EMS-1", "ZF-7"))
FOLLOW_UP = FollowUp(FollowUpMeasure.PENALISE, SUPERVISOR, "依食品安全法处罚", date(2026, 12, 31))
CLOSE = CloseFollowUp("CX-1", "CF-1", "罚款五万元，已缴")
UNDO = ReverseRevocation(LICENCE, "HF-1", "行政复议决定撤销原撤销决定")
BACK_BY = replace(UNDO, supply_by=date(2026, 11, 30))
PAY = DecideCompensation("CX-1", 30_000, "PC-1", "停业损失")


# -- the notice to one who cannot be reached


def test_a_holder_who_cannot_be_reached_is_told_by_public_notice() -> None:
    """无法联系的公告四十五日，自然日，末日顺延；期满之日过完才算放弃。"""
    book = confirmed()
    book.refuse(
        Refusal.REVOCATION_NO_ATTEMPT, replace(PUBLISH, attempts=()), REVIEWER, "2026-10-12"
    )
    (fact,) = events_of(book.do(PUBLISH, REVIEWER, "2026-10-12"))
    assert isinstance(fact, revocation.NoticePublished)
    assert fact.statement_due_on == date(2026, 11, 26)
    waived = HearStatement("CX-1", waived=True)
    book.refuse(Refusal.REVOCATION_STATEMENT_OPEN, waived, REVIEWER, "2026-11-26")
    book.do(waived, REVIEWER, "2026-11-27")
    holiday = licensed()
    holiday.do(FRAUD, CHECKER, "2026-08-18")
    (rolled,) = events_of(holiday.do(PUBLISH, REVIEWER, "2026-08-18"))
    assert isinstance(rolled, revocation.NoticePublished)
    assert rolled.statement_due_on == date(2026, 10, 8)
    town().refuse(Refusal.REVOCATION_NOT_FOUND, PUBLISH, REVIEWER, "2026-08-18")


# -- no revocation, yet not unhandled


def test_a_follow_up_is_closed_by_the_organ_that_was_told_to() -> None:
    """后续由所定的机关了结，写明结果，一次。"""
    book = licensed()
    book.do(FRAUD, CHECKER, "2026-10-09")
    ready(book, replace(REVIEW_LEGALITY, harms_public_interest=True))
    book.refuse(Refusal.REVOCATION_NO_FOLLOW_UP, CLOSE, STAFF["chief"], "2026-10-16")
    book.do(DropRevocation("CX-1", "唯一水源", FOLLOW_UP), DECIDER, "2026-10-16")
    assert not book.held(PROCEDURE_CLAIM)
    book.refuse(Refusal.DUTY_ORGAN, CLOSE, DECIDER, "2026-11-02", organ=SUPERVISOR)
    mute = replace(CLOSE, result=" ")
    book.refuse(Refusal.CASE_REASONS_MISSING, mute, STAFF["chief"], "2026-11-02")
    book.do(CLOSE, STAFF["chief"], "2026-11-02")
    assert book.do(CLOSE, STAFF["chief"], "2026-11-03") == Plan()
    other = replace(CLOSE, document_no="CF-2")
    book.refuse(Refusal.REVOCATION_NO_FOLLOW_UP, other, STAFF["chief"], "2026-11-03")
    town().refuse(Refusal.REVOCATION_NOT_FOUND, CLOSE, STAFF["chief"], "2026-11-03")


def test_a_follow_up_may_be_ordered_where_it_need_not() -> None:
    """不是为公共利益终止的，也可以写明后续；一次终止只一个。"""
    given(*READY).when(revocation.Drop(DROPPED, ORDERED)).then(DROPPED, ORDERED)
    given(*READY).when(revocation.Drop(DROPPED)).then(DROPPED)
    given(*READY).when(revocation.CloseFollowUp(FOLLOWED)).refused(Refusal.REVOCATION_NO_FOLLOW_UP)


# -- part of a licence; a revocation undone


def test_a_part_is_revoked_and_the_rest_stays_in_force() -> None:
    """部分撤销：写明哪一部分，其余的仍然有效，承诺也不终止。"""
    licence(GRANTED).when(approval.RevokePart(PART)).then(PART)
    licence(GRANTED, PART).when(approval.RevokePart(PART)).then()
    mute = replace(PART, part=" ")
    licence(GRANTED).when(approval.RevokePart(mute)).refused(Refusal.CASE_REASONS_MISSING)
    early = replace(PART, ineffective_from=date(2026, 3, 3))
    licence(GRANTED).when(approval.RevokePart(early)).refused(Refusal.LICENCE_BEFORE_GRANT)
    licence(GRANTED, EXPIRED).when(approval.RevokePart(PART)).refused(Refusal.LICENCE_ENDED)
    book = ready(confirmed())
    part = replace(REVOKE, part="冷食制售")
    plan = book.do(part, DECIDER, "2026-10-16")
    assert [one.stream for one in plan.writes] == ["revocation/CX-1", "licence/JY-1"]
    assert isinstance(book.load(approval.AGGREGATE, LICENCE), InForce)
    assert PART.takes_effect(date(2026, 10, 16)) == date(2026, 3, 4)


def test_a_wrong_revocation_is_itself_revoked() -> None:
    """撤销决定被撤销：许可恢复原样，注销过的也是；只有被撤销的可以。"""
    licence(GRANTED, REVOKED).when(REVERSE).then(BACK)
    licence(GRANTED, REVOKED, OFF).when(REVERSE).then(BACK)
    licence(GRANTED, REVOKED, BACK).when(REVERSE).then()
    licence(GRANTED, REVOKED).when(replace(REVERSE, reasons="")).refused(
        Refusal.CASE_REASONS_MISSING
    )
    for life in ((GRANTED,), (GRANTED, EXPIRED)):
        licence(*life).when(REVERSE).refused(Refusal.LICENCE_NOT_REVOKED)
    licence().when(REVERSE).refused(Refusal.LICENCE_NOT_FOUND)


def test_a_restored_licence_is_what_it_was() -> None:
    """恢复的许可：证照、有效期照旧，期满仍届满。"""
    state = approval.AGGREGATE.fold((GRANTED, REISSUED, REVOKED, VOIDED, OFF, BACK))
    assert isinstance(state, InForce)
    assert state.certificates.current == "JY-1-2"
    assert state.certificates.voided == (VOIDED,)
    licence(GRANTED, REVOKED, BACK).when(approval.Expire(date(2026, 7, 1))).then(EXPIRED)


def test_who_restores() -> None:
    """由作出许可的机关以自己的名义恢复；之后到期照常届满。"""
    book = ready(confirmed())
    book.do(REVOKE, DECIDER, "2026-10-16")
    other = Organ("350505-ZJJ")
    foreign = book.hire("foreign", Role.DECIDER, other, person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, UNDO, foreign, "2026-11-02", organ=APPROVER)
    astray = replace(DECIDER, in_name_of=other)
    book.refuse(Refusal.DUTY_IN_NAME_OF, UNDO, astray, "2026-11-02")
    book.refuse(Refusal.REVOCATION_NOT_THE_DECIDER, UNDO, CHECKER, "2026-11-02")
    book.refuse(Refusal.COMMITMENT_REVIVAL_DATE, UNDO, DECIDER, "2026-11-02")
    fact, *_ = events_of(book.do(BACK_BY, DECIDER, "2026-11-02"))
    assert isinstance(fact, approval.RevocationReversed)
    assert fact.valid_to == date(2031, 3, 3)
    assert book.do(BACK_BY, DECIDER, "2026-11-03") == Plan()
    book.refuse(
        Refusal.LICENCE_NOT_REVOKED, replace(UNDO, decision_no="HF-2"), DECIDER, "2026-11-03"
    )
    book.do(ExpireLicence(LICENCE), MACHINE, "2031-03-04")
    town().refuse(Refusal.LICENCE_NOT_FOUND, UNDO, DECIDER, "2026-11-02")


def test_the_commitment_revives_and_the_machine_watches_it_again() -> None:
    """恢复的承诺重新独占，期限重新起算：另定的日子补交，核查自今日起算；再逾期照记照疑。"""
    book = ready(confirmed())
    book.do(REVOKE, DECIDER, "2026-10-16")
    assert not book.held(COMMITMENT_CLAIM)
    _, revived, resumed, verify = events_of(book.do(BACK_BY, DECIDER, "2026-11-02"))
    assert revived == commitment.Revived(LICENCE, "CX-1", "HF-1")
    assert resumed == commitment.DeadlinesResumed(
        (commitment.Promise("平面图", date(2026, 11, 30)),)
    )
    assert isinstance(verify, commitment.VerificationSet)
    assert book.held(COMMITMENT_CLAIM)
    overdue = MarkSupplementOverdue(COMMITMENT_ID, "平面图")
    book.refuse(Refusal.COMMITMENT_NOT_YET_DUE, overdue, MACHINE, "2026-11-30")
    book.do(overdue, MACHINE, "2026-12-01")
    book.do(SuspectBreach(COMMITMENT_ID, BreachGround.NOT_SUPPLIED, PROOF), MACHINE, "2026-12-01")
    book.do(replace(PROPOSE, revocation_id="CX-2"), MACHINE, "2026-12-01")


def test_without_a_commitment_nothing_revives() -> None:
    """不依承诺的许可、承诺另因了结的，恢复许可而已。"""
    plain = received_on()
    for act, who in ((ACCEPT, CLERK), (CASE_REVIEW, REVIEWER), (APPROVE, DECIDER)):
        plain.do(act, who, "2026-03-02")
    plain.do(NEGLECT, CHECKER, "2026-10-09")
    ready(plain).do(REVOKE, DECIDER, "2026-10-16")
    (fact,) = events_of(plain.do(UNDO, DECIDER, "2026-11-02"))
    assert isinstance(fact, approval.RevocationReversed)
    for ended in (
        commitment.Fulfilled(date(2026, 10, 16)),
        commitment.Voided(commitment.VoidReason.LICENCE_REVOKED, "CX-0"),
    ):
        other = licensed()
        other.put(f"commitment/{COMMITMENT_ID}", ended)
        other.do(FRAUD, CHECKER, "2026-10-09")
        ready(other).do(REVOKE, DECIDER, "2026-10-16")
        (fact,) = events_of(other.do(UNDO, DECIDER, "2026-11-02"))
        assert isinstance(fact, approval.RevocationReversed)


def test_the_bar_and_the_records_fall_with_the_decision() -> None:
    """据撤销决定限制三年、记入信用的，决定被撤销即失效；据别的决定记的照旧。"""
    safety = replace(ITEM_V1, rules=HandlingRules(safety=True))
    book = licensed(item=safety)
    book.do(FRAUD, CHECKER, "2026-10-09")
    ready(book).do(REVOKE, DECIDER, "2026-10-16")
    who = SubjectId("S-1")
    assert book.load(credit.AGGREGATE, who).bar(ITEM, date(2026, 11, 2)) is not None
    book.do(BACK_BY, DECIDER, "2026-11-02")
    assert book.load(credit.AGGREGATE, who).bar(ITEM, date(2026, 11, 2)) is None


# -- compensation


def test_a_withdrawal_is_compensated() -> None:
    """撤回：写明要补偿的，同时立案；再办一次无事可办，也不再立。"""
    book = licensed()
    _, _, opened = events_of(book.do(WITHDRAW, DECIDER, "2026-09-01"))
    assert isinstance(opened, compensation.Opened)
    assert (opened.cause, opened.decision_no) == (CompensationCause.WITHDRAWN, "CH-1")
    assert book.do(WITHDRAW, DECIDER, "2026-09-02") == Plan()
    free = licensed()
    plan = free.do(replace(WITHDRAW, compensation_due=False), DECIDER, "2026-09-01")
    assert [one.stream for one in plan.writes] == ["licence/JY-1", "commitment/C-1"]


def test_compensation_is_decided_by_the_organ_that_owes_it() -> None:
    """赔偿由义务机关以自己的名义决定。"""
    book = licensed()
    book.do(NEGLECT, CHECKER, "2026-10-09")
    ready(book)
    book.refuse(Refusal.COMPENSATION_NOT_FOUND, PAY, DECIDER, "2026-10-16")
    book.do(REVOKE, DECIDER, "2026-10-16")
    other = Organ("350505-ZJJ")
    foreign = book.hire("foreign", Role.DECIDER, other, person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, PAY, foreign, "2026-11-02", organ=APPROVER)
    astray = replace(DECIDER, in_name_of=other)
    book.refuse(Refusal.DUTY_IN_NAME_OF, PAY, astray, "2026-11-02")
    book.do(PAY, DECIDER, "2026-11-02")
    assert book.do(PAY, DECIDER, "2026-11-03") == Plan()


# -- the whole procedure


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(revocation.AGGREGATE, ((), *LIVES), events.values())
    facts = {type(event): event for life in LICENCES for event in life}
    check_impossible(approval.AGGREGATE, ((), *LICENCES, (GRANTED, EXPIRED)), facts.values())


@pytest.mark.parametrize("which", ["revocation", "licence"])
def test_decider_laws(which: str) -> None:
    """撤销的后续守决定者的共同规矩。"""
    if which == "revocation":
        commands = anything(revocation.Command)
        check_decider_laws(revocation.AGGREGATE, revocation.decide, commands, LIVES)
    else:
        commands_ = anything(approval.Command)
        check_decider_laws(approval.AGGREGATE, approval.decide, commands_, LICENCES)


def test_the_procedure_by_public_notice_goes_on_like_the_other() -> None:
    """公告告知之后，程序与送达的一样走到决定。"""
    book = confirmed()
    book.do(PUBLISH, STAFF["reviewer2"], "2026-10-12")
    book.refuse(Refusal.REVOCATION_NOT_HEARD, SERVE, REVIEWER, "2026-10-13")
    book.refuse(Refusal.REVOCATION_NOT_HEARD, PROPOSE, MACHINE, "2026-10-13")
