"""排除与替补（表 F5、trust.md B.4）：抽中的只凭所列缘由排除，替补只能是同层的下一签。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import inspection_plan, inspection_task, redraw
from domain.acts.check_results import ReviewFinding
from domain.acts.inspections import (
    AnnulPlan,
    AssignTask,
    Draw,
    RecordInspection,
    ReplaceObject,
)
from domain.inspection_plan import ExclusionReason, Stratum
from domain.inspection_task import FindingCode
from domain.refusals import Refusal
from domain.terms import Evidence, OfficerId, PersonId, Role, Sha256, SubjectId
from tests.domain.case_file import MACHINE, at, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import check_decider_laws
from tests.rules.draws import FIRE, NO, PLAN, RUNNER, SHARERS, hall, inspector, ready, shop

CHECK: Final = date(2026, 9, 30)
DAY: Final = "2026-09-03"
SHA: Final = Sha256("a" * 64)
PROOF: Final = (Evidence("task/000000.S-1", SHA),)
SOME: Final = replace(PLAN, strata=(Stratum("B", 3_000, 0),))
SHOPS: Final = tuple(shop(number) for number in range(1, 7))
PEOPLE: Final = tuple(map(inspector, ("A", "B", "C", "D")))


@pytest.fixture
def drawn() -> Hall:
    """六户抽二，已派发。"""
    new = ready(hall(), SHOPS, PEOPLE, CHECK, SOME)
    new.record(Draw(NO), MACHINE, "2026-09-02")
    for pair in settled(new).pairs:
        new.record(AssignTask(NO, pair.subject), MACHINE, "2026-09-02")
    return new


def settled(new: Hall) -> inspection_plan.Settled:
    """抽定之后的计划。"""
    state = new.load(inspection_plan.AGGREGATE, NO)
    assert isinstance(state, inspection_plan.Settled)
    return state


def exclude(subject: SubjectId) -> ReplaceObject:
    """一户已并入联合检查，由见证人同意排除。"""
    return ReplaceObject(NO, subject, ExclusionReason.MERGED, PROOF, OfficerId("witness"))


def tickets() -> list[SubjectId]:
    """六户全抽时的次序：抽二的接下去就是替补的次序。"""
    whole = ready(hall(), SHOPS, PEOPLE, CHECK)
    whole.record(Draw(NO), MACHINE, "2026-09-02")
    return [one.subject for one in settled(whole).result.drawn]


def test_the_next_ticket_takes_the_place(drawn: Hall) -> None:
    """替补是同层的下一签，任务同时撤回，替补的派发给抽签定的两人；抽中的记录不动。"""
    first, second, third, fourth, *_ = tickets()
    assert [one.subject for one in settled(drawn).result.drawn] == [first, second]
    before = settled(drawn).result
    replaced, withdrawn = drawn.record(exclude(first), RUNNER, DAY)
    assert isinstance(replaced, inspection_plan.ObjectReplaced)
    assert replaced.substitute is not None
    assert (replaced.subject, replaced.substitute.subject) == (first, third)
    assert isinstance(withdrawn, inspection_task.TaskWithdrawn)
    assert settled(drawn).result == before
    drawn.idle(exclude(first), RUNNER, DAY)
    other = replace(exclude(first), reason=ExclusionReason.STATUS_ENDED)
    assert drawn.refusal(other, RUNNER, DAY) is Refusal.PLAN_REPLACED
    (task,) = drawn.record(AssignTask(NO, third), MACHINE, DAY)
    assert isinstance(task, inspection_task.TaskAssigned)
    assert replaced.pair is not None
    assert task.inspectors == replaced.pair.inspectors
    again, _ = drawn.record(exclude(third), RUNNER, DAY)
    assert isinstance(again, inspection_plan.ObjectReplaced)
    assert again.substitute is not None
    assert again.substitute.subject == fourth
    assert set(inspection_plan.teams(settled(drawn))) == {second, fourth}


def test_a_stratum_may_run_out() -> None:
    """全抽的层没有下一签：排除照记，没有替补；没派发的任务无可撤，也不再派。"""
    new = ready(hall(), SHOPS[:1], PEOPLE, CHECK)
    new.record(Draw(NO), MACHINE, "2026-09-02")
    subject = SHOPS[0].subject
    (replaced,) = new.record(exclude(subject), RUNNER, DAY)
    assert isinstance(replaced, inspection_plan.ObjectReplaced)
    assert (replaced.substitute, replaced.pair) == (None, None)
    assert new.refusal(AssignTask(NO, subject), MACHINE, DAY) is Refusal.TASK_WITHDRAWN


def test_nobody_to_send_is_said() -> None:
    """替补配不足两人的，写明没有，不由一人检查。"""
    people = PEOPLE[:2]
    third = tickets()[2]
    shops = tuple(
        replace(one, officers_involved=(PersonId("A"),)) if one.subject == third else one
        for one in SHOPS
    )
    new = ready(hall(), shops, people, CHECK, SOME)
    new.record(Draw(NO), MACHINE, "2026-09-02")
    (replaced,) = new.record(exclude(tickets()[0]), RUNNER, DAY)
    assert isinstance(replaced, inspection_plan.ObjectReplaced)
    assert replaced.substitute is not None
    assert replaced.pair is None
    assert new.refusal(AssignTask(NO, third), MACHINE, DAY) is Refusal.TASK_NOT_DRAWN


def test_only_for_a_reason_with_proof_and_a_second_person(drawn: Hall) -> None:
    """没有证据、同一人同意、没抽中的、别的部门、没有的人，都不行；没抽定的也不行。"""
    subject = settled(drawn).pairs[0].subject
    act = exclude(subject)
    for wrong, code in (
        (replace(act, evidence=()), Refusal.PLAN_NO_EVIDENCE),
        (replace(act, second=RUNNER.officer_id), Refusal.PLAN_SAME_PERSON),
        (replace(act, subject=tickets()[-1]), Refusal.TASK_NOT_DRAWN),
        (replace(act, second=OfficerId("nobody")), Refusal.OFFICER_UNKNOWN),
    ):
        assert drawn.refusal(wrong, RUNNER, DAY) is code
    stranger = next(who for who in SHARERS if who.organ == FIRE)
    assert drawn.refusal(act, stranger, DAY) is Refusal.DUTY_ORGAN
    early = ready(hall(), SHOPS, PEOPLE, CHECK, SOME)
    assert early.refusal(act, RUNNER, DAY) is Refusal.PLAN_AWAITS_DRAW


def test_who_was_inspected_is_not_excluded(drawn: Hall) -> None:
    """录入了结果的不能排除；撤回了的任务不能录入、不能复核。"""
    one, other = settled(drawn).pairs
    for pair in (one, other):
        for person in pair.inspectors:
            drawn.employ(f"i-{person}", Role.INSPECTOR, BUREAU, person=person)
    done, gone = (
        RecordInspection(
            NO, pair.subject, at(DAY), "v1", (FindingCode.NO_PROBLEM,), pair.inspectors, PROOF, SHA
        )
        for pair in (one, other)
    )
    drawn.record(exclude(other.subject), RUNNER, DAY)
    review = ReviewFinding(NO, other.subject, agreed=True, explanation="")
    assert drawn.refusal(review, RUNNER, DAY) is Refusal.TASK_WITHDRAWN
    task = inspection_task.AGGREGATE.fold(drawn.streams[f"task/{NO}.{other.subject}"])
    record = inspection_task.Record(
        inspection_task.Inspected(
            gone.performed_at, "v1", gone.codes, gone.signatures, gone.evidence, SHA
        ),
        other.inspectors[0],
        (),
        at(DAY),
    )
    told = inspection_task.decide(task, record)
    assert getattr(told, "code", None) is Refusal.TASK_WITHDRAWN
    unannounced = inspection_task.CheckUnannounced(
        "检审-1", "突击", at(DAY).date(), PersonId("p-runner")
    )
    told = inspection_task.decide(task, inspection_task.Notify(unannounced))
    assert getattr(told, "code", None) is Refusal.TASK_WITHDRAWN
    found = inspection_task.Inspected(
        done.performed_at, "v1", done.codes, done.signatures, done.evidence, SHA
    )
    drawn.streams[f"task/{NO}.{one.subject}"] += (found,)
    assert drawn.refusal(exclude(one.subject), RUNNER, DAY) is Refusal.PLAN_INSPECTED
    drawn.record(AnnulPlan(NO, "公开源有误", OfficerId("witness")), RUNNER, DAY)
    assert drawn.refusal(exclude(one.subject), RUNNER, DAY) is Refusal.PLAN_ANNULLED


def test_replacement_obeys_the_laws_of_deciders(drawn: Hall) -> None:
    """排除与撤回守共同规矩；没抽中的被排除、排除两次、撤回两次，都是不可能的历史。"""
    life = drawn.streams[f"plan/{NO}"]
    subject = settled(drawn).pairs[0].subject
    task = drawn.streams[f"task/{NO}.{subject}"]
    people = (PersonId("X"), PersonId("Y"))
    reason = ExclusionReason.STATUS_ENDED
    commands = [
        redraw.Replace(one, reason, PROOF, *people, inspected=late)
        for one in (subject, tickets()[2], tickets()[-1])
        for late in (False, True)
    ]
    events, withdrawn = drawn.record(exclude(subject), RUNNER, DAY)
    check_decider_laws(
        inspection_plan.AGGREGATE,
        lambda state, command: command.decide(state),
        st.sampled_from(commands),
        [life, (*life, events)],
    )
    back = inspection_task.Withdraw(reason, PersonId("X"))
    check_decider_laws(
        inspection_task.AGGREGATE, inspection_task.decide, st.just(back), [task, (*task, withdrawn)]
    )
    assert isinstance(events, inspection_plan.ObjectReplaced)
    stranger = replace(events, subject=tickets()[-1])
    check_impossible(inspection_plan.AGGREGATE, [(), life[:1], (*life, events)], [events, stranger])
    check_impossible(inspection_task.AGGREGATE, [(), (*task, withdrawn)], [withdrawn])
