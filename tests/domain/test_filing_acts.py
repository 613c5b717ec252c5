"""自审报备的办理，与报备通过后的推送。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import filing
from domain.acts.filings import (
    CancelFiling,
    ChallengeReport,
    CompleteFiling,
    File,
    InvalidateReport,
    ReturnFiling,
    SubmitFiling,
    TrackFiling,
    UpholdReport,
    WithdrawFiling,
)
from domain.acts.intermediaries import ExitIntermediary, RegisterIntermediary, SuspendIntermediary
from domain.acts.linkage import SendPush
from domain.catalogue import ItemPublished
from domain.decider import RuleUsed
from domain.filing import CancelReason, ProjectTrait
from domain.intermediary import Qualification
from domain.linkage import PushMatter
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo, Evidence, Organ, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    Book,
    events_of,
    person,
    town,
)

NO = CaseNo("BB-1")
SUBMIT = SubmitFiling(NO, ITEM, SubjectId("S-1"), "ZJ-1", SHA, SHA)
RETURN = ReturnFiling(NO, ("合格报告盖章",))
CANCEL = CancelFiling(NO, CancelReason.OWNER_CONSENT, "业主同意")
PROOF = (Evidence("JC-1", SHA),)
DOUBT = ChallengeReport(NO, PROOF)
INVALID = InvalidateReport(NO, "数据不实")
WITHDRAW = WithdrawFiling(NO, SHA, "变更建设内容", CaseNo("BB-2"))
LISTED = replace(ITEM_V1, filing_only=True, commitment_allowed=False, commitment_materials=())
CLERK, DECIDER, WATCHER, CHIEF = (
    STAFF[name] for name in ("clerk", "decider", "supervisor", "chief")
)
AGENCY = RegisterIntermediary(
    "ZJ-1",
    "评审中心",
    (Qualification("食品", "ZZ-1", date(2026, 1, 1), date(2026, 12, 31)),),
    (Organ("350505-SLJ"),),
)


def open_town(item: ItemPublished = LISTED) -> Book:
    """登记了一家中介的小城。"""
    book = town(item)
    book.do(AGENCY, CHIEF, "2026-01-05")
    return book


def filed() -> Book:
    """已报备通过的账。"""
    book = open_town()
    book.do(SUBMIT, APPLICANT, "2026-03-02")
    book.do(File(NO), CLERK, "2026-03-02 10:00")
    return book


def test_the_life_of_a_filing() -> None:
    """提交、一次告知、补齐再交、通过；每一步都写明所依的事项版本或经手人。"""
    book = open_town()
    plan = book.do(SUBMIT, APPLICANT, "2026-03-02")
    assert plan.rules == (RuleUsed("item/350505-0001", "1"),)
    book.do(RETURN, CLERK, "2026-03-02 10:00")
    book.do(SUBMIT, APPLICANT, "2026-03-03")
    book.refuse(Refusal.FILING_RETURNED_ONCE, RETURN, CLERK, "2026-03-03", handler="P-clerk")
    book.do(File(NO), CLERK, "2026-03-03")
    assert isinstance(book.load(filing.AGGREGATE, NO), filing.OnFile)


def test_who_files_what() -> None:
    """只报自己的事；只报清单上的、当日有效的事项。"""
    stranger = replace(APPLICANT, officer_id=CLERK.officer_id)
    town(LISTED).refuse(Refusal.DUTY_SELF, SUBMIT, stranger, "2026-03-02")
    town().refuse(Refusal.FILING_NOT_LISTED, SUBMIT, APPLICANT, "2026-03-02", item_code=ITEM)
    later = replace(LISTED, effective_from=date(2026, 4, 1))
    town(later).refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, SUBMIT, APPLICANT, "2026-03-02")


def test_the_filing_organ_cancels() -> None:
    """撤销备案由备案机关决定；没有此报备的不能撤。"""
    book = filed()
    foreign = book.hire("foreign", Role.DECIDER, Organ("350505-ZJJ"), person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, CANCEL, foreign, "2026-03-04")
    book.do(CANCEL, DECIDER, "2026-03-04")
    town(LISTED).refuse(Refusal.FILING_NOT_FOUND, CANCEL, DECIDER, "2026-03-04")


def test_a_filing_is_pushed_once_it_is_on_file() -> None:
    """报备通过即推送每一个监管部门；未通过的无可推送。"""
    send = SendPush(NO, PushMatter.FILED, "e-1")
    plan = filed().do(send, MACHINE, "2026-03-02 11:00")
    assert [part.stream for part in plan.writes] == [
        "push/BB-1.filed.350505-SCJG",
        "push/BB-1.filed.350505-XFJY",
    ]
    town(LISTED).refuse(Refusal.PUSH_NOTHING_TO_SEND, send, MACHINE, "2026-03-02", case_no=NO)


def test_a_filing_is_pushed_though_it_is_cancelled_by_then() -> None:
    """推送晚到（机器停过）：报备通过后又撤销备案的，通过照推。"""
    book = filed()
    book.do(CANCEL, DECIDER, "2026-03-03")
    plan = book.do(SendPush(NO, PushMatter.FILED, "e-1"), MACHINE, "2026-03-04")
    assert len(plan.writes) == 2


# -- the project and its intermediary


def test_the_screening_is_recorded() -> None:
    """核对的结果随提交一起入账：报告日期、资质证书、资质的止日。"""
    _, screened = events_of(open_town().do(SUBMIT, APPLICANT, "2026-03-02"))
    assert screened == filing.Screened("", date(2026, 3, 2), "ZZ-1", date(2026, 12, 31), None)


def test_excluded_projects_apply_for_a_permit() -> None:
    """安全、技术等级要求高、限制类、敏感类的项目，不适用自审报备。"""
    act = replace(SUBMIT, traits=(ProjectTrait.RESTRICTED,))
    open_town().refuse(Refusal.FILING_EXCLUDED, act, APPLICANT, "2026-03-02", traits="RESTRICTED")


def test_the_intermediary_is_qualified_on_the_day_of_the_report() -> None:
    """资质看报告之日：过期之后提交而报告在期内的照收；报告之日没有资质、没有登记的不收。"""
    book = open_town()
    early = replace(SUBMIT, reported_on=date(2025, 12, 31))
    facts = {"speciality": "食品", "on": "2025-12-31"}
    book.refuse(Refusal.INTERMEDIARY_UNQUALIFIED, early, APPLICANT, "2026-03-02", **facts)
    future = replace(SUBMIT, reported_on=date(2026, 3, 3))
    book.refuse(Refusal.CASE_TIME_IMPOSSIBLE, future, APPLICANT, "2026-03-02")
    unknown = replace(SUBMIT, intermediary="ZJ-9")
    book.refuse(Refusal.INTERMEDIARY_NOT_FOUND, unknown, APPLICANT, "2026-03-02")
    late = replace(SUBMIT, reported_on=date(2026, 12, 31))
    book.do(late, APPLICANT, "2027-02-01")


def test_a_pending_filing_survives_the_exit() -> None:
    """中介退出、暂停之后出具的报告不收；此前出具的照收，待办的照样通过（机制 59）。"""
    book = open_town()
    book.do(SUBMIT, APPLICANT, "2026-03-02")
    book.do(
        SuspendIntermediary("ZJ-1", date(2026, 3, 3), date(2026, 3, 9), "失实"), CHIEF, "2026-03-03"
    )
    second = replace(SUBMIT, filing_no=CaseNo("BB-2"))
    book.refuse(Refusal.INTERMEDIARY_SUSPENDED, second, APPLICANT, "2026-03-09")
    book.do(ExitIntermediary("ZJ-1", "失实"), CHIEF, "2026-03-10")
    book.refuse(Refusal.INTERMEDIARY_EXITED, second, APPLICANT, "2026-03-10", on="2026-03-10")
    book.do(replace(second, reported_on=date(2026, 3, 2)), APPLICANT, "2026-03-10")
    book.do(File(NO), CLERK, "2026-03-10")


def test_no_report_for_an_affiliated_organ() -> None:
    """SD10：与审批机关有隶属关系的中介，不得为其事项出具报告。"""
    book = town(replace(LISTED, approving_body=Organ("350505-SLJ")))
    book.do(AGENCY, CHIEF, "2026-01-05")
    book.refuse(
        Refusal.INTERMEDIARY_AFFILIATED, SUBMIT, APPLICANT, "2026-03-02", organ="350505-SLJ"
    )


# -- afterwards


def test_re_coding_links_both_numbers() -> None:
    """机制 52：经业主同意撤回，新编号由原备案写明；新的备案写明取代哪一件。"""
    book = filed()
    again = replace(SUBMIT, filing_no=CaseNo("BB-2"), replaces=NO)
    book.refuse(Refusal.FILING_NOT_WITHDRAWN, again, APPLICANT, "2026-03-04", filing_no=NO)
    same = replace(WITHDRAW, successor=NO)
    book.refuse(Refusal.FILING_SAME_NUMBER, same, DECIDER, "2026-03-04")
    book.do(WITHDRAW, DECIDER, "2026-03-04")
    _, screened = events_of(book.do(again, APPLICANT, "2026-03-04 10:00"))
    assert isinstance(screened, filing.Screened)
    assert screened.replaces == NO
    third = replace(again, filing_no=CaseNo("BB-3"))
    book.refuse(Refusal.FILING_NOT_WITHDRAWN, third, APPLICANT, "2026-03-04")


def test_a_filing_is_tracked_and_completed() -> None:
    """机制 53：转入工程审批系统，开工。"""
    book = filed()
    book.do(TrackFiling(NO, "2026-350505-01"), CLERK, "2026-03-04")
    book.do(CompleteFiling(NO, date(2026, 3, 5)), CLERK, "2026-03-05")
    book.refuse(Refusal.FILING_COMPLETED, WITHDRAW, DECIDER, "2026-03-06", on="2026-03-05")


def test_a_report_is_judged_by_the_supervising_department() -> None:
    """监管部门提出、负责人认定；认定无效之后备案机关才以此撤销。"""
    struck = replace(CANCEL, reason=CancelReason.REPORT_INVALID)
    book = filed()
    book.refuse(Refusal.FILING_REPORT_STANDS, struck, DECIDER, "2026-03-03")
    stranger = book.hire("stranger", Role.SUPERVISION_HEAD, Organ("350505-ZJJ"), person("x"))
    book.refuse(Refusal.DUTY_ORGAN, DOUBT, stranger, "2026-03-03")
    (fact,) = events_of(book.do(DOUBT, WATCHER, "2026-03-03"))
    assert isinstance(fact, filing.ReportChallenged)
    assert (fact.intermediary, fact.challenger) == ("ZJ-1", person("supervisor"))
    book.refuse(Refusal.DUTY_ORGAN, INVALID, stranger, "2026-03-04")
    book.do(INVALID, CHIEF, "2026-03-04")
    book.do(struck, DECIDER, "2026-03-05")
    fine = filed()
    (fact,) = events_of(fine.do(DOUBT, MACHINE, "2026-03-03"))
    assert isinstance(fact, filing.ReportChallenged)
    assert fact.challenger is None
    fine.do(UpholdReport(NO, "复核相符"), CHIEF, "2026-03-04")


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (DOUBT, MACHINE),
        (INVALID, CHIEF),
        (UpholdReport(NO, "相符"), CHIEF),
        (WITHDRAW, DECIDER),
        (TrackFiling(NO, "X"), CLERK),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_such_filing(act: TrackFiling, who: Actor) -> None:
    """没有此报备的，什么也办不了。"""
    open_town().refuse(Refusal.FILING_NOT_FOUND, act, who, "2026-03-04")


def test_a_report_of_no_filing_is_not_doubted() -> None:
    """没有这件报备，无从质疑其报告。"""
    unknown = replace(DOUBT, filing_no=CaseNo("X"))
    town().refuse(Refusal.FILING_NOT_FOUND, unknown, STAFF["supervisor"], "2026-03-05")
    judged = InvalidateReport(CaseNo("X"), "数据不实")
    town().refuse(Refusal.FILING_NOT_FOUND, judged, STAFF["chief"], "2026-03-05")
