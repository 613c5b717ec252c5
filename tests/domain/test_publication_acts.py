"""公示的办理：应予公示、异议、公示、推翻与恢复；账上没有其事的不办（机制 63、74）。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval, case, publication
from domain.acts import Act
from domain.acts.deciding import Approve
from domain.acts.endings import HearPenalty, NoticePenalty
from domain.acts.publications import (
    DecideObjection,
    DisclosePenalty,
    MarkPublicationMissed,
    ObjectToPublication,
    OpenPublication,
    OverturnPublished,
    OverturnRevoked,
    Publish,
    RestorePublished,
    WithdrawPublication,
)
from domain.acts.revocations import ForfeitLicence, ReverseRevocation
from domain.decider import Plan
from domain.publication import PublicMatter
from domain.refusals import Refusal
from domain.subject import SubjectKind, SubjectRegistered
from domain.terms import Actor, CaseNo, LicenceNo, Organ, Personal, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    MACHINE,
    SHA,
    STAFF,
    Book,
    events_of,
    person,
    town,
)
from tests.domain.test_case_acts import (
    ACCEPT,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REVIEW,
    REVIEWER,
    received,
)
from tests.domain.test_revocation import DECIDED, PROPOSED, READY
from tests.rules.papers import only

LICENCE = LicenceNo("JY-1")
APPROVED, REVOKED = f"APPROVED.{NO}", "REVOKED.CX-1"
OPEN = OpenPublication(NO, PublicMatter.APPROVED)
NOWHERE = CaseNo("2026-000999")
CHIEF = STAFF["chief"]
OBJECT = ObjectToPublication(APPROVED, ("item_name",), "名称即商业秘密")


def decided() -> Book:
    """三月二日准予的一件，文号照实际的写法。"""
    book = town()
    for act, who in (
        (RECEIVE, CLERK),
        (ACCEPT, CLERK),
        (REVIEW, REVIEWER),
        (Approve(NO, "榕审准〔2026〕1号", LICENCE, valid_to=date(2031, 3, 1)), DECIDER),
    ):
        book.do(act, who, "2026-03-02")
    return book


def opened() -> Book:
    """应予公示，异议期到三月五日。"""
    book = decided()
    book.do(OPEN, MACHINE, "2026-03-02")
    return book


def published() -> Book:
    """三月六日已公示。"""
    book = opened()
    book.do(Publish(APPROVED), MACHINE, "2026-03-06")
    return book


def revoked(book: Book) -> Book:
    """四月一日，许可因不具备条件而撤销。"""
    fact = approval.Revoked(
        "CX-1", approval.RevocationGround.NOT_QUALIFIED, "撤字1号", date(2026, 3, 2)
    )
    book.put(approval.AGGREGATE.stream(LICENCE), fact)
    return book


def turn(book: Book, number: str = APPROVED) -> str:
    """公示走到哪一步。"""
    now = publication.ORDER.turn(book.load(publication.AGGREGATE, number))
    return type(now).__name__


@pytest.mark.parametrize(
    "act",
    [
        OpenPublication(NOWHERE, PublicMatter.APPROVED),
        OverturnRevoked(NOWHERE),
        RestorePublished(NOWHERE, "CX-1"),
        OpenPublication(NO, PublicMatter.REVOKED),
        OpenPublication(NO, PublicMatter.PENALTY),
        OverturnRevoked(NO),
        RestorePublished(NO, "CX-1"),
    ],
)
def test_nothing_is_published_that_did_not_happen(act: Act) -> None:
    """没有此件、没有撤销、没有吊销、没有恢复：不开公示。"""
    decided().refuse(Refusal.PUBLICATION_NOTHING, act, MACHINE, "2026-03-03")


def test_a_case_that_is_not_granted_has_nothing_to_publish() -> None:
    """还没有决定的不公示。"""
    received().refuse(Refusal.PUBLICATION_NOTHING, OPEN, MACHINE, "2026-03-03")


def test_a_tacit_approval_is_published_as_any_other() -> None:
    """超时默认准予的照样公示，没有写有效期止。"""
    book = town()
    for act, who in ((RECEIVE, CLERK), (ACCEPT, CLERK)):
        book.do(act, who, "2026-03-02")
    day = date(2026, 3, 12)
    deemed = case.DeemedApproved("清单第三项", day, "默-1", LICENCE, day, date(2026, 3, 26))
    book.put(case.AGGREGATE.stream(NO), deemed)
    due = only(book.do(OPEN, MACHINE, "2026-03-12"), publication.Due)
    assert (due.decision_no, due.valid_from, due.valid_to) == ("默-1", day, None)


@pytest.mark.parametrize(
    "act",
    [
        ObjectToPublication("APPROVED.9", (), "密"),
        DecideObjection("APPROVED.9", (), "密"),
        OverturnPublished("APPROVED.9", "FY-1", "复议"),
        Publish("APPROVED.9"),
        MarkPublicationMissed("APPROVED.9"),
        WithdrawPublication("APPROVED.9"),
    ],
)
def test_a_publication_must_exist(act: Act) -> None:
    """没有此项公示。"""
    by = {ObjectToPublication: CLERK, DecideObjection: DECIDER, OverturnPublished: DECIDER}
    town().refuse(Refusal.COURSE_NOT_FOUND, act, by.get(type(act), MACHINE), "2026-03-03")


def test_an_objection_holds_the_publication_until_it_is_decided() -> None:
    """申请人异议：只及可以不公开的各项，写明理由；处理之后公示，不公开的留空。"""
    book = opened()
    stranger = Actor(CLERK.officer_id, Role.APPLICANT, Organ("PUBLIC"), Organ("PUBLIC"))
    book.refuse(Refusal.DUTY_SELF, OBJECT, stranger, "2026-03-03")
    wrong = replace(OBJECT, parts=("decision_no",))
    book.refuse(Refusal.PUBLICATION_PARTS, wrong, APPLICANT, "2026-03-03")
    book.refuse(Refusal.OVERSIGHT_NO_REASON, replace(OBJECT, reasons=" "), APPLICANT, "2026-03-03")
    book.do(OBJECT, APPLICANT, "2026-03-03")
    book.refuse(Refusal.PUBLICATION_OBJECTED, Publish(APPROVED), MACHINE, "2026-03-06")
    decide = DecideObjection(APPROVED, ("item_name",), "属商业秘密")
    foreign = book.hire("foreign", Role.DECIDER, Organ("350505-ZJJ"), person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, decide, foreign, "2026-03-06")
    book.refuse(
        Refusal.PUBLICATION_PARTS, replace(decide, withheld=("organ",)), DECIDER, "2026-03-06"
    )
    book.do(decide, DECIDER, "2026-03-06")
    shown = only(book.do(Publish(APPROVED), MACHINE, "2026-03-06"), publication.Published)
    assert (shown.item_name, shown.withheld) == ("", ("item_name",))
    assert shown.organ == APPROVER


def test_a_company_is_named_by_its_credit_code() -> None:
    """企业写统一社会信用代码；自然人只写内部编号。"""
    book = opened()
    book.put(
        "subject/S-1",
        SubjectRegistered(
            SubjectKind.COMPANY,
            "91350100M000100Y43",
            Personal("S-1", "某公司"),
            "350505",
            "B",
            SHA,
        ),
    )
    shown = only(book.do(Publish(APPROVED), MACHINE, "2026-03-06"), publication.Published)
    assert shown.holder == "91350100M000100Y43"


def test_late_publication_is_recorded_once_the_day_is_over() -> None:
    """七个工作日过完还没有公示：记逾期，一次；已公示的无事。"""
    book, late = opened(), MarkPublicationMissed(APPROVED)
    book.refuse(Refusal.PUBLICATION_NOT_YET_DUE, late, MACHINE, "2026-03-11")
    missed = only(book.do(late, MACHINE, "2026-03-12"), publication.Missed)
    assert missed.due_on == date(2026, 3, 11)
    assert book.do(late, MACHINE, "2026-03-13") == Plan()
    assert published().do(late, MACHINE, "2026-03-12") == Plan()


def test_only_the_deciding_organ_says_that_it_was_overturned() -> None:
    """推翻：由作出决定的机关记下，写明理由；同一文书只记一次；没有推翻的不撤。"""
    book = published()
    overturn = OverturnPublished(APPROVED, "FY-1", "复议撤销")
    book.refuse(Refusal.DUTY_ORGAN, overturn, CHIEF, "2026-03-09")
    book.refuse(Refusal.OVERSIGHT_NO_REASON, replace(overturn, reasons=""), DECIDER, "2026-03-09")
    assert book.do(WithdrawPublication(APPROVED), MACHINE, "2026-03-09") == Plan()
    overturned = only(book.do(overturn, DECIDER, "2026-03-09"), publication.Overturned)
    assert overturned.withdraw_due_on == date(2026, 3, 12)
    assert book.do(overturn, DECIDER, "2026-03-09") == Plan()
    book.do(WithdrawPublication(APPROVED), MACHINE, "2026-03-09")
    assert turn(book) == "Withdrawn"


def test_a_revocation_takes_the_approval_down_and_its_reversal_puts_it_back() -> None:
    """撤销：准予的公示撤下，撤销的公示；撤销被撤销：撤销的公示撤下，准予的恢复，账上各件都在。"""
    book = revoked(published())
    book.do(OverturnRevoked(NO), MACHINE, "2026-04-01")
    book.do(WithdrawPublication(APPROVED), MACHINE, "2026-04-01")
    book.do(OpenPublication(NO, PublicMatter.REVOKED), MACHINE, "2026-04-01")
    book.do(Publish(REVOKED), MACHINE, "2026-04-02")
    book.do(ReverseRevocation(LICENCE, "恢字1号", "复议撤销"), DECIDER, "2026-05-11")
    restore = RestorePublished(NO, "CX-1")
    overturned, restored = events_of(book.do(restore, MACHINE, "2026-05-11"))
    assert isinstance(overturned, publication.Overturned)
    assert restored == publication.Restored("恢字1号", "复议撤销", date(2026, 5, 11))
    book.do(WithdrawPublication(REVOKED), MACHINE, "2026-05-11")
    assert (turn(book), turn(book, REVOKED)) == ("Restored", "Withdrawn")
    assert book.do(restore, MACHINE, "2026-05-12") == Plan()
    assert book.do(Publish(APPROVED), MACHINE, "2026-05-12") == Plan()
    assert book.do(WithdrawPublication(APPROVED), MACHINE, "2026-05-12") == Plan()
    other = RestorePublished(NO, "CX-2")
    book.refuse(Refusal.PUBLICATION_NOTHING, other, MACHINE, "2026-05-12")


def test_a_revocation_is_published_in_the_name_of_who_revoked() -> None:
    """撤销的公示写撤销的机关：上级机关提级办理的，是上级机关；账上没有程序的，是审批机关。"""
    act, superior = OpenPublication(NO, PublicMatter.REVOKED), Organ("350500-SPJ")
    book = revoked(published())
    assert only(book.do(act, MACHINE, "2026-04-01"), publication.Due).organ == APPROVER
    book = revoked(published())
    taken = replace(PROPOSED, deciding_organ=superior)
    book.put("revocation/CX-1", taken, *READY[1:], DECIDED)
    assert only(book.do(act, MACHINE, "2026-04-01"), publication.Due).organ == superior


def test_what_was_overturned_before_it_was_shown_is_shown_when_restored() -> None:
    """公示之前就撤销的，无可撤下；恢复之后才公示。"""
    book = revoked(opened())
    book.do(OverturnRevoked(NO), MACHINE, "2026-03-03")
    assert book.do(WithdrawPublication(APPROVED), MACHINE, "2026-03-03") == Plan()
    assert book.do(Publish(APPROVED), MACHINE, "2026-03-09") == Plan()
    book.do(ReverseRevocation(LICENCE, "恢字1号", "复议撤销"), DECIDER, "2026-03-10")
    book.do(RestorePublished(NO, "CX-1"), MACHINE, "2026-03-10")
    only(book.do(Publish(APPROVED), MACHINE, "2026-03-10"), publication.Published)


def test_without_a_publication_there_is_nothing_to_overturn() -> None:
    """没有公示过的，撤销与恢复都无事可办。"""
    book = revoked(decided())
    assert book.do(OverturnRevoked(NO), MACHINE, "2026-04-01") == Plan()
    book.do(ReverseRevocation(LICENCE, "恢字1号", "复议撤销"), DECIDER, "2026-05-11")
    assert book.do(RestorePublished(NO, "CX-1"), MACHINE, "2026-05-11") == Plan()


def test_a_penalty_is_published_in_the_name_of_who_imposed_it() -> None:
    """吊销：以处罚机关的名义，次日公示；本系统之外的处罚由监管部门录入，同一编号不录两个决定。"""
    book = decided()
    checker = STAFF["supervisor"]
    book.do(NoticePenalty(LICENCE, "LA-1", date(2026, 3, 10), "GZ-9"), checker, "2026-03-11")
    book.do(HearPenalty(LICENCE, waived=True), checker, "2026-03-31")
    book.do(ForfeitLicence(LICENCE, "榕市监罚〔2026〕9号"), CHIEF, "2026-04-01")
    act = OpenPublication(NO, PublicMatter.PENALTY)
    due = only(book.do(act, MACHINE, "2026-04-01"), publication.Due)
    assert (due.organ, due.objection_due_on) == (CHIEF.organ, date(2026, 4, 1))
    outside = DisclosePenalty("CF-2", "榕市监罚〔2026〕10号", SubjectId("S-2"))
    book.do(outside, CHIEF, "2026-04-02")
    assert book.do(outside, CHIEF, "2026-04-02") == Plan()
    other = replace(outside, decision_no="榕市监罚〔2026〕11号")
    book.refuse(Refusal.COURSE_NOT_NOW, other, CHIEF, "2026-04-02")
    shown = only(book.do(Publish("PENALTY.CF-2"), MACHINE, "2026-04-03"), publication.Published)
    assert shown.item_name == ""
