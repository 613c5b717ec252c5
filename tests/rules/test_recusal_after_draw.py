"""抽后的回避与更换（表 F6、处罚法 43 条、SD5）：决定之前不停止检查，接替的由种子定。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import inspection_plan, inspection_task, recusal, redraw
from domain.acts.afterwards import (
    DecideRecusal,
    DeclareRecusal,
    RedrawInspector,
    RequestRecusal,
)
from domain.acts.check_results import ReviewFinding
from domain.acts.inspections import (
    AnnulPlan,
    AssignTask,
    Draw,
    RecordInspection,
    ReplaceObject,
)
from domain.acts.register import RegisterInspector
from domain.inspection_plan import ExclusionReason, RedrawCause, Stratum
from domain.inspection_task import FindingCode, PartySignature, TaskReassigned
from domain.recusal import RecusalDecided, RecusalDeclared, RecusalRequested
from domain.refusals import Refusal
from domain.terms import Actor, Evidence, OfficerId, PersonId, Role, Sha256, SubjectId
from tests.domain.case_file import MACHINE, actor, at, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import anything, check_decider_laws
from tests.rules.draws import FIRE, NO, PLAN, RUNNER, SHARERS, hall, inspector, notice, ready, shop

CHECK: Final = date(2026, 9, 30)
DAY: Final = "2026-09-03"
SHA: Final = Sha256("a" * 64)
PROOF: Final = (Evidence("task/000000.S-1", SHA),)
ONE: Final = replace(PLAN, strata=(Stratum("B", 1_000, 0),))
SHOPS: Final = tuple(shop(number) for number in range(1, 7))
PEOPLE: Final = ("A", "B", "C", "D", "E")
HEAD: Final = actor("head", Role.SUPERVISION_HEAD, BUREAU)


def certify(new: Hall, name: str, until: date = date(2027, 12, 31)) -> None:
    """在检查人员名录里，证件有效至某日。"""
    act = RegisterInspector(
        PersonId(name), BUREAU, "350505", ("餐饮",), "一所", f"证-{name}", until
    )
    new.record(act, RUNNER, "2026-08-01")


def drawn(people: tuple[str, ...] = PEOPLE) -> Hall:
    """六户抽一，已派发；各人都在名录里，各有检查岗位。"""
    new = ready(hall(), SHOPS, tuple(map(inspector, people)), CHECK, ONE)
    new.employ("head", Role.SUPERVISION_HEAD, BUREAU)
    for name in people:
        certify(new, name)
        new.employ(f"i-{name}", Role.INSPECTOR, BUREAU, person=name)
    new.record(Draw(NO), MACHINE, "2026-09-02")
    new.record(AssignTask(NO, subject(new)), MACHINE, "2026-09-02")
    new.record(notice(subject(new), date(2026, 9, 3)), who(team(new)[0]), "2026-09-02")
    return new


def settled(new: Hall) -> inspection_plan.Settled:
    """抽定之后的计划。"""
    state = new.load(inspection_plan.AGGREGATE, NO)
    assert isinstance(state, inspection_plan.Settled)
    return state


def subject(new: Hall) -> SubjectId:
    """抽中的那一户。"""
    return settled(new).result.drawn[0].subject


def team(new: Hall) -> tuple[PersonId, ...]:
    """现在派去的人。"""
    pair = inspection_plan.teams(settled(new)).get(subject(new))
    return pair.inspectors if pair else ()


def task(new: Hall) -> inspection_task.State:
    """那一户的任务。"""
    return new.load(inspection_task.AGGREGATE, inspection_task.task_id(NO, subject(new)))


def who(person: PersonId) -> Actor:
    """以检查人员的岗位来办。"""
    return actor(f"i-{person}", Role.INSPECTOR, BUREAU)


def in_line(new: Hall) -> tuple[PersonId, ...]:
    """那一户还能接替的人。"""
    return redraw.in_line(settled(new), subject(new))


def found(new: Hall) -> RecordInspection:
    """派去的两人录入：没有问题。"""
    return RecordInspection(
        plan_no=NO,
        subject=subject(new),
        performed_at=at(DAY),
        code_set="v1",
        codes=(FindingCode.NO_PROBLEM,),
        signatures=team(new),
        evidence=PROOF,
        report_sha256=SHA,
        party=PartySignature.SIGNED,
    )


def decide(new: Hall, person: PersonId, *, granted: bool, remedy: str = "") -> DecideRecusal:
    """负责人的决定。"""
    return DecideRecusal(NO, subject(new), person, granted, "查明属实", remedy)


def test_a_declared_recusal_sends_the_next_in_line() -> None:
    """自行回避：决定之前照常检查；准予的由序号里的下一个接替，任务改派，原来的两人留在账上。"""
    new = drawn()
    before, waiting = team(new), in_line(new)
    first, stays = before
    asked = DeclareRecusal(NO, subject(new), "经营者是本人的表弟")
    (declared,) = new.record(asked, who(first), DAY)
    assert isinstance(declared, RecusalDeclared)
    new.idle(asked, who(first), DAY)
    new.record(found(new), who(stays), DAY)  # 决定作出之前不停止检查
    agree = ReviewFinding(NO, subject(new), agreed=True, explanation="")
    assert new.refusal(agree, RUNNER, DAY) is Refusal.RECUSAL_PENDING
    decided, change, moved = new.record(decide(new, first, granted=True), HEAD, "2026-09-04")
    assert isinstance(decided, RecusalDecided)
    assert isinstance(change, inspection_plan.InspectorRedrawn)
    assert isinstance(moved, TaskReassigned)
    assert (change.cause, change.second) == (RedrawCause.RECUSED, None)
    assert change.reference == f"recusal/{NO}.{subject(new)}.{first}"
    assert set(team(new)) == {stays, waiting[0]}
    assert (moved.before, moved.inspectors) == (before, team(new))
    new.idle(decide(new, first, granted=True), HEAD, "2026-09-04")
    # 已录入的结果不作数：由新的两人重新检查，换下的人再录不了
    assert isinstance(task(new), inspection_task.Assigned)
    assert new.refusal(found(new), who(first), "2026-09-04") is Refusal.TASK_NOT_ASSIGNED
    new.record(found(new), who(stays), "2026-09-04")
    new.record(agree, RUNNER, "2026-09-04")
    late = DeclareRecusal(NO, subject(new), "亲属")
    assert new.refusal(late, who(stays), "2026-09-05") is Refusal.TASK_REVIEWED


def test_a_refused_recusal_tells_reasons_and_remedy() -> None:
    """对象申请回避：不准的说明理由、告知救济，两人照旧；有新的理由可以再申请。"""
    new = drawn()
    owner = actor(subject(new), Role.APPLICANT, BUREAU)
    before = team(new)
    asked = RequestRecusal(NO, subject(new), before[0], "其配偶经营同类餐馆")
    (requested,) = new.record(asked, owner, DAY)
    assert isinstance(requested, RecusalRequested)
    assert requested.handler is None
    no = decide(new, before[0], granted=False)
    assert new.refusal(no, HEAD, DAY) is Refusal.RECUSAL_NO_REMEDY
    blank = replace(no, reasons=" ", remedy="复议")
    assert new.refusal(blank, HEAD, DAY) is Refusal.CASE_REASONS_MISSING
    told = replace(no, remedy="对检查之后的处理不服的，申请复议时一并提出")
    (decided,) = new.record(told, HEAD, DAY)
    assert isinstance(decided, RecusalDecided)
    assert not decided.granted
    assert team(new) == before
    assert new.refusal(told, HEAD, "2026-09-04") is Refusal.COURSE_NOT_NOW
    again = replace(asked, reasons="另有证据")
    (anew,) = new.record(again, RUNNER, "2026-09-04")
    assert isinstance(anew, RecusalRequested)
    assert anew.handler is not None


def test_who_may_ask_and_who_decides() -> None:
    """没有理由、不是派去的人、替别人申请、别的部门的负责人、决定自己的，都不行。"""
    new = drawn()
    first, outside = team(new)[0], in_line(new)[0]
    asked = RequestRecusal(NO, subject(new), first, "同业")
    stranger = actor("S-99", Role.APPLICANT, BUREAU)
    assert new.refusal(asked, stranger, DAY) is Refusal.DUTY_SELF
    assert new.refusal(replace(asked, reasons=""), RUNNER, DAY) is Refusal.CASE_REASONS_MISSING
    other = replace(asked, person=outside)
    assert new.refusal(other, RUNNER, DAY) is Refusal.TASK_NOT_ASSIGNED
    nowhere = replace(asked, subject=SubjectId("S-99"))
    assert new.refusal(nowhere, RUNNER, DAY) is Refusal.TASK_NOT_FOUND
    declared = DeclareRecusal(NO, subject(new), "亲属")
    assert new.refusal(declared, who(outside), DAY) is Refusal.TASK_NOT_ASSIGNED
    yes = decide(new, first, granted=True)
    assert new.refusal(yes, HEAD, DAY) is Refusal.COURSE_NOT_FOUND
    new.record(asked, RUNNER, DAY)
    new.employ("fire-head", Role.SUPERVISION_HEAD, FIRE)
    elsewhere = actor("fire-head", Role.SUPERVISION_HEAD, FIRE)
    assert new.refusal(yes, elsewhere, DAY) is Refusal.DUTY_ORGAN
    new.employ("own", Role.SUPERVISION_HEAD, BUREAU, person=first)
    own = actor("own", Role.SUPERVISION_HEAD, BUREAU)
    assert new.refusal(yes, own, DAY) is Refusal.DUTY_SAME_PERSON
    new.record(AnnulPlan(NO, "公开源有误", OfficerId("witness")), RUNNER, DAY)
    assert new.refusal(yes, HEAD, DAY) is Refusal.PLAN_ANNULLED


def test_a_shortage_is_said_and_nobody_goes_alone() -> None:
    """没有人接替的写明不足：任务没有人，剩下的一人录入不了（处罚法 42 条）。"""
    new = drawn(PEOPLE[:2])
    first, alone = team(new)
    new.record(DeclareRecusal(NO, subject(new), "亲属"), who(first), DAY)
    record = found(new)
    _, change, moved = new.record(decide(new, first, granted=True), HEAD, DAY)
    assert isinstance(change, inspection_plan.InspectorRedrawn)
    assert isinstance(moved, TaskReassigned)
    assert (change.pair, change.passed_over, moved.inspectors) == (None, (), ())
    assert team(new) == ()
    assert new.refusal(record, who(alone), DAY) is Refusal.TASK_NOT_ASSIGNED


def leave(new: Hall, person: PersonId, cause: RedrawCause = RedrawCause.LEFT) -> RedrawInspector:
    """离岗的换下，见证人同意。"""
    return RedrawInspector(NO, subject(new), person, cause, "调令", OfficerId("witness"))


def test_who_left_is_redrawn_when_the_register_says_so() -> None:
    """离岗、证件失效：登记簿上仍能执法的不能换；排在前面而不能去的写明，接替的是再下一个。"""
    new = drawn()
    first, waiting = team(new)[0], in_line(new)
    assert new.refusal(leave(new, first), RUNNER, DAY) is Refusal.TASK_INSPECTOR_FIT
    for name in (first, waiting[0]):
        certify(new, name, date(2026, 9, 2))
    recused = leave(new, first, RedrawCause.RECUSED)  # 回避要负责人决定
    assert new.refusal(recused, RUNNER, DAY) is Refusal.TASK_INSPECTOR_FIT
    alone = replace(leave(new, first), second=RUNNER.officer_id)
    assert new.refusal(alone, RUNNER, DAY) is Refusal.PLAN_SAME_PERSON
    unknown = replace(leave(new, first), second=OfficerId("nobody"))
    assert new.refusal(unknown, RUNNER, DAY) is Refusal.OFFICER_UNKNOWN
    stranger = next(one for one in SHARERS if one.organ == FIRE)
    assert new.refusal(leave(new, first), stranger, DAY) is Refusal.DUTY_ORGAN
    change, moved = new.record(leave(new, first), RUNNER, DAY)
    assert isinstance(change, inspection_plan.InspectorRedrawn)
    assert isinstance(moved, TaskReassigned)
    assert change.passed_over == waiting[:1]
    assert change.second is not None
    assert waiting[1] in team(new)
    new.idle(leave(new, first), RUNNER, DAY)


def test_nobody_in_line_may_go() -> None:
    """接替的人都不能执法的，全部写明，仍是不足。"""
    new = drawn()
    first, waiting = team(new)[0], in_line(new)
    for name in (first, *waiting):
        certify(new, name, date(2026, 9, 2))
    expired = leave(new, first, RedrawCause.CERTIFICATE_EXPIRED)
    change, _ = new.record(expired, RUNNER, DAY)
    assert isinstance(change, inspection_plan.InspectorRedrawn)
    assert (change.passed_over, change.pair) == (waiting, None)


def test_no_change_where_nobody_was_sent() -> None:
    """没抽中的、撤回的、没派发的任务不换人；替补之后换的是替补的那一户。"""
    new = drawn()
    first, here = team(new)[0], subject(new)
    certify(new, first, date(2026, 9, 2))
    act = leave(new, first)
    elsewhere = replace(act, subject=SubjectId("S-99"))
    assert new.refusal(elsewhere, RUNNER, DAY) is Refusal.TASK_NOT_ASSIGNED
    exclude = ReplaceObject(NO, here, ExclusionReason.MERGED, PROOF, OfficerId("witness"))
    replaced, *_ = new.record(exclude, RUNNER, DAY)
    assert isinstance(replaced, inspection_plan.ObjectReplaced)
    assert new.refusal(act, RUNNER, DAY) is Refusal.TASK_NOT_ASSIGNED
    asked = RequestRecusal(NO, here, first, "同业")
    assert new.refusal(asked, RUNNER, DAY) is Refusal.TASK_WITHDRAWN
    assert replaced.pair is not None
    other = replaced.pair.inspectors[0]
    certify(new, other, date(2026, 9, 2))
    moved = replace(act, subject=replaced.pair.subject, person=other)
    assert new.refusal(moved, RUNNER, DAY) is Refusal.TASK_NOT_FOUND  # 还没派发
    new.record(AssignTask(NO, replaced.pair.subject), MACHINE, DAY)
    change, _ = new.record(moved, RUNNER, DAY)
    assert isinstance(change, inspection_plan.InspectorRedrawn)
    early = ready(hall(), SHOPS, tuple(map(inspector, PEOPLE)), CHECK, ONE)
    assert early.refusal(act, RUNNER, DAY) is Refusal.PLAN_AWAITS_DRAW


def test_a_returned_result_does_not_wait_for_a_recusal() -> None:
    """复核退回不等回避的决定；退回之后准予的，同样改派。"""
    new = drawn()
    first, stays = team(new)
    new.record(DeclareRecusal(NO, subject(new), "亲属"), who(first), DAY)
    back = ReviewFinding(NO, subject(new), agreed=False, explanation="照片不清")
    assert new.refusal(back, RUNNER, DAY) is Refusal.TASK_NOT_INSPECTED
    new.record(found(new), who(stays), DAY)
    new.record(back, RUNNER, DAY)
    new.record(decide(new, first, granted=True), HEAD, DAY)
    assert isinstance(task(new), inspection_task.Assigned)
    nothing = ReviewFinding(NO, SubjectId("S-99"), agreed=True, explanation="")
    assert new.refusal(nothing, RUNNER, DAY) is Refusal.TASK_NOT_FOUND


def test_recusal_obeys_the_laws_of_deciders() -> None:
    """回避守决定者的共同规矩。"""
    facts = anything(recusal.RecusalEvent)
    check_decider_laws(recusal.ORDER.aggregate, recusal.ORDER.decide, facts)


def test_redrawing_obeys_the_laws_of_deciders() -> None:
    """换人与改派守共同规矩；没派去的人被换下、换下两次、结果成立之后改派，都是不可能的历史。"""
    new = drawn()
    before, here = team(new), subject(new)
    life, work = new.streams[f"plan/{NO}"], new.streams[f"task/{NO}.{here}"]
    reason, head = RedrawCause.LEFT, PersonId("head")
    commands = [
        redraw.Redraw(where, PersonId(name), reason, "调令", head, None, unfit)
        for where in (here, SubjectId("S-99"))
        for name in PEOPLE
        for unfit in (frozenset[PersonId](), frozenset(in_line(new)))
    ]
    certify(new, before[0], date(2026, 9, 2))
    change, moved = new.record(leave(new, before[0]), RUNNER, DAY)
    check_decider_laws(
        inspection_plan.AGGREGATE,
        lambda state, command: command.decide(state),
        st.sampled_from(commands),
        [life, (*life, change)],
    )
    back = [
        inspection_task.Reassign(people, PersonId(name), reason, head)
        for people in ((), team(new))
        for name in PEOPLE
        if name not in people
    ]
    result = inspection_task.Inspected(at(DAY), "v1", (FindingCode.NO_PROBLEM,), before, PROOF, SHA)
    agreed = inspection_task.FindingReviewed(True, "", head)  # noqa: FBT003
    withdrawn = inspection_task.TaskWithdrawn(ExclusionReason.MERGED, before, head)
    lives = [work, (*work, moved), (*work, result, agreed), (*work, withdrawn)]
    check_decider_laws(
        inspection_task.AGGREGATE, inspection_task.decide, st.sampled_from(back), lives
    )
    check_impossible(inspection_plan.AGGREGATE, [(), life[:1], (*life, change)], [change])
    check_impossible(
        inspection_task.AGGREGATE, [(), (*work, moved), (*work, result, agreed)], [moved]
    )


@pytest.mark.parametrize("name", PEOPLE)
def test_anybody_sent_may_be_redrawn(name: str) -> None:
    """派去的是谁都一样换：新的两人依序号写出，换下的人不再接替这一户。"""
    new = drawn()
    person = PersonId(name)
    if person not in team(new):
        assert new.refusal(leave(new, person), RUNNER, DAY) is Refusal.TASK_INSPECTOR_FIT
        return
    certify(new, name, date(2026, 9, 2))
    new.record(leave(new, person), RUNNER, DAY)
    certify(new, name)
    assert person not in in_line(new)
    other = team(new)[0]
    certify(new, other, date(2026, 9, 2))
    new.record(leave(new, other), RUNNER, DAY)
    assert person not in team(new)
