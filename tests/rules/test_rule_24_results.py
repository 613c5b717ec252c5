"""规则 24：检查结果是一组代码：未发现问题排斥其他，未开展经营、已注销既不是问题也不是没有问题。"""

from collections.abc import Iterator
from datetime import date

import pytest

from consumers.findings import SUPERVISOR
from domain.acts.inspections import AssignTask, RecordInspection
from domain.acts.pledges import SuspectBreach
from domain.acts.register import RegisterInspector
from domain.calendar import calendar_from
from domain.code_set import BUILT_IN, V1, CodeKind, found_problem
from domain.deadlines import due
from domain.decider import Event
from domain.inspection_task import FindingCode, FindingReviewed, PartySignature, TaskAssigned
from domain.refusals import Refusal
from domain.terms import Actor, CommitmentId, LicenceNo, PersonId, Role, SubjectId
from tests import deliveries
from tests.domain.case_file import MACHINE, SHA, at, town
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import NO, RUNNER, hall, inspector, notice, ready, settled, shop

ONE, TWO = PersonId("p-one"), PersonId("p-two")


SIGNED = PartySignature.SIGNED


def meaning(*codes: FindingCode) -> tuple[CodeKind, ...]:
    """v1 的这几项各是哪一类。"""
    return tuple(one.kind for one in V1.find(codes))


def certificate(person: PersonId) -> RegisterInspector:
    """登记检查人员，证件有效至二〇二七年底。"""
    number, valid_to = f"闽-{person}", date(2027, 12, 31)
    return RegisterInspector(person, BUREAU, "350505", ("餐饮",), "一所", number, valid_to)


def recorded(*codes: FindingCode) -> RecordInspection:
    """九月十日录入这些代码。"""
    moment = at("2026-09-10 10:00")
    return RecordInspection(
        NO, SubjectId("S-1"), moment, BUILT_IN, codes, (ONE, TWO), (), SHA, SIGNED
    )


def assigned() -> tuple[Hall, Actor]:
    """一户已派给两名检查人员。"""
    new = hall()
    who, _ = (new.employ(name, Role.INSPECTOR) for name in ("one", "two"))
    for name in ("one", "two"):
        new.record(certificate(PersonId(f"p-{name}")), RUNNER)
    pool = (inspector("p-one"), inspector("p-two"))
    settled(ready(new, (shop(1),), pool, date(2026, 9, 10)))
    new.record(AssignTask(NO, SubjectId("S-1")), MACHINE, "2026-09-02")
    new.record(notice(SubjectId("S-1"), date(2026, 9, 10)), who, "2026-09-08")
    return new, who


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (FindingCode.NO_PROBLEM, False),
        (FindingCode.NOT_OPERATING, False),
        (FindingCode.DEREGISTERED, False),
        (FindingCode.PROBLEM_PENDING, True),
    ],
)
def test_neutral_outcomes_are_no_problems(code: FindingCode, problem: bool) -> None:  # noqa: FBT001
    """中性的结果不计入发现问题。"""
    assert found_problem(meaning(code)) is problem


def test_a_result_is_published_in_twenty_working_days() -> None:
    """九月二十四日形成的结果，十月二十九日以前公开。"""
    formed = date(2026, 9, 24)
    assert str(due(formed, 20, calendar_from(town().load, formed)).day) == "2026-10-29"


@pytest.mark.parametrize(
    "codes",
    [
        (FindingCode.NO_PROBLEM, FindingCode.PROBLEM_CORRECTED),
        (FindingCode.PROBLEM_CORRECTED, FindingCode.NO_PROBLEM),
        (FindingCode.PROBLEM_PENDING, FindingCode.PROBLEM_PENDING),
        (),
    ],
)
def test_no_problem_excludes_every_other_code(codes: tuple[FindingCode, ...]) -> None:
    """“未发现问题”又“责令已改正”：拒绝；重复的、一项也没有的，也拒绝。"""
    new, who = assigned()
    assert new.refusal(recorded(*codes), who, "2026-09-10 11:00") is Refusal.TASK_CODES


def test_found_and_fixed_is_not_an_open_problem() -> None:
    """当场责令改正的是发现过问题，与待后续处理的不是一项；两项可以并存。"""
    fixed, pending = FindingCode.PROBLEM_CORRECTED, FindingCode.PROBLEM_PENDING
    assert found_problem(meaning(fixed))
    new, who = assigned()
    fact, _ = new.record(recorded(fixed, pending), who, "2026-09-10 11:00")
    assert getattr(fact, "codes", None) == (fixed, pending)


def suspicions(*codes: FindingCode) -> list[SuspectBreach]:
    """复核同意这样的结果之后，机器报了哪些疑似落空。"""
    book = deliveries.Book()
    events: Iterator[Event] = iter(
        (
            TaskAssigned(
                SubjectId("S-1"), (ONE, TWO), LicenceNo("L-1"), CommitmentId("C-1"), date.max
            ),
            deliveries.inspected(*codes),
            FindingReviewed(agreed=True, explanation="", handler=PersonId("p-head")),
        )
    )
    for event in events:
        book.add("task/000001-S-1", event, key=NO)
    acts = [command.act for command in deliveries.played(SUPERVISOR, book.kept)]
    return [act for act in acts if isinstance(act, SuspectBreach)]


def test_unreachable_alone_is_no_breach_of_the_commitment() -> None:
    """只是无法联系的，不等于承诺落空；查明不符合承诺内容的才报。"""
    assert suspicions(FindingCode.UNREACHABLE) == []
    assert suspicions(FindingCode.NOT_OPERATING) == []
    (act,) = suspicions(FindingCode.UNREACHABLE, FindingCode.NOT_AS_PROMISED)
    assert act.commitment_id == "C-1"
