"""承诺盯办与检查结果：有疑即报，已据以准予的建议撤销，一事一次。"""

from datetime import date

from consumers import commitment_watch, findings
from domain import commitment
from domain.acts.measures import OpenMeasure
from domain.acts.pledges import SuspectBreach
from domain.acts.revocations import ProposeRevocation
from domain.approval import RevocationGround
from domain.commitment import BreachGround
from domain.inspection_task import FindingCode
from domain.measure import MeasureKind
from domain.terms import Evidence, Sha256
from followers.supervisor import Command
from tests.deliveries import (
    LICENCE,
    PLEDGE,
    REVIEWER,
    Book,
    assigned,
    inspected,
    made,
    played,
    reviewed,
    suspected,
)

STREAM = f"commitment/{PLEDGE}"
SUM = Sha256("ab" * 32)
TASK = "task/2026-0001.S-1"


def _watched(book: Book) -> tuple[Command, ...]:
    return played(commitment_watch.SUPERVISOR, book.kept)


def _found(book: Book) -> tuple[Command, ...]:
    return played(findings.SUPERVISOR, book.kept)


def _relied() -> Book:
    book = Book()
    book.add(STREAM, made())
    book.add(STREAM, commitment.ReliedOn(LICENCE, "D-1"))
    return book


def test_overdue_material_is_suspected_with_the_ledgers_evidence() -> None:
    """逾期未补交：报疑似落空，证据是账上那件事的编号与叶杂凑。"""
    book = _relied()
    fact = book.add(STREAM, commitment.SupplementOverdue("消防验收意见", date(2026, 4, 1)))
    (command,) = _watched(book)
    shown = Evidence(fact.entry.event_id, Sha256(fact.entry.leaf_hash.hex()))
    assert command.act == SuspectBreach(PLEDGE, BreachGround.NOT_SUPPLIED, (shown,))


def test_material_that_does_not_conform_is_suspected() -> None:
    """补交的材料不符合要求：报疑似落空；符合的不报。"""
    book = _relied()
    fine = commitment.MaterialAssessed(
        name="消防验收意见", conforming=True, explanation="相符", handler=REVIEWER
    )
    book.add(STREAM, fine)
    assert _watched(book) == ()
    bad = commitment.MaterialAssessed(
        name="消防验收意见", conforming=False, explanation="过期", handler=REVIEWER
    )
    book.add(STREAM, bad)
    (command,) = _watched(book)
    assert isinstance(command.act, SuspectBreach)
    assert command.act.ground is BreachGround.NOT_CONFORMING


def test_what_the_policy_asks_after_a_breach_is_opened_as_a_task() -> None:
    """确认落空问处罚，整改认定、据以撤销之后问信用；要不要办由账本依办法说；另因终止的不问。"""
    confirmed = commitment.BreachConfirmed(BreachGround.FALSE_PROMISE, "属实", REVIEWER)
    rectified = commitment.Rectified("已改", (Evidence("ZM-1", SUM),), REVIEWER)
    for event, kind in (
        (confirmed, MeasureKind.PENALTY),
        (rectified, MeasureKind.CREDIT),
        (commitment.Voided(commitment.VoidReason.LICENCE_REVOKED, "CX-1"), MeasureKind.CREDIT),
    ):
        book = _relied()
        book.add(STREAM, event)
        (command,) = _watched(book)
        assert command.act == OpenMeasure(PLEDGE, kind, 3)
    book = _relied()
    book.add(STREAM, commitment.Voided(commitment.VoidReason.LICENCE_ENDED, "JY-1"))
    assert _watched(book) == ()


def test_a_revived_commitment_is_watched_again() -> None:
    """随许可恢复的承诺照旧盯着：再有疑点，照样建议撤销。"""
    book = _relied()
    book.add(STREAM, commitment.Voided(commitment.VoidReason.LICENCE_REVOKED, "CX-1"))
    book.add(STREAM, commitment.Revived(LICENCE, "CX-1", "HF-1"))
    book.add(STREAM, suspected())
    _, command = _watched(book)
    assert isinstance(command.act, ProposeRevocation)
    assert command.act.licence_no == LICENCE


def test_suspicion_leads_to_a_proposal_never_to_a_revocation() -> None:
    """已据以准予的，疑似落空即建议撤销，附全部证据；撤销是人的事。"""
    book = _relied()
    fact = book.add(STREAM, suspected())
    (command,) = _watched(book)
    own = Evidence(fact.entry.event_id, Sha256(fact.entry.leaf_hash.hex()))
    assert command.act == ProposeRevocation(
        f"{PLEDGE}.3",
        LICENCE,
        RevocationGround.COMMITMENT_BROKEN,
        (*suspected().evidence, own),
    )


def test_no_licence_no_proposal() -> None:
    """尚未据以准予的承诺，没有许可可撤。"""
    book = Book()
    book.add(STREAM, made())
    book.add(STREAM, suspected())
    assert _watched(book) == ()


def test_confirmation_does_not_propose_again() -> None:
    """人确认落空之后，机器不再另提建议。"""
    book = _relied()
    book.add(STREAM, suspected())
    book.add(STREAM, commitment.BreachConfirmed(BreachGround.NOT_SUPPLIED, "属实", REVIEWER))
    assert [type(one.act) for one in _watched(book)] == [ProposeRevocation, OpenMeasure]


def test_new_suspicion_after_a_dismissal_is_another_procedure() -> None:
    """经核实不成立之后又有新疑点，是另一个撤销程序号。"""
    book = _relied()
    book.add(STREAM, suspected())
    book.add(STREAM, commitment.BreachDismissed("不成立", REVIEWER))
    book.add(STREAM, suspected(BreachGround.NOT_CONFORMING))
    numbers = [
        command.act.revocation_id
        for command in _watched(book)
        if isinstance(command.act, ProposeRevocation)
    ]
    assert numbers == [f"{PLEDGE}.3", f"{PLEDGE}.5"]


def test_reviewed_finding_not_as_promised_is_reported_with_its_task() -> None:
    """检查“不符合承诺内容”且复核同意的，报疑似落空，写明任务。"""
    book = Book()
    book.add(TASK, assigned())
    book.add(TASK, inspected(FindingCode.NOT_AS_PROMISED))
    assert _found(book) == ()
    book.add(TASK, reviewed())
    (command,) = _found(book)
    assert isinstance(command.act, SuspectBreach)
    assert command.act.ground is BreachGround.NOT_AS_PROMISED
    assert command.act.task_id == "2026-0001.S-1"
    assert command.act.evidence[0].reference == "PHOTO-1"
    assert len(command.act.evidence) == 3


def test_finding_returned_for_correction_counts_as_re_recorded() -> None:
    """退回重录的，以重录的结果为准。"""
    book = Book()
    book.add(TASK, assigned())
    book.add(TASK, inspected(FindingCode.NOT_AS_PROMISED))
    book.add(TASK, reviewed(agreed=False))
    book.add(TASK, inspected(FindingCode.NO_PROBLEM))
    book.add(TASK, reviewed())
    assert _found(book) == ()


def test_unreachable_is_no_breach() -> None:
    """“无法联系”本身不等于违反承诺（规则 24）。"""
    book = Book()
    book.add(TASK, assigned())
    book.add(TASK, inspected(FindingCode.UNREACHABLE, FindingCode.PROBLEM_PENDING))
    book.add(TASK, reviewed())
    assert _found(book) == ()


def test_task_without_a_commitment_is_not_followed() -> None:
    """不涉承诺的检查，机器不提任何建议。"""
    book = Book()
    book.add(TASK, assigned(commitment_id=None))
    book.add(TASK, inspected(FindingCode.PROBLEM_PENDING))
    book.add(TASK, reviewed())
    assert _found(book) == ()
