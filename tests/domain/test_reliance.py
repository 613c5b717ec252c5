"""证照复用：已有的有效许可充作材料；所依的许可终结，依靠中断，由审批机关的人处置。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import approval, case, reliance
from domain.acts.deciding import Reject
from domain.acts.intake import Accept, MarkDeadlineMissed, RequestSupplement
from domain.acts.reliances import (
    AnswerDependency,
    BreakDependency,
    RestoreDependency,
    ReuseCertificate,
    certificate_digest,
)
from domain.acts.remarks import WithdrawApplication
from domain.case import DeadlineKind
from domain.catalogue import HandlingRules, ItemPublished, ReviewRules
from domain.decider import Event, Plan
from domain.refusals import Refusal
from domain.reliance import (
    AnswerBreak,
    Break,
    BreakAnswer,
    CertificateReused,
    DependencyAnswered,
    DependencyBroken,
    DependencyRestored,
    LicenceEnding,
    Restore,
    Reuse,
)
from domain.terms import CaseKind, CaseNo, LicenceNo, OfficerId, Organ, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    ITEM,
    ITEM_V1,
    MACHINE,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_case_acts import APPROVE, CLERK, DECIDER, NO, RECEIVE, REVIEW, REVIEWER

given = case_files(reliance.AGGREGATE, reliance.decide)
OLD, NEW = LicenceNo("YY-1"), LicenceNo("YY-2")
NAME: Final = "平面图"
USED: Final = CertificateReused(
    NAME, OLD, ITEM, APPROVER, date(2028, 10, 15), None, person("clerk")
)
SWAPPED: Final = replace(USED, licence_no=NEW, replaces=OLD)
BROKEN: Final = DependencyBroken(
    licence_no=OLD,
    name=NAME,
    ending=LicenceEnding.WITHDRAWN,
    source_event="event-1",
    item_code=ITEM,
    dependent_licence=None,
    approving_body=APPROVER,
    supervising_bodies=(SUPERVISOR, SECOND_SUPERVISOR),
)
RESTORED: Final = DependencyRestored(OLD, "event-2")
ANSWERED: Final = DependencyAnswered(OLD, BreakAnswer.SUPPLIED, "已交新照", person("reviewer"))
LIVES: Final = (
    (),
    (USED,),
    (USED, SWAPPED),
    (USED, BROKEN),
    (USED, BROKEN, ANSWERED),
    (USED, BROKEN, SWAPPED),
    (USED, BROKEN, RESTORED),
    (USED, BROKEN, ANSWERED, RESTORED),
)


def test_each_material_rests_on_one_certificate() -> None:
    """同一份证照充作同一份材料只记一次；换证照的写明换下哪份。"""
    given().when(Reuse(replace(USED, replaces=NEW))).then(USED)
    given(USED).when(Reuse(USED)).then()
    given(USED).when(Reuse(replace(USED, licence_no=NEW))).then(SWAPPED)
    other = replace(USED, name="健康证")
    given(USED).when(Reuse(other)).then(other)
    assert reliance.AGGREGATE.fold((USED, SWAPPED, other)).current == (SWAPPED, other)


def test_only_what_is_still_used_breaks_and_once() -> None:
    """换下的不再中断；已记下、已处置的不再记。"""
    broken = replace(BROKEN, name="")
    given(USED).when(Break(broken)).then(BROKEN)
    for life in ((), (USED, SWAPPED), (USED, BROKEN), (USED, BROKEN, ANSWERED)):
        given(*life).when(Break(broken)).then()
    given(USED, BROKEN, RESTORED).when(Break(broken)).then(BROKEN)


def test_what_was_broken_can_be_restored() -> None:
    """中断过的，处置了没有都可以恢复；没有中断的无事可办。"""
    for life in ((USED, BROKEN), (USED, BROKEN, ANSWERED)):
        given(*life).when(Restore(RESTORED)).then(RESTORED)
    given(USED).when(Restore(RESTORED)).then()


def test_a_break_is_answered_with_reasons() -> None:
    """中断着的才处置，说明理由；没有决定的谈不上另案处理。"""
    answer = AnswerBreak(ANSWERED, decided=False)
    given(USED, BROKEN).when(answer).then(ANSWERED)
    given(USED, BROKEN, ANSWERED).when(answer).then()
    given(USED).when(answer).refused(Refusal.RELIANCE_NOT_BROKEN, licence_no=OLD)
    mute = replace(answer, fact=replace(ANSWERED, explanation=" "))
    given(USED, BROKEN).when(mute).refused(Refusal.CASE_REASONS_MISSING)
    apart = replace(ANSWERED, answer=BreakAnswer.PROCEEDING)
    given(USED, BROKEN).when(replace(answer, fact=apart)).refused(Refusal.RELIANCE_UNDECIDED)
    given(USED, BROKEN).when(AnswerBreak(apart, decided=True)).then(apart)
    second = replace(answer, fact=replace(ANSWERED, answer=BreakAnswer.NOT_NEEDED))
    given(USED, BROKEN, ANSWERED).when(second).refused(Refusal.RELIANCE_NOT_BROKEN)


def test_contradictory_history_stops() -> None:
    """不可能的历史当即停下。"""
    check_impossible(reliance.AGGREGATE, LIVES, (USED, SWAPPED, BROKEN, RESTORED, ANSWERED))


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(reliance.AGGREGATE, reliance.decide, anything(reliance.Command), LIVES)


# -- on a book

REUSE: Final = ReuseCertificate(NO, NAME, OLD)
ALARM: Final = BreakDependency(NO, OLD, "event-1")
MEND: Final = RestoreDependency(NO, OLD, "event-2")
SETTLE: Final = AnswerDependency(NO, OLD, BreakAnswer.SUPPLIED, "已交新照")
ACCEPT: Final = Accept(NO, CaseKind.PLEDGED_TIME, "SL-1")
WITHDRAWN: Final = approval.Withdrawn("规划调整", True, "CH-1", person("decider"))  # noqa: FBT003
REVOKED: Final = approval.Revoked(
    "X-1", approval.RevocationGround.NOT_QUALIFIED, "CX-1", date(2025, 10, 20)
)
EXPIRED: Final = approval.Expired(date(2026, 3, 1))
GONE: Final = approval.Deregistered(approval.DeregistrationReason.HOLDER_ENDED, person("decider"))


def licence(valid_to: date | None = None, holder: str = "S-1") -> approval.Granted:
    """申请人早先取得的一份许可。"""
    return approval.Granted(
        case_no=CaseNo("2025-000009"),
        item_code=ITEM,
        holder=SubjectId(holder),
        decision_no="ZY-9",
        approving_body=APPROVER,
        in_name_of=APPROVER,
        commitment_id=None,
        valid_from=date(2025, 10, 20),
        valid_to=valid_to,
    )


def held(item: ItemPublished = ITEM_V1) -> Book:
    """三月二日收了一件；申请人已有两份许可，别人有一份。"""
    book = town(item)
    book.put(f"licence/{OLD}", licence())
    book.put(f"licence/{NEW}", licence(date(2026, 3, 31)))
    book.put("licence/YY-3", licence(holder="S-2"))
    book.do(RECEIVE, CLERK, "2026-03-02")
    return book


def relying(book: Book) -> reliance.Reliance:
    """本件的复用。"""
    return book.load(reliance.AGGREGATE, NO)


def under_review(item: ItemPublished = ITEM_V1) -> Book:
    """复用了证照、已受理、已审核。"""
    book = held(item)
    book.do(REUSE, CLERK, "2026-03-02")
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    return book


def test_a_licence_on_hand_counts_as_material() -> None:
    """有效的、本人的、本件要的，即为材料；申请人自己也可以调用，再来一次无事可办。"""
    book = held()
    (fact,) = events_of(book.do(REUSE, APPLICANT, "2026-03-02"))
    assert fact == replace(USED, valid_to=None, handler=None)
    assert book.do(REUSE, CLERK, "2026-03-03") == Plan()
    swap = replace(REUSE, licence_no=NEW)
    (swapped,) = events_of(book.do(swap, CLERK, "2026-03-03"))
    assert isinstance(swapped, CertificateReused)
    assert (swapped.replaces, swapped.valid_to) == (OLD, date(2026, 3, 31))


def test_what_does_not_count() -> None:
    """别人的、失效的、本件用不着的、别人来调用的，都不算；没有此件、已有决定的无从复用。"""
    book = held()
    book.refuse(
        Refusal.RELIANCE_OTHER_HOLDER,
        replace(REUSE, licence_no=LicenceNo("YY-3")),
        CLERK,
        "2026-03-02",
    )
    book.refuse(Refusal.RELIANCE_NOT_A_MATERIAL, replace(REUSE, name="旧照片"), CLERK, "2026-03-02")
    book.refuse(Refusal.LICENCE_LAPSED, replace(REUSE, licence_no=NEW), CLERK, "2026-04-01")
    stranger = replace(APPLICANT, officer_id=OfficerId("S-2"))
    book.refuse(Refusal.DUTY_SELF, REUSE, stranger, "2026-03-02")
    unknown = replace(REUSE, case_no=CaseNo("2026-000099"))
    book.refuse(Refusal.CASE_NOT_FOUND, unknown, CLERK, "2026-03-02")
    done = under_review()
    done.do(APPROVE, DECIDER, "2026-03-04")
    done.refuse(Refusal.CASE_ALREADY_DECIDED, REUSE, CLERK, "2026-03-05")


def test_a_notice_does_not_ask_for_what_is_on_hand() -> None:
    """已复用的不得再要；所依许可已终结的，可以要。"""
    book = held()
    book.do(REUSE, CLERK, "2026-03-02")
    notice = RequestSupplement(NO, "BZ-1", (NAME, "健康证"))
    book.refuse(Refusal.RELIANCE_ON_HAND, notice, CLERK, "2026-03-03", materials=NAME)
    book.put(f"licence/{OLD}", WITHDRAWN)
    book.do(notice, CLERK, "2026-03-03")


def test_reusing_supplies_what_the_notice_asked_for() -> None:
    """告知要补的，窗口一复用即算补来，随即可以受理；申请人自己调用的，由窗口认下。"""
    book = held()
    book.do(RequestSupplement(NO, "BZ-1", ("消防证明",)), CLERK, "2026-03-03")
    reuse = replace(REUSE, name="消防证明")
    assert len(events_of(book.do(reuse, APPLICANT, "2026-03-04"))) == 1
    book.refuse(Refusal.CASE_SUPPLEMENT_INCOMPLETE, ACCEPT, CLERK, "2026-03-04")
    (supplied,) = events_of(book.do(reuse, CLERK, "2026-03-04"))
    assert isinstance(supplied, case.Supplemented)
    assert supplied.materials[0].sha256 == certificate_digest(OLD)
    assert book.do(reuse, CLERK, "2026-03-04") == Plan()
    book.do(ACCEPT, CLERK, "2026-03-05")


@pytest.mark.parametrize(
    ("events", "ending"),
    [
        ((WITHDRAWN,), LicenceEnding.WITHDRAWN),
        ((REVOKED,), LicenceEnding.REVOKED),
        (
            (approval.Forfeited("F-1", SUPERVISOR, person("chief")),),
            LicenceEnding.FORFEITED,
        ),
        ((EXPIRED,), LicenceEnding.EXPIRED),
        ((EXPIRED, GONE), LicenceEnding.EXPIRED),
        ((GONE,), LicenceEnding.DEREGISTERED),
    ],
)
def test_an_open_case_is_told_and_cannot_be_approved(
    events: tuple[Event, ...], ending: LicenceEnding
) -> None:
    """所依的许可终结：在办的得到提醒，决定人不得据以准予，不予则可以。"""
    book = under_review()
    book.put(f"licence/{OLD}", *events)
    book.refuse(Refusal.RELIANCE_BROKEN, APPROVE, DECIDER, "2026-03-04", licence_no=OLD)
    (fact,) = events_of(book.do(ALARM, MACHINE, "2026-03-04"))
    assert fact == replace(BROKEN, ending=ending)
    assert book.do(ALARM, MACHINE, "2026-03-04") == Plan()
    book.refuse(Refusal.RELIANCE_BROKEN, APPROVE, DECIDER, "2026-03-04", name=NAME)
    book.do(Reject(NO, "BX-1", "条件不合", "可申请复议"), DECIDER, "2026-03-04")


def test_a_lapsed_licence_bars_before_the_machine_records_it() -> None:
    """有效期已过而届满还没有记下的，也不得据以准予。"""
    book = held()
    book.do(replace(REUSE, licence_no=NEW), CLERK, "2026-03-02")
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.refuse(Refusal.RELIANCE_BROKEN, APPROVE, DECIDER, "2026-04-01", licence_no=NEW)


def test_an_answered_or_replaced_break_no_longer_bars() -> None:
    """审核人处置了，或者换用了别的证照，可以准予；别的机关不能处置。"""
    book = under_review()
    book.put(f"licence/{OLD}", WITHDRAWN)
    book.do(ALARM, MACHINE, "2026-03-04")
    outsider = book.hire("other", Role.REVIEWER, Organ("350505-ZJ"), person("other"))
    book.refuse(Refusal.DUTY_ORGAN, SETTLE, outsider, "2026-03-04", organ=APPROVER)
    unknown = replace(SETTLE, case_no=CaseNo("2026-000099"))
    book.refuse(Refusal.CASE_NOT_FOUND, unknown, REVIEWER, "2026-03-04")
    book.do(SETTLE, REVIEWER, "2026-03-04")
    book.do(APPROVE, DECIDER, "2026-03-04")
    replaced = under_review()
    replaced.put(f"licence/{OLD}", WITHDRAWN)
    replaced.do(ALARM, MACHINE, "2026-03-04")
    replaced.do(replace(REUSE, licence_no=NEW), CLERK, "2026-03-04")
    assert relying(replaced).open == ()
    replaced.do(APPROVE, DECIDER, "2026-03-04")


def test_the_organ_of_a_dependent_licence_is_told() -> None:
    """已经准予的：提醒其审批机关与监管部门，许可照旧；由决定人另案处理。"""
    book = under_review()
    book.do(APPROVE, DECIDER, "2026-03-04")
    book.put(f"licence/{OLD}", REVOKED)
    (fact,) = events_of(book.do(ALARM, MACHINE, "2026-03-05"))
    told = replace(BROKEN, ending=LicenceEnding.REVOKED, dependent_licence=LicenceNo("JY-1"))
    assert fact == told
    assert isinstance(book.load(approval.AGGREGATE, "JY-1"), approval.InForce)
    apart = replace(SETTLE, answer=BreakAnswer.PROCEEDING, explanation="启动撤回")
    book.do(apart, DECIDER, "2026-03-06")


def test_no_alarm_where_nothing_depends_any_more() -> None:
    """还有效的不提醒；没有准予就告结的、依其作出的许可已终结的，无须提醒。"""
    book = under_review()
    book.refuse(Refusal.RELIANCE_STANDS, ALARM, MACHINE, "2026-03-04", licence_no=OLD)
    unknown = replace(ALARM, case_no=CaseNo("2026-000099"))
    book.refuse(Refusal.CASE_NOT_FOUND, unknown, MACHINE, "2026-03-04")
    book.put(f"licence/{OLD}", WITHDRAWN)
    book.do(WithdrawApplication(NO, "不办了"), CLERK, "2026-03-04")
    assert book.do(ALARM, MACHINE, "2026-03-04") == Plan()
    over = under_review()
    over.do(APPROVE, DECIDER, "2026-03-04")
    over.put("licence/JY-1", WITHDRAWN)
    over.put(f"licence/{OLD}", WITHDRAWN)
    assert over.do(ALARM, MACHINE, "2026-03-05") == Plan()


def test_a_reversed_revocation_restores() -> None:
    """撤销被撤销，依靠恢复；还没有恢复的不记。"""
    book = under_review()
    book.put(f"licence/{OLD}", REVOKED)
    book.do(ALARM, MACHINE, "2026-03-04")
    book.refuse(Refusal.LICENCE_ENDED, MEND, MACHINE, "2026-03-05")
    back = approval.RevocationReversed("X-1", "CX-2", "复议撤销", None, person("decider"))
    book.put(f"licence/{OLD}", back)
    assert events_of(book.do(MEND, MACHINE, "2026-03-05")) == (RESTORED,)
    book.do(APPROVE, DECIDER, "2026-03-05")


@pytest.mark.parametrize("sound", [True, False])
def test_silence_does_not_approve_on_a_broken_dependency(sound: bool) -> None:  # noqa: FBT001
    """超时默认的事项：所依的许可已终结的，不视为准予，只记逾期。"""
    rules = HandlingRules(review=ReviewRules(deemed_approval_basis="泉行政管〔2012〕7号"))
    book = under_review(replace(ITEM_V1, rules=rules))
    if not sound:
        book.put(f"licence/{OLD}", WITHDRAWN)
    missed = MarkDeadlineMissed(NO, DeadlineKind.PROMISED_DECISION)
    events = events_of(book.do(missed, MACHINE, "2026-03-12"))
    assert any(isinstance(event, case.DeemedApproved) for event in events) is sound


def test_another_case_of_the_same_applicant_is_not_touched() -> None:
    """没有复用的办件，照常准予。"""
    book = held()
    other = CaseNo("2026-000002")
    book.put(f"licence/{OLD}", WITHDRAWN)
    book.do(replace(RECEIVE, case_no=other, receipt_no="SJ-2"), CLERK, "2026-03-02")
    book.do(replace(ACCEPT, case_no=other), CLERK, "2026-03-02")
    book.do(replace(REVIEW, case_no=other), REVIEWER, "2026-03-03")
    book.do(replace(APPROVE, case_no=other), DECIDER, "2026-03-04")
