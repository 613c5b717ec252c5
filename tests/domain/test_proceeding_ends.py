"""办件告结，别的机关不必再办；别的机关还没有办完的，没有超时默认。"""

from domain.acts.intake import MarkDeadlineMissed
from domain.acts.joints import MarkOpinionOverdue, OpenJointReview, RequestOpinion
from domain.acts.proceedings import EndProceedings
from domain.acts.remarks import WithdrawApplication
from domain.acts.verifications import RequestVerification
from domain.case import DeadlineKind, DeadlineMissed
from domain.catalogue import IntakeRules, ReviewRules
from domain.decider import Plan
from domain.joint import JointEnded
from domain.terms import Organ
from domain.verification import VerificationsEnded
from tests.domain.case_file import MACHINE, Book, at, events_of
from tests.domain.proceedings import CLERK, NO, REVIEWER, accepted, handled

FIRE, LAND = Organ("350505-XFJY"), Organ("350505-ZRZY")
END = EndProceedings(NO)
JOINT = ReviewRules(joint_bodies=(FIRE,), deemed_approval_basis="某文件")


def _asked() -> Book:
    intake = IntakeRules(verified_materials=("不动产权证书",))
    book = accepted(handled(intake, JOINT, legal_days=45), "2026-03-02")
    book.do(OpenJointReview(NO), REVIEWER, "2026-03-02")
    book.do(RequestOpinion(NO, FIRE, "消防设计", "XT-1", 10), REVIEWER, "2026-03-02")
    book.do(RequestVerification(NO, "不动产权证书", "闽 1 号", LAND), CLERK, "2026-03-02")
    return book


def test_what_others_were_asked_ends_with_the_case() -> None:
    """撤回了的，并联与核验终止，协办机关不再逾期；只记一次。"""
    book = _asked()
    assert book.ask(END, MACHINE, "2026-03-03") == Plan()
    book.do(WithdrawApplication(NO, "不办了"), CLERK, "2026-03-03")
    day = at("2026-03-03").date()
    assert events_of(book.do(END, MACHINE, "2026-03-03")) == (
        JointEnded((FIRE,), day),
        VerificationsEnded(("不动产权证书",), day),
    )
    assert book.ask(END, MACHINE, "2026-03-04") == Plan()
    assert book.ask(MarkOpinionOverdue(NO, FIRE), MACHINE, "2026-03-20") == Plan()


def test_nothing_is_tacitly_approved_while_others_are_asked() -> None:
    """并联还没有汇总的，承诺时限过了只记逾期，不视为准予。"""
    book = _asked()
    missed = MarkDeadlineMissed(NO, DeadlineKind.PROMISED_DECISION)
    (event,) = events_of(book.do(missed, MACHINE, "2026-03-12"))
    assert isinstance(event, DeadlineMissed)
