"""暂缓检查：凭证据、两人同意往后改，不过计划公布的期限；检查过的、联系不上的都不是暂缓。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import inspection_task
from domain.acts.deferrals import DeferTask
from domain.acts.inspections import AnnulPlan, RecordInspection
from domain.decider import ImpossibleHistory
from domain.inspection_task import DeferralCause, FindingCode, PartySignature, TaskDeferred
from domain.refusals import Refusal
from domain.terms import Evidence, OfficerId, PersonId, Role, Sha256, SubjectId
from domain.timers import TimerKind, advance
from tests.domain.case_file import actor, at
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import FIRE, NO, RUNNER
from tests.rules.test_recusal_after_draw import drawn, subject, team, who

PROOF: Final = (Evidence("停业公告", Sha256("a" * 64)),)
OTHER: Final = OfficerId("other")
LATEST: Final = date(2026, 10, 30)  # 检查限期九月三十日起三十日


def deferring(new: Hall) -> DeferTask:
    """那一户冬季停业，改到十月二十日。"""
    return DeferTask(
        NO, subject(new), DeferralCause.SEASONAL, "停业", PROOF, date(2026, 10, 20), OTHER
    )


def town() -> Hall:
    """抽定、派发了的计划，另有一人可以同意。"""
    new = drawn()
    new.employ("other", Role.SUPERVISOR, BUREAU)
    return new


def test_a_check_is_put_off_with_evidence_and_a_second_person() -> None:
    """改到十月二十日：限期随之移动，派去的人不变；同一日再来无事可办；改期之后照常检查。"""
    new = town()
    act = deferring(new)
    (fact,) = new.record(act, RUNNER, "2026-09-10")
    assert isinstance(fact, TaskDeferred)
    assert (fact.before, fact.due_on) == (date(2026, 9, 30), date(2026, 10, 20))
    assert fact.inspectors == team(new)
    new.idle(act, RUNNER, "2026-09-11")
    (timer,) = advance((), fact, 2)
    assert (timer.kind, timer.due_on) == (TimerKind.INSPECTION, date(2026, 10, 20))
    later = replace(act, due_on=LATEST)
    (again,) = new.record(later, RUNNER, "2026-10-15")
    assert isinstance(again, TaskDeferred)
    assert again.before == date(2026, 10, 20)
    done = inspected(new)
    new.record(done, who(team(new)[0]), "2026-10-20")
    late = new.refusal(replace(act, due_on=date(2026, 10, 25)), RUNNER, "2026-10-21")
    assert late is Refusal.TASK_ALREADY_INSPECTED


def inspected(new: Hall) -> RecordInspection:
    """两人到场检查的结果。"""
    return RecordInspection(
        NO,
        subject(new),
        at("2026-10-20 09:00"),
        "v1",
        (FindingCode.NO_PROBLEM,),
        team(new),
        PROOF,
        Sha256("a" * 64),
        party=PartySignature.SIGNED,
    )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"evidence": ()}, Refusal.TASK_DEFERRAL_EVIDENCE),
        ({"explanation": " "}, Refusal.TASK_DEFERRAL_EVIDENCE),
        ({"due_on": date(2026, 9, 29)}, Refusal.TASK_DEFERRAL_DAY),
        ({"due_on": date(2026, 10, 31)}, Refusal.TASK_DEFERRAL_DAY),
        ({"second": RUNNER.officer_id}, Refusal.PLAN_SAME_PERSON),
        ({"second": OfficerId("nobody")}, Refusal.OFFICER_UNKNOWN),
        ({"subject": SubjectId("S-77")}, Refusal.TASK_NOT_FOUND),
        ({"plan_no": "000099"}, Refusal.PLAN_NOT_FOUND),
    ],
)
def test_nothing_else_puts_a_check_off(change: dict[str, object], refusal: Refusal) -> None:
    """没有证据、提前、过了公布的期限、一个人、没有抽中的，都不暂缓。"""
    new = town()
    act: DeferTask = replace(deferring(new), **change)  # type: ignore[arg-type]
    assert new.refusal(act, RUNNER, "2026-09-10") is refusal


def test_an_annulled_plan_and_another_department_put_nothing_off() -> None:
    """作废了的计划、别的部门，都不能暂缓。"""
    new = town()
    act = deferring(new)
    new.employ("fire", Role.SUPERVISOR, FIRE)
    stranger = actor("fire", Role.SUPERVISOR, FIRE)
    assert new.refusal(act, stranger, "2026-09-10") is Refusal.DUTY_ORGAN
    new.record(AnnulPlan(NO, "另选日期", OTHER), RUNNER, "2026-09-10")
    assert new.refusal(act, RUNNER, "2026-09-11") is Refusal.PLAN_ANNULLED


def test_a_withdrawn_task_is_not_put_off_and_history_is_in_order() -> None:
    """撤回了的不暂缓；改到更早、接不上原限期的历史自相矛盾。"""
    new = town()
    state = new.load(inspection_task.AGGREGATE, inspection_task.task_id(NO, subject(new)))
    assert isinstance(state, inspection_task.Assigned)
    fact = TaskDeferred(
        subject(new),
        DeferralCause.SEASONAL,
        "停业",
        PROOF,
        state.task.due_on,
        date(2026, 10, 20),
        team(new),
        PersonId("P-1"),
        PersonId("P-2"),
    )
    withdrawn = inspection_task.Withdrawn(state.task)
    refused = inspection_task.decide(withdrawn, inspection_task.Defer(fact, LATEST))
    assert getattr(refused, "code", None) is Refusal.TASK_WITHDRAWN
    for wrong in (replace(fact, before=date(2026, 9, 1)), replace(fact, due_on=date(2026, 9, 1))):
        with pytest.raises(ImpossibleHistory):
            inspection_task.evolve(state, wrong)
