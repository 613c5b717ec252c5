"""审管联动：准予、不予、报备通过、撤销，各推送一次。"""

from datetime import date

from consumers.linkage import SUPERVISOR
from domain import approval, case, filing
from domain.acts.linkage import SendPush
from domain.linkage import PushMatter
from domain.terms import CaseNo
from tests.deliveries import (
    CASE,
    CLERK,
    DECIDER,
    LICENCE,
    Book,
    accepted,
    approved,
    played,
    received,
    story,
)


def test_approval_is_pushed_and_nothing_before_it() -> None:
    """受理不推送，准予才推送。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add(f"case/{CASE}", accepted())
    assert played(SUPERVISOR, book.kept) == ()
    decision = book.add(f"case/{CASE}", approved())
    (command,) = played(SUPERVISOR, book.kept)
    assert command.act == SendPush(CASE, PushMatter.APPROVED, decision.entry.event_id)


def test_rejection_is_pushed() -> None:
    """不予许可也推送。"""
    book = Book()
    rejected = case.Rejected(
        decided_on=date(2026, 3, 2),
        decision_no="D-1",
        reasons="不符",
        remedies="可复议",
        delivery_due_on=date(2026, 3, 16),
        handler=DECIDER,
    )
    event = book.add(f"case/{CASE}", rejected)
    (command,) = played(SUPERVISOR, book.kept)
    assert command.act == SendPush(CASE, PushMatter.REJECTED, event.entry.event_id)


def test_filing_is_pushed_under_its_own_number() -> None:
    """报备通过的，以报备编号推送。"""
    book = Book()
    event = book.add("filing/F-1", filing.Filed(CLERK), key="F-1")
    (command,) = played(SUPERVISOR, book.kept)
    assert command.act == SendPush(CaseNo("F-1"), PushMatter.FILED, event.entry.event_id)


def test_revocation_is_pushed_once() -> None:
    """撤销推送一次；注销不另推。"""
    matters = [
        command.act.matter
        for command in played(SUPERVISOR, story().kept)
        if isinstance(command.act, SendPush)
    ]
    assert matters == [PushMatter.APPROVED, PushMatter.REVOKED]


def test_partial_revocation_and_reversal_are_pushed() -> None:
    """部分撤销、撤销决定被撤销，监管部门都要知道。"""
    book = Book()
    ground = approval.RevocationGround.BEYOND_POWERS
    part = approval.PartlyRevoked("V", ground, "D", "冷食", date(2026, 3, 2))
    back = approval.RevocationReversed("V", "D", "错误", None, DECIDER)
    for event in (part, back):
        book.add(f"licence/{LICENCE}", event)
    matters = [getattr(one.act, "matter", None) for one in played(SUPERVISOR, book.kept)]
    assert matters == [PushMatter.PARTLY_REVOKED, PushMatter.REVERSED]


def test_same_case_stays_in_order() -> None:
    """同一办件的推送排一队：撤销不会先于准予。"""
    book = Book()
    first = book.add(f"case/{CASE}", approved())
    second = book.add(
        f"licence/{LICENCE}",
        approval.Revoked("V", approval.RevocationGround.NOT_QUALIFIED, "D", date(2026, 3, 2)),
    )
    assert SUPERVISOR.keys(first) == SUPERVISOR.keys(second)
