"""办件的记事：踏勘、收费告知、更正；撤回申请与逾期不补正。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import case, procedure
from domain.acts.deciding import Deliver
from domain.acts.intake import Accept, Decline, RequestSupplement, Supplement
from domain.acts.remarks import (
    CorrectEntry,
    LapseSupplement,
    NotifyFee,
    RecordSurvey,
    WithdrawApplication,
)
from domain.case import DeclineReason, SupplementLapsed, WithdrawalGround, Withdrawn
from domain.catalogue import ReviewRules, ReviewStep
from domain.decider import ImpossibleHistory
from domain.officer import OfficerAppointed
from domain.refusals import Refusal
from domain.remarks import Corrected, CorrectedField, FeeNotified, SurveyRecorded
from domain.terms import CaseKind, CaseNo, Channel, Material, OfficerId, Personal, PersonId, Role
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    MACHINE,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    at,
    events_of,
    person,
    town,
)
from tests.rules.papers import (
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REVIEW,
    REVIEWER,
    accepted,
    item,
    only,
    received,
    reviewed,
)

NOWHERE = CaseNo("X")
TWO = (person("reviewer"), person("reviewer2"))
SURVEY = RecordSurvey(NO, TWO, "场所与图纸相符", SHA)


# -- 踏勘（许可法 34 条）


def test_a_survey_takes_two_and_stops_no_clock() -> None:
    """SD4：两人踏勘，记录人在其中；监管部门可以派观察员；再记一次同样的无事可办。"""
    book = accepted("2026-03-02")
    watched = replace(SURVEY, observer=person("supervisor"), observer_organ=SUPERVISOR)
    assert only(book.do(watched, REVIEWER, "2026-03-04"), SurveyRecorded).surveyors == TWO
    assert book.do(watched, REVIEWER, "2026-03-04").writes == ()
    assert book.do(replace(SURVEY, surveyed_on=date(2026, 3, 3)), REVIEWER, "2026-03-04").writes


@pytest.mark.parametrize(
    ("survey", "code"),
    [
        (replace(SURVEY, surveyors=TWO[:1]), Refusal.CASE_SURVEY_PERSONS),
        (replace(SURVEY, surveyors=(TWO[0], TWO[0])), Refusal.CASE_SURVEY_PERSONS),
        (replace(SURVEY, surveyors=(TWO[1], person("legal"))), Refusal.CASE_SURVEY_PERSONS),
        (replace(SURVEY, observer=person("supervisor")), Refusal.CASE_SURVEY_OBSERVER),
        (replace(SURVEY, observer_organ=SUPERVISOR), Refusal.CASE_SURVEY_OBSERVER),
        (
            replace(SURVEY, observer=TWO[0], observer_organ=SUPERVISOR),
            Refusal.CASE_SURVEY_OBSERVER,
        ),
        (replace(SURVEY, surveyed_on=date(2026, 3, 1)), Refusal.CASE_SURVEY_DAY),
        (replace(SURVEY, surveyed_on=date(2026, 3, 5)), Refusal.CASE_SURVEY_DAY),
    ],
)
def test_a_survey_that_is_none(survey: RecordSurvey, code: Refusal) -> None:
    """一个人的、记录人不在场的、观察员不是监管部门派的、日子不对的，都不算。"""
    accepted("2026-03-02").refuse(code, survey, REVIEWER, "2026-03-04")


def test_an_item_with_a_survey_is_not_decided_without_one() -> None:
    """须踏勘的事项，没有踏勘不得准予；代办人不得参与踏勘。"""
    what = item(review=ReviewRules(steps=(ReviewStep.ON_SITE,)))
    book = reviewed("2026-03-02", what)
    book.refuse(Refusal.CASE_NOT_SURVEYED, APPROVE, DECIDER, "2026-03-05")
    book.do(SURVEY, REVIEWER, "2026-03-05")
    book.do(APPROVE, DECIDER, "2026-03-06")
    book.refuse(Refusal.CASE_ALREADY_DECIDED, SURVEY, REVIEWER, "2026-03-06")
    agent = replace(RECEIVE, case_no=CaseNo("2"), receipt_no="SJ-2", agent=TWO[1])
    book.do(agent, CLERK, "2026-03-06")
    book.do(Accept(CaseNo("2"), CaseKind.PLEDGED_TIME, "SL-2"), CLERK, "2026-03-06")
    mine = replace(SURVEY, case_no=CaseNo("2"))
    book.refuse(Refusal.DUTY_AGENT, mine, REVIEWER, "2026-03-09", person=TWO[1])
    book.refuse(Refusal.CASE_NOT_FOUND, replace(SURVEY, case_no=NOWHERE), REVIEWER, "2026-03-09")


# -- 收费（机制 87）


def test_one_fee_notice_for_a_case() -> None:
    """收费的事项一件一次告知；不收费的、金额不对的不行。"""
    book = accepted("2026-03-02", item(review=ReviewRules(charged=True)))
    fee = NotifyFee(NO, "SF-1", 5_000)
    book.refuse(Refusal.CASE_NOT_CHARGED, replace(fee, amount_fen=0), CLERK, "2026-03-03")
    assert only(book.do(fee, CLERK, "2026-03-03"), FeeNotified).amount_fen == 5_000
    assert book.do(fee, CLERK, "2026-03-03").writes == ()
    second = replace(fee, notice_no="SF-2")
    book.refuse(Refusal.CASE_FEE_ONCE, second, CLERK, "2026-03-04", notice_no="SF-1")
    accepted("2026-03-02").refuse(Refusal.CASE_NOT_CHARGED, fee, CLERK, "2026-03-03")
    received("2026-03-02").refuse(Refusal.CASE_NOT_ACCEPTED, fee, CLERK, "2026-03-03")
    book.refuse(Refusal.CASE_NOT_FOUND, replace(fee, case_no=NOWHERE), CLERK, "2026-03-04")


# -- 更正（B19）

SLIP = CorrectEntry(NO, CorrectedField.RECEIPT_NO, "SJ-9", "录错一位")


def test_a_slip_of_ones_own_is_corrected_the_same_day() -> None:
    """本人当日更正不必第二人；原来怎样写，照样在账上；再更正的从上一次起。"""
    book = received("2026-03-02")
    fact = only(book.do(SLIP, CLERK, "2026-03-02 17:00"), Corrected)
    assert (fact.was, fact.now, fact.second) == ("SJ-1", "SJ-9", None)
    assert book.do(SLIP, CLERK, "2026-03-02 17:01").writes == ()
    again = replace(SLIP, now="SJ-8")
    assert only(book.do(again, CLERK, "2026-03-02 17:02"), Corrected).was == "SJ-9"


def test_later_or_by_another_it_takes_two() -> None:
    """次日，或者别人的录入，须第二人同意；第二人须是在岗的决定人，且不是本人（换了账号也不行）。"""
    book = received("2026-03-02")
    book.refuse(Refusal.CASE_CORRECTION_SECOND, SLIP, CLERK, "2026-03-03", handler="P-clerk")
    book.refuse(Refusal.CASE_CORRECTION_SECOND, SLIP, STAFF["clerk2"], "2026-03-02")
    book.hire("alias", Role.DECIDER, APPROVER, person("clerk"))
    own = replace(SLIP, second=OfficerId("alias"))
    book.refuse(Refusal.DUTY_SAME_PERSON, own, CLERK, "2026-03-03")
    nobody = replace(SLIP, second=OfficerId("nobody"))
    book.refuse(Refusal.OFFICER_NO_GRANT, nobody, CLERK, "2026-03-03", officer="nobody")
    book.put(
        "officer/idle", OfficerAppointed(PersonId("P-idle"), Personal("P-idle", "闲"), "0" * 64)
    )
    idle = replace(SLIP, second=OfficerId("idle"))
    book.refuse(Refusal.OFFICER_NO_GRANT, idle, CLERK, "2026-03-03", officer="idle")
    two = replace(SLIP, second=OfficerId("decider"))
    assert only(book.do(two, CLERK, "2026-03-03"), Corrected).second == "P-decider"


def test_every_entry_that_can_be_corrected() -> None:
    """渠道、告知书文号、受理文号、送达方式：有了才能更正；结了的件也能。"""
    book = received("2026-03-02")
    channel = replace(SLIP, field=CorrectedField.CHANNEL, now="WEB")
    assert only(book.do(channel, CLERK, "2026-03-02"), Corrected).was == "COUNTER"
    notice = replace(SLIP, field=CorrectedField.NOTICE_NO, now="BZ-9", second=OfficerId("decider"))
    book.refuse(Refusal.CASE_NOTHING_TO_CORRECT, notice, CLERK, "2026-03-03")
    book.do(RequestSupplement(NO, "BZ-1", ("平面图",)), CLERK, "2026-03-03")
    assert only(book.do(notice, CLERK, "2026-03-03"), Corrected).was == "BZ-1"
    book.do(Supplement(NO, (Material("平面图", SHA),)), CLERK, "2026-03-04")
    book.do(Accept(NO, CaseKind.PLEDGED_TIME, "SL-1"), CLERK, "2026-03-04")
    acceptance = replace(SLIP, field=CorrectedField.ACCEPTANCE_NO, now="SL-9")
    assert only(book.do(acceptance, CLERK, "2026-03-04"), Corrected).was == "SL-1"
    book.do(REVIEW, REVIEWER, "2026-03-05")
    book.do(APPROVE, DECIDER, "2026-03-06")
    book.do(Deliver(NO, "ZY-1", "窗口领取"), CLERK, "2026-03-06")
    by_post = replace(
        SLIP, field=CorrectedField.DELIVERY_METHOD, now="邮寄", second=OfficerId("decider")
    )
    assert only(book.do(by_post, CLERK, "2026-03-06"), Corrected).was == "窗口领取"
    late = replace(acceptance, now="SL-8", second=OfficerId("decider"))
    assert only(book.do(late, CLERK, "2026-03-06"), Corrected).was == "SL-9"
    bare = replace(SLIP, reasons=" ")
    book.refuse(Refusal.CASE_REASONS_MISSING, bare, CLERK, "2026-03-06")
    book.refuse(Refusal.CASE_NOT_FOUND, replace(SLIP, case_no=NOWHERE), CLERK, "2026-03-06")


# -- 撤回申请、逾期不补正

WITHDRAW = WithdrawApplication(NO, "不办了")


def test_an_application_may_be_withdrawn_before_the_decision() -> None:
    """决定之前随时可以撤回，申请人自己或由窗口录入；撤回之后只有更正。"""
    book = received("2026-03-02")
    fact = only(book.do(WITHDRAW, APPLICANT, "2026-03-03"), Withdrawn)
    assert (fact.ground, fact.handler) == (WithdrawalGround.APPLICANT, None)
    assert book.do(WITHDRAW, APPLICANT, "2026-03-03").writes == ()
    book.refuse(Refusal.CASE_CLOSED, WITHDRAW, CLERK, "2026-03-04")
    fixed = replace(SLIP, second=OfficerId("decider"))
    assert book.do(fixed, CLERK, "2026-03-04").writes
    with pytest.raises(ImpossibleHistory):
        case.AGGREGATE.evolve(book.load(case.AGGREGATE, NO), fact)
    for stage in (accepted("2026-03-02"), reviewed("2026-03-02")):
        assert only(stage.do(WITHDRAW, CLERK, "2026-03-04"), Withdrawn).handler == "P-clerk"


def test_who_may_not_withdraw() -> None:
    """代办人经手的、已有决定的、没有的件，不能撤回。"""
    book = town()
    book.do(replace(RECEIVE, agent=person("clerk2")), CLERK, "2026-03-02")
    book.refuse(Refusal.DUTY_AGENT, WITHDRAW, STAFF["clerk2"], "2026-03-03")
    decided = reviewed("2026-03-02")
    decided.do(APPROVE, DECIDER, "2026-03-03")
    decided.refuse(Refusal.CASE_ALREADY_DECIDED, WITHDRAW, CLERK, "2026-03-03")
    book.refuse(Refusal.CASE_NOT_FOUND, replace(WITHDRAW, case_no=NOWHERE), CLERK, "2026-03-03")


def _told(supply_by: date | None) -> Book:
    book = received("2026-03-02")
    book.do(RequestSupplement(NO, "BZ-1", ("平面图",), supply_by), CLERK, "2026-03-03")
    return book


def test_a_supplement_that_does_not_come_lapses() -> None:
    """告知书定了三月十日以前补正：过完不齐的视为撤回；补齐了的、没有定日子的不。"""
    lapse = LapseSupplement(NO)
    book = _told(date(2026, 3, 10))
    book.refuse(Refusal.CASE_NOT_YET_DUE, lapse, MACHINE, "2026-03-10", due_on="2026-03-10")
    fact = only(book.do(lapse, MACHINE, "2026-03-11"), SupplementLapsed)
    assert fact.missing == ("平面图",)
    assert book.do(lapse, MACHINE, "2026-03-12").writes == ()
    supplied = _told(date(2026, 3, 10))
    supplied.do(Supplement(NO, (Material("平面图", SHA),)), CLERK, "2026-03-05")
    assert supplied.do(lapse, MACHINE, "2026-03-11").writes == ()
    _told(None).refuse(Refusal.CASE_NO_SUPPLY_DATE, lapse, MACHINE, "2026-03-11")
    book.refuse(Refusal.CASE_NOT_FOUND, LapseSupplement(NOWHERE), MACHINE, "2026-03-12")
    early = RequestSupplement(NO, "BZ-1", ("平面图",), date(2026, 3, 3))
    received("2026-03-02").refuse(Refusal.CASE_SUPPLY_DATE, early, CLERK, "2026-03-03")


def test_what_stands_written_before_there_is_a_case() -> None:
    """没有办件、只有导入的历史，没有可以更正的录入。"""
    assert procedure.entered(case.Nothing(), CorrectedField.CHANNEL) is None
    assert at("2026-03-02") < at("2026-03-03")


def test_a_declined_case_keeps_its_receipt_correctable() -> None:
    """不予受理的件，收件凭证号也能更正。"""
    book = received("2026-03-02")
    book.do(Decline(NO, DeclineReason.NOT_REQUIRED, "不需要", "BSL-1"), CLERK, "2026-03-02")
    assert events_of(book.do(SLIP, CLERK, "2026-03-02 18:00"))


def test_an_online_applicant_is_not_asked_for_paper() -> None:
    """网上收的件，补正不得要纸质材料（机制 14）。"""
    book = town()
    book.do(replace(RECEIVE, channel=Channel.WEB), CLERK, "2026-03-02")
    paper = RequestSupplement(NO, "BZ-1", ("平面图",), on_paper=True)
    book.refuse(Refusal.CASE_PAPER_COPY, paper, CLERK, "2026-03-03")
    received("2026-03-02").do(paper, CLERK, "2026-03-03")
