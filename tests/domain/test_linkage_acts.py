"""审管联动的办理：账上确有其事才推，只有收到的部门可以答复。"""

from dataclasses import replace

import pytest

from domain import linkage
from domain.acts.linkage import ClaimPush, DisputePush, MarkPushOverdue, SendPush, push_id
from domain.decider import Plan
from domain.linkage import PushMatter
from domain.refusals import Refusal
from domain.terms import Actor, Organ, Role
from tests.domain.case_file import MACHINE, STAFF, SUPERVISOR, events_of, person, town
from tests.domain.test_approval import REVOKED
from tests.domain.test_case_acts import APPROVE, DECIDER, NO, REJECT, received, reviewed
from tests.domain.test_revocation_after import BACK, PART

APPROVED = SendPush(NO, PushMatter.APPROVED, "e-1")
ID = push_id(NO, PushMatter.APPROVED, SUPERVISOR)
CLAIM, DISPUTE, OVERDUE = ClaimPush(ID), DisputePush(ID, "不属本部门"), MarkPushOverdue(ID)
OFFICER = STAFF["supervisor"]


def test_a_decision_is_pushed_to_every_supervising_department() -> None:
    """准予许可即推送该事项的每一个监管部门，次一工作日内认领；再推无事可办。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-06")
    first, second = events_of(book.do(APPROVED, MACHINE, "2026-03-06 10:00"))
    assert isinstance(first, linkage.Sent)
    assert isinstance(second, linkage.Sent)
    assert (first.department, second.department) == (SUPERVISOR, "350505-XFJY")
    assert (str(first.claim_due_on), first.source_stream) == ("2026-03-09", f"case/{NO}")
    assert book.do(APPROVED, MACHINE, "2026-03-06 10:01") == Plan()


@pytest.mark.parametrize("matter", [PushMatter.APPROVED, PushMatter.REVOKED, PushMatter.FILED])
def test_only_what_is_on_record_is_pushed(matter: PushMatter) -> None:
    """账上没有的结果不推：未决定的、与决定不符的、未撤销的、未报备的。"""
    act = replace(APPROVED, matter=matter)
    facts = {"case_no": NO, "matter": str(matter)}
    town().refuse(Refusal.PUSH_NOTHING_TO_SEND, act, MACHINE, "2026-03-06", **facts)
    received().refuse(Refusal.PUSH_NOTHING_TO_SEND, act, MACHINE, "2026-03-06", **facts)
    book = reviewed()
    book.do(REJECT, DECIDER, "2026-03-06")
    book.refuse(Refusal.PUSH_NOTHING_TO_SEND, act, MACHINE, "2026-03-06", **facts)
    book.do(replace(APPROVED, matter=PushMatter.REJECTED), MACHINE, "2026-03-06")


def test_a_licence_in_force_is_not_pushed_as_revoked() -> None:
    """许可仍有效的，不推撤销。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-06")
    act = replace(APPROVED, matter=PushMatter.REVOKED)
    book.refuse(Refusal.PUSH_NOTHING_TO_SEND, act, MACHINE, "2026-03-06")


def test_partial_revocation_and_reversal_are_pushed_each_time() -> None:
    """部分撤销、撤销的撤销都推送监管部门；再有一次的另行推送，同一件事只推一次，晚到的照推。"""
    partly = replace(APPROVED, matter=PushMatter.PARTLY_REVOKED, source_event="e-2")
    back = replace(APPROVED, matter=PushMatter.REVERSED, source_event="e-3")
    gone = replace(APPROVED, matter=PushMatter.REVOKED, source_event="e-4")
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-06")
    kept = book.streams.pop("licence/JY-1")
    for licence in ((), kept):  # 许可不在账上的，还没有其事的
        book.streams["licence/JY-1"] = licence
        for act in (partly, back, gone):
            book.refuse(Refusal.PUSH_NOTHING_TO_SEND, act, MACHINE, "2026-03-06")
    book.put("licence/JY-1", PART)
    assert len(book.do(partly, MACHINE, "2026-03-09").writes) == 2
    assert book.do(partly, MACHINE, "2026-03-09") == Plan()
    again = book.do(replace(partly, source_event="e-9"), MACHINE, "2026-03-10")
    assert [one.stream for one in again.writes] == [
        f"push/{push_id(NO, PushMatter.PARTLY_REVOKED, organ)}.e-9"
        for organ in (SUPERVISOR, "350505-XFJY")
    ]
    book.put("licence/JY-1", REVOKED, BACK)
    assert len(book.do(back, MACHINE, "2026-03-11").writes) == 2
    assert len(book.do(gone, MACHINE, "2026-03-11").writes) == 2
    book.do(APPROVED, MACHINE, "2026-03-11")
    book.refuse(Refusal.PUSH_WAITING, replace(APPROVED, source_event="e-8"), MACHINE, "2026-03-11")


def test_the_addressed_department_answers_once() -> None:
    """收到推送的部门认领或异议，别的部门不行；后到的看到是谁。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-06")
    book.do(APPROVED, MACHINE, "2026-03-06")
    stranger = book.hire("stranger", Role.SUPERVISOR, Organ("350505-ZJJ"), person("stranger"))
    book.refuse(Refusal.DUTY_ORGAN, CLAIM, stranger, "2026-03-09", organ=SUPERVISOR)
    book.do(CLAIM, OFFICER, "2026-03-09")
    book.refuse(Refusal.PUSH_CLAIMED, DISPUTE, STAFF["chief"], "2026-03-09", handler="P-supervisor")


def test_overdue_after_the_due_day() -> None:
    """认领期限当日不算逾期，次日记；逾期之后认领的，不再记。"""
    book = reviewed()
    book.do(APPROVE, DECIDER, "2026-03-06")
    book.do(APPROVED, MACHINE, "2026-03-06")
    book.refuse(Refusal.PUSH_NOT_YET_DUE, OVERDUE, MACHINE, "2026-03-09", due_on="2026-03-09")
    book.do(OVERDUE, MACHINE, "2026-03-10")
    book.do(DISPUTE, OFFICER, "2026-03-11")
    assert book.do(OVERDUE, MACHINE, "2026-03-12") == Plan()


@pytest.mark.parametrize(
    ("act", "who"),
    [(CLAIM, OFFICER), (DISPUTE, OFFICER), (OVERDUE, MACHINE)],
    ids=lambda value: type(value).__name__,
)
def test_no_such_push(act: ClaimPush, who: Actor) -> None:
    """没有此推送的，什么也办不了。"""
    town().refuse(Refusal.PUSH_NOT_FOUND, act, who, "2026-03-09")
