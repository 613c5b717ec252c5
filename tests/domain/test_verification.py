"""联审核验：请求、答复、逾期、终止；该核验的核验属实之后才准予。"""

from dataclasses import replace
from datetime import date

from domain import lists, verification
from domain.acts.intake import RequestSupplement
from domain.acts.materials import StoreMaterial
from domain.acts.remarks import WithdrawApplication
from domain.acts.verifications import (
    DenyDocument,
    MarkVerificationOverdue,
    RequestVerification,
    VerifyDocument,
)
from domain.catalogue import IntakeRules
from domain.decider import Event, Plan
from domain.lists import ListKind
from domain.material import MediaType
from domain.refusals import Refusal
from domain.terms import Actor, Material, Organ, PersonId, Role
from domain.verification import (
    DocumentNotVerified,
    DocumentVerified,
    End,
    MarkOverdue,
    Reply,
    Request,
    VerificationOverdue,
    VerificationRequested,
    VerificationsEnded,
)
from tests.domain.case_file import (
    ITEM,
    MACHINE,
    SHA,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.proceedings import (
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REJECT,
    REVIEW,
    REVIEWER,
    accepted,
    handled,
)

given = case_files(verification.AGGREGATE, verification.decide)

LAND, CITY = Organ("350505-ZRZY"), Organ("350500-ZRZY")
DEED, PLAN = "不动产权证书", "规划条件"
WHO, THERE = PersonId("P-W"), PersonId("P-T")
ASKED_ON, DUE, LATER = date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6)
ASKED = VerificationRequested(DEED, "闽（2025）1号", LAND, ASKED_ON, 3, DUE, WHO)
TRUE = DocumentVerified(DEED, SHA, LAND, THERE)
FALSE = DocumentNotVerified(DEED, "查无此证", LAND, THERE)
LATE = VerificationOverdue(DEED, LAND, DUE)
ENDED = VerificationsEnded((DEED,), LATER)
AGAIN = replace(ASKED, document_no="闽（2025）2号")
LIVES: tuple[tuple[Event, ...], ...] = (
    (ASKED,),
    (ASKED, LATE),
    (ASKED, TRUE),
    (ASKED, LATE, FALSE),
    (ASKED, FALSE, AGAIN),
    (ASKED, ENDED),
)


def _ask(
    fact: VerificationRequested = ASKED, *, listed: bool = True, same_level: bool = True
) -> Request:
    return Request(fact, listed, same_level)


# -- the aggregate


def test_a_listed_material_is_asked_for_once() -> None:
    """清单上的材料向同级机关请求，一份一次；不实的可以另行请求。"""
    given().when(_ask()).then(ASKED)
    given(ASKED).when(_ask()).then()
    given().when(_ask(listed=False)).refused(Refusal.VERIFICATION_NOT_LISTED, material=DEED)
    given().when(_ask(same_level=False)).refused(Refusal.VERIFICATION_LEVEL, organ=LAND)
    given(ASKED).when(_ask(AGAIN)).refused(Refusal.VERIFICATION_OPEN, due_on="2026-03-05")
    given(ASKED, TRUE).when(_ask(AGAIN)).refused(Refusal.VERIFICATION_ANSWERED, handler=THERE)
    given(ASKED, FALSE).when(_ask(AGAIN)).then(AGAIN)
    given(ASKED, ENDED).when(_ask(replace(ASKED, material=PLAN))).refused(
        Refusal.VERIFICATION_ENDED, on="2026-03-06"
    )


def test_the_issuing_body_answers_once() -> None:
    """出具机关答复一次；不实的说明理由；别的机关不能答复。"""
    given(ASKED).when(Reply(TRUE)).then(TRUE)
    given(ASKED, TRUE).when(Reply(TRUE)).then()
    given(ASKED, LATE).when(Reply(FALSE)).then(FALSE)
    given(ASKED, TRUE).when(Reply(FALSE)).refused(Refusal.VERIFICATION_ANSWERED, handler=THERE)
    given(ASKED).when(Reply(replace(FALSE, reasons=" "))).refused(Refusal.CASE_REASONS_MISSING)
    given(ASKED).when(Reply(replace(TRUE, body=CITY))).refused(Refusal.DUTY_ORGAN, organ=LAND)
    given().when(Reply(TRUE)).refused(Refusal.VERIFICATION_NOT_FOUND, material=DEED)
    given(ASKED, ENDED).when(Reply(TRUE)).refused(Refusal.VERIFICATION_ENDED)


def test_overdue_when_the_day_is_over() -> None:
    """限期之日过完才记逾期，一次；答复了的、终止了的无事可办。"""
    given(ASKED).when(MarkOverdue(LATE, DUE)).refused(
        Refusal.VERIFICATION_NOT_YET_DUE, due_on="2026-03-05"
    )
    given(ASKED).when(MarkOverdue(LATE, LATER)).then(LATE)
    given(ASKED, LATE).when(MarkOverdue(LATE, LATER)).then()
    given(ASKED, TRUE).when(MarkOverdue(LATE, LATER)).then()
    given(ASKED, ENDED).when(MarkOverdue(LATE, LATER)).then()
    given().when(MarkOverdue(LATE, LATER)).refused(Refusal.VERIFICATION_NOT_FOUND)


def test_what_the_case_ends_without_is_over() -> None:
    """办件告结，没有答复的不必再核验。"""
    given(ASKED).when(End(LATER)).then(ENDED)
    given(ASKED, ENDED).when(End(LATER)).then()
    given(ASKED, TRUE).when(End(LATER)).then()
    given().when(End(LATER)).then()


def test_laws_of_the_decider() -> None:
    """同样的现状同样的答复；重复不再添事；重放等于现状。"""
    check_decider_laws(
        verification.AGGREGATE, verification.decide, anything(verification.Command), LIVES
    )


def test_impossible_histories_stop_at_once() -> None:
    """办不出来的历史当即停下。"""
    facts = (ASKED, AGAIN, TRUE, FALSE, LATE, ENDED)
    check_impossible(verification.AGGREGATE, ((), *LIVES), facts)


# -- the acts

RULES = IntakeRules(verified_materials=(DEED, PLAN), shared_materials=(PLAN,))
ASK = RequestVerification(NO, DEED, "闽（2025）1号", LAND)
VERIFY = VerifyDocument(NO, DEED, SHA)
DENY = DenyDocument(NO, DEED, "查无此证")
MARK = MarkVerificationOverdue(NO, DEED)


def _land(book: Book) -> Actor:
    return book.hire("land", Role.REVIEWER, LAND, person("land"))


def _reviewed(intake: IntakeRules = RULES) -> Book:
    book = accepted(handled(intake), "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-02")
    return book


def test_the_window_asks_and_the_issuing_body_vouches() -> None:
    """窗口请求核验，三个工作日；属实之后才能准予。"""
    book = _reviewed()
    land = _land(book)
    book.refuse(Refusal.VERIFICATION_REQUIRED, APPROVE, DECIDER, "2026-03-02", material=DEED)
    book.refuse(Refusal.DUTY_IN_NAME_OF, ASK, land, "2026-03-02")
    (asked,) = events_of(book.do(ASK, CLERK, "2026-03-02"))
    assert asked == replace(ASKED, handler=person("clerk"))
    book.refuse(Refusal.VERIFICATION_OPEN, APPROVE, DECIDER, "2026-03-02")
    book.refuse(Refusal.DUTY_ORGAN, VERIFY, REVIEWER, "2026-03-03", organ=LAND)
    book.do(VERIFY, land, "2026-03-03")
    book.do(APPROVE, DECIDER, "2026-03-03")
    book.refuse(Refusal.CASE_ALREADY_DECIDED, ASK, CLERK, "2026-03-04")


def test_what_is_not_true_is_no_ground_to_approve() -> None:
    """核验不实的不得准予，可以不予许可。"""
    book = _reviewed()
    book.do(ASK, CLERK, "2026-03-02")
    book.do(DENY, _land(book), "2026-03-03")
    book.refuse(Refusal.VERIFICATION_REQUIRED, APPROVE, DECIDER, "2026-03-03")
    book.do(REJECT, DECIDER, "2026-03-03")


def test_what_the_applicant_brings_needs_no_verification() -> None:
    """申请人自己提交了的、后来存入的，不必核验。"""
    both = (*RECEIVE.materials, Material(DEED, SHA))
    brought = accepted(handled(RULES), "2026-03-02", replace(RECEIVE, materials=both))
    brought.do(REVIEW, REVIEWER, "2026-03-02")
    brought.do(APPROVE, DECIDER, "2026-03-03")
    stored = _reviewed()
    stored.do(StoreMaterial(NO, DEED, SHA, 900, MediaType.PDF), CLERK, "2026-03-02")
    stored.do(APPROVE, DECIDER, "2026-03-03")


def test_only_what_is_listed_on_the_day_is_asked_for() -> None:
    """共享得到的、不在清单上的、不是同级机关的，不请求；清单依申请之日。"""
    book = _reviewed()
    for name in (PLAN, "申请书"):
        other = replace(ASK, material=name)
        book.refuse(Refusal.VERIFICATION_NOT_LISTED, other, CLERK, "2026-03-02", material=name)
    for organ in (CITY, Organ("ZRZY")):
        elsewhere = replace(ASK, issuing_body=organ)
        book.refuse(Refusal.VERIFICATION_LEVEL, elsewhere, CLERK, "2026-03-02", organ=organ)
    kind = ListKind.VERIFICATION_MATERIALS
    published = lists.VersionPublished(kind, 1, date(2026, 1, 1), "公告", ("依据",), (), WHO)
    book.put(lists.AGGREGATE.stream(kind), published)
    book.refuse(Refusal.VERIFICATION_NOT_LISTED, ASK, CLERK, "2026-03-02", material=DEED)
    book.do(APPROVE, DECIDER, "2026-03-02")
    listed = replace(published, entries=(lists.ListEntry(ITEM, DEED),))
    book = _reviewed()
    book.put(lists.AGGREGATE.stream(kind), listed)
    book.do(ASK, CLERK, "2026-03-02")


def test_the_applicant_is_not_asked_for_what_organs_verify() -> None:
    """由机关之间核验的，不得要求申请人补正。"""
    book = handled(RULES)
    book.do(RECEIVE, CLERK, "2026-03-02")
    act = RequestSupplement(NO, "BZ-1", (DEED,))
    book.refuse(Refusal.MATERIAL_SHARED, act, CLERK, "2026-03-03", materials=DEED)


def test_the_machine_marks_a_late_answer() -> None:
    """限期过完，机器记逾期；没有请求过的拒绝；日历未公布的不能断定。"""
    book = _reviewed()
    book.refuse(Refusal.VERIFICATION_NOT_FOUND, MARK, MACHINE, "2026-03-06")
    book.do(ASK, CLERK, "2026-03-02")
    book.refuse(Refusal.VERIFICATION_NOT_YET_DUE, MARK, MACHINE, "2026-03-05")
    assert events_of(book.do(MARK, MACHINE, "2026-03-06")) == (LATE,)
    assert book.ask(MARK, MACHINE, "2026-03-09") == Plan()
    unknown = accepted(handled(RULES), "2026-12-30")
    unknown.do(ASK, CLERK, "2026-12-30")
    unknown.refuse(Refusal.VERIFICATION_NOT_YET_DUE, MARK, MACHINE, "2027-02-01")


def test_a_withdrawn_case_is_asked_for_no_more() -> None:
    """撤回的、没有此件的，不再请求核验。"""
    book = _reviewed()
    book.do(WithdrawApplication(NO, "不办了"), CLERK, "2026-03-03")
    book.refuse(Refusal.CASE_CLOSED, ASK, CLERK, "2026-03-04")
    handled(RULES).refuse(Refusal.CASE_NOT_FOUND, ASK, CLERK, "2026-03-02")
