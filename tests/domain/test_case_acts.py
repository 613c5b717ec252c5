"""办件的办理：从收件到送达，日期照规则所列。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import calendar, case, catalogue
from domain.acts.deciding import Approve, Deliver, Reject, Review
from domain.acts.intake import (
    Accept,
    Decline,
    DeemAccepted,
    MarkDeadlineMissed,
    Receive,
    RequestSupplement,
    Supplement,
)
from domain.case import DeadlineKind, DeadlineMissed, DeclineReason, ReviewOpinion
from domain.decider import ImpossibleHistory, Plan, RuleUsed
from domain.refusals import Refusal
from domain.remarks import NoticeFault, NoticeViolated
from domain.terms import (
    Actor,
    CaseKind,
    CaseNo,
    Channel,
    CommitmentId,
    ItemCode,
    LicenceNo,
    Material,
    Organ,
    Role,
    SubjectId,
)
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    Book,
    at,
    events_of,
    person,
    town,
)

NO = CaseNo("2026-000001")
RECEIVE = Receive(
    case_no=NO,
    item_code=ITEM,
    channel=Channel.COUNTER,
    applicant=SubjectId("S-1"),
    materials=(Material("申请书", SHA),),
    receipt_no="SJ-1",
)
ACCEPT = Accept(NO, CaseKind.PLEDGED_TIME, "SL-1")
REVIEW = Review(NO, ReviewOpinion.APPROVE, "符合条件")
APPROVE = Approve(NO, "ZY-1", LicenceNo("JY-1"), valid_to=date(2031, 3, 3))
REJECT = Reject(NO, "BX-1", "场所不符合要求", "可申请行政复议或提起行政诉讼")
DELIVER = Deliver(NO, "ZY-1", "窗口领取")
CLERK, REVIEWER, DECIDER = (STAFF[name] for name in ("clerk", "reviewer", "decider"))


def stage(book: Book, no: str = NO) -> case.State:
    """办件的现状。"""
    return book.load(case.AGGREGATE, no)


def received(when: str = "2026-03-02", book: Book | None = None) -> Book:
    """收了一件的账。"""
    opened = town() if book is None else book
    opened.do(RECEIVE, CLERK, when)
    return opened


def reviewed(item: catalogue.ItemPublished = ITEM_V1) -> Book:
    """已受理（三月二日）、已审核的账。"""
    book = received(book=town(item))
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    return book


# -- receipt


def test_receipt_starts_the_five_day_clock() -> None:
    """收件即起算五个工作日，写明所依的事项与日历版本。"""
    book = town()
    plan = book.do(RECEIVE, CLERK, "2026-02-12")
    (fact,) = events_of(plan)
    assert isinstance(fact, case.Received)
    assert (fact.notice_due_on, fact.item_version) == (date(2026, 2, 26), 1)
    assert fact.handler == person("clerk")
    assert set(plan.rules) == {
        RuleUsed("item/350505-0001", "1"),
        RuleUsed("calendar/cn-2026", "1"),
    }


@pytest.mark.parametrize(
    ("received_at", "due_on"),
    [
        ("2026-03-01 09:00", "2026-03-06"),  # 规则 5：周日收件
        ("2026-02-27 09:00", "2026-03-05"),  # 2 月 28 日周六上班
        ("2026-04-29 22:10", "2026-05-09"),  # 规则 6：夜间提交算当日
    ],
)
def test_the_day_of_receipt(received_at: str, due_on: str) -> None:
    """规则 5、6：休息日、夜间收到的，以进入系统的北京时间之日起算。"""
    book = town()
    act = replace(RECEIVE, received_at=at(received_at))
    (fact,) = events_of(book.do(act, CLERK, "2026-06-01"))
    assert isinstance(fact, case.Received)
    assert str(fact.notice_due_on) == due_on


def test_the_item_version_of_the_application_day() -> None:
    """规则 16：依申请之日有效的版本；尚未公布的事项不收，报备制的不走审批。"""
    book = town()
    second = replace(ITEM_V1, version=2, effective_from=date(2026, 7, 1), promised_days=3)
    book.put(catalogue.AGGREGATE.stream(ITEM), second)
    book.do(RECEIVE, CLERK, "2026-06-30")
    book.do(ACCEPT, CLERK, "2026-07-01")
    state = stage(book)
    assert isinstance(state, case.UnderReview)
    assert state.acceptance.promised_days == 7
    book.refuse(
        Refusal.CASE_ITEM_NOT_IN_FORCE,
        replace(RECEIVE, item_code=ItemCode("350505-9999")),
        CLERK,
        "2026-06-30",
    )
    filed = town(replace(ITEM_V1, filing_only=True))
    filed.refuse(Refusal.CASE_FILING_ONLY, RECEIVE, CLERK, "2026-06-30", item_code=ITEM)


# -- completeness


def test_deemed_accepted_retroactively() -> None:
    """规则 1：五日内未告知的，机器次日记下视为受理，溯及收件之日，法定时限也自那日起算。"""
    book = received("2026-02-12")
    deem = DeemAccepted(NO)
    book.refuse(Refusal.CASE_NOT_YET_DUE, deem, MACHINE, "2026-02-26 23:00", due_on="2026-02-26")
    (fact,) = events_of(book.do(deem, MACHINE, "2026-02-27 00:00"))
    assert isinstance(fact, case.DeemedAccepted)
    assert (fact.accepted_on, fact.legal_due_on) == (date(2026, 2, 12), date(2026, 3, 18))
    assert book.do(deem, MACHINE, "2026-02-28") == Plan()


def test_a_notice_in_time_and_a_notice_after_the_law_has_accepted() -> None:
    """规则 2：二月二十六日下午的告知有效；机器已记下视为受理的，其后的告知记为违规。"""
    request = RequestSupplement(NO, "BZ-1", ("平面图",))
    received("2026-02-12").do(request, CLERK, "2026-02-26 17:00")
    late = received("2026-02-12")
    late.do(DeemAccepted(NO), MACHINE, "2026-02-27")
    (fact,) = events_of(late.do(request, CLERK, "2026-02-27"))
    assert isinstance(fact, NoticeViolated)
    assert (fact.fault, fact.due_on) == (NoticeFault.LATE, date(2026, 2, 26))


def test_acceptance_counts_from_the_last_supplement() -> None:
    """补正的，受理之日为最后一份补正材料收到之日，时限自那日起算。"""
    book = received("2026-03-02")
    book.do(RequestSupplement(NO, "BZ-1", ("平面图",)), CLERK, "2026-03-03")
    book.do(Supplement(NO, (Material("平面图", SHA),)), CLERK, "2026-03-05 15:00")
    (fact,) = events_of(book.do(ACCEPT, CLERK, "2026-03-09"))
    assert isinstance(fact, case.Accepted)
    assert fact.accepted_on == date(2026, 3, 5)
    assert fact.promised_due_on == date(2026, 3, 16)
    assert not fact.provisional


def test_a_late_clerk_records_the_delay_too() -> None:
    """定时器迟到、窗口先来受理的，受理溯及收件之日，逾期未告知一并记下。"""
    missed, fact = events_of(received("2026-02-12").do(ACCEPT, CLERK, "2026-03-02"))
    assert missed == DeadlineMissed(DeadlineKind.COMPLETENESS_NOTICE, date(2026, 2, 26))
    assert isinstance(fact, case.Accepted)
    assert fact.accepted_on == date(2026, 2, 12)


def test_acceptance_on_the_fifth_day_is_of_that_day() -> None:
    """第五个工作日当日受理的仍为及时，受理之日即当日，没有逾期。"""
    (fact,) = events_of(received("2026-02-12").do(ACCEPT, CLERK, "2026-02-26 17:00"))
    assert isinstance(fact, case.Accepted)
    assert fact.accepted_on == date(2026, 2, 26)


def test_two_clerks_at_once() -> None:
    """S3：两人同时受理，一人办成，另一人看到何日由谁受理；同一人再办无事可办。"""
    book = received()
    book.do(ACCEPT, CLERK, "2026-03-02")
    assert book.do(ACCEPT, CLERK, "2026-03-02 11:00") == Plan()
    book.refuse(
        Refusal.CASE_ALREADY_ACCEPTED,
        ACCEPT,
        STAFF["clerk2"],
        "2026-03-02 11:00",
        accepted_on="2026-03-02",
        handler=person("clerk"),
    )


def test_declining() -> None:
    """不属本机关职权的不予受理，告知有权机关。"""
    organ = Organ("350505-GAJ")
    act = Decline(NO, DeclineReason.NOT_COMPETENT, "属公安机关职权", "BY-1", organ)
    book = received()
    book.do(act, CLERK, "2026-03-02")
    book.refuse(Refusal.CASE_ALREADY_DECIDED, ACCEPT, CLERK, "2026-03-03", document_no="BY-1")


# -- review and decision


def test_the_ordinary_life_of_a_case() -> None:
    """收件、受理、审核、决定、送达，各由不同的人；决定与许可一起入账。"""
    book = reviewed()
    plan = book.do(APPROVE, DECIDER, "2026-03-04")
    assert [part.stream for part in plan.writes] == ["case/2026-000001", "licence/JY-1"]
    assert {part.key for part in plan.writes} == {NO}
    assert book.do(APPROVE, DECIDER, "2026-03-04 15:00") == Plan()
    book.do(DELIVER, STAFF["issuer"], "2026-03-18")
    state = stage(book)
    assert isinstance(state, case.Concluded)
    assert state.delivery is not None
    assert state.missed == frozenset()


def test_the_acceptor_never_decides_under_another_account() -> None:
    """规则 15：同一自然人换一个账号来决定，仍是同一人。"""
    book = reviewed()
    twin = book.hire("clerk-2nd", Role.DECIDER, APPROVER, person("clerk"))
    book.refuse(Refusal.DUTY_SAME_PERSON, APPROVE, twin, "2026-03-04", person=person("clerk"))
    book.refuse(Refusal.DUTY_SAME_PERSON, REJECT, twin, "2026-03-04")


def test_other_organs_do_not_decide() -> None:
    """审核、决定只能由审批机关的人办，并以有权机关的名义。"""
    book = received()
    book.do(ACCEPT, CLERK, "2026-03-02")
    other = Organ("350505-ZJJ")
    outsider = book.hire("outsider", Role.REVIEWER, other, person("outsider"))
    book.refuse(Refusal.DUTY_ORGAN, REVIEW, outsider, "2026-03-03", organ=APPROVER)
    book.do(REVIEW, REVIEWER, "2026-03-03")
    foreign = book.hire("foreign", Role.DECIDER, other, person("foreign"))
    in_our_name = replace(foreign, in_name_of=APPROVER)
    for act in (APPROVE, REJECT):
        book.refuse(Refusal.DUTY_ORGAN, act, in_our_name, "2026-03-04", organ=APPROVER)
        astray = replace(DECIDER, in_name_of=other)
        book.refuse(Refusal.DUTY_IN_NAME_OF, act, astray, "2026-03-04", organ=APPROVER)


def test_the_authorised_window_decides_on_the_spot() -> None:
    """规则 15：授权窗口的即办件，受理人当场决定。"""
    book = received(book=town(replace(ITEM_V1, window_authorised=True)))
    book.do(replace(ACCEPT, kind=CaseKind.ON_THE_SPOT), CLERK, "2026-03-02")
    book.do(APPROVE, CLERK, "2026-03-02 10:00")
    pledged = reviewed()
    pledged.refuse(Refusal.CASE_WINDOW_NOT_AUTHORISED, APPROVE, CLERK, "2026-03-04")


def test_a_rejection_is_final_and_reasoned() -> None:
    """不予许可：理由、救济齐备；没有许可产生。"""
    book = reviewed()
    book.refuse(Refusal.CASE_REASONS_MISSING, replace(REJECT, remedies=""), DECIDER, "2026-03-04")
    plan = book.do(REJECT, DECIDER, "2026-03-04")
    assert [part.stream for part in plan.writes] == ["case/2026-000001"]
    book.refuse(
        Refusal.CASE_ALREADY_DECIDED,
        APPROVE,
        STAFF["decider2"],
        "2026-03-05",
        decided_on="2026-03-04",
        handler=person("decider"),
    )


def test_a_commitment_must_exist() -> None:
    """所写的承诺查无此号的，准予、不予都不能办。"""
    book = reviewed()
    unknown = CommitmentId("C-404")
    for act in (replace(APPROVE, commitment_id=unknown), replace(REJECT, commitment_id=unknown)):
        book.refuse(Refusal.COMMITMENT_NOT_FOUND, act, DECIDER, "2026-03-04")


def test_a_licence_number_belongs_to_one_case() -> None:
    """许可证号已被别的办件占用的，整个决定都不入账。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-04")
    second = CaseNo("2026-000002")
    book.do(replace(RECEIVE, case_no=second), CLERK, "2026-03-02")
    book.do(replace(ACCEPT, case_no=second), CLERK, "2026-03-02")
    book.do(replace(REVIEW, case_no=second), REVIEWER, "2026-03-03")
    book.refuse(
        Refusal.LICENCE_EXISTS, replace(APPROVE, case_no=second), DECIDER, "2026-03-04", case_no=NO
    )


# -- deadlines


def test_a_late_decision_stands_and_the_delay_is_on_record() -> None:
    """规则 11：超过承诺时限而未超法定时限的，决定有效，逾期为事实；超法定的也有效。"""
    promised = DeadlineMissed(DeadlineKind.PROMISED_DECISION, date(2026, 3, 11))
    legal = DeadlineMissed(DeadlineKind.LEGAL_DECISION, date(2026, 3, 30))
    by_timer = reviewed()
    mark = MarkDeadlineMissed(NO, DeadlineKind.PROMISED_DECISION)
    by_timer.refuse(Refusal.CASE_NOT_YET_DUE, mark, MACHINE, "2026-03-11 23:00")
    assert events_of(by_timer.do(mark, MACHINE, "2026-03-12 00:00")) == (promised,)
    assert by_timer.do(mark, MACHINE, "2026-03-13") == Plan()
    assert promised not in events_of(by_timer.do(APPROVE, DECIDER, "2026-03-13"))
    by_nobody = reviewed()
    assert events_of(by_nobody.do(REJECT, DECIDER, "2026-03-31"))[:2] == (promised, legal)


def test_delivery_within_ten_days() -> None:
    """规则 25：九月三十日的决定，送达期限为十月二十日；迟于此的，逾期一并记下。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-09-30")
    missed, _ = events_of(book.do(DELIVER, CLERK, "2026-10-21"))
    assert missed == DeadlineMissed(DeadlineKind.DELIVERY, date(2026, 10, 20))


def test_nothing_is_missed_on_an_unknown_calendar() -> None:
    """日历尚未公布的年度，期限只是暂定，机器不得断定视为受理或逾期。"""
    book = received("2026-12-30")
    book.refuse(Refusal.CASE_DEADLINE_PROVISIONAL, DeemAccepted(NO), MACHINE, "2027-02-01")
    mark = MarkDeadlineMissed(NO, DeadlineKind.COMPLETENESS_NOTICE)
    book.refuse(Refusal.CASE_DEADLINE_PROVISIONAL, mark, MACHINE, "2027-02-01")
    late = received("2026-12-30").do(ACCEPT, CLERK, "2027-02-01")
    assert [type(event) for event in events_of(late)] == [case.Accepted]
    (fact,) = events_of(book.do(ACCEPT, CLERK, "2026-12-31"))
    assert isinstance(fact, case.Accepted)
    assert fact.provisional
    book.put(
        calendar.AGGREGATE.stream("cn-2027"),
        calendar.CalendarPublished(2027, 1, "国办发明电", (date(2027, 1, 1),), ()),
    )
    book.do(MarkDeadlineMissed(NO, DeadlineKind.LEGAL_DECISION), MACHINE, "2027-03-01")


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (RequestSupplement(NO, "BZ-1", ("平面图",)), CLERK),
        (Supplement(NO, ()), CLERK),
        (ACCEPT, CLERK),
        (Decline(NO, DeclineReason.NOT_REQUIRED, "无需许可", "BY-1"), CLERK),
        (DeemAccepted(NO), MACHINE),
        (MarkDeadlineMissed(NO, DeadlineKind.DELIVERY), MACHINE),
        (REVIEW, REVIEWER),
        (APPROVE, DECIDER),
        (REJECT, DECIDER),
        (DELIVER, CLERK),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_such_case(act: Accept, who: Actor) -> None:
    """没有此件的，什么也办不了。"""
    town().refuse(Refusal.CASE_NOT_FOUND, act, who, "2026-03-04")


def test_a_case_without_its_item_version_is_a_contradiction() -> None:
    """办件所依的事项版本不在账上，是矛盾，当即停下。"""
    book = received()
    del book.streams[catalogue.AGGREGATE.stream(ITEM)]
    with pytest.raises(ImpossibleHistory, match="has no version"):
        book.ask(ACCEPT, CLERK, "2026-03-02")
