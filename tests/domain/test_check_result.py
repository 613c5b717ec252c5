"""检查结果：成立、公开、推翻、撤下、更正，后续处理立了没有；共同规矩与不可能的历史。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import check_result, follow_up
from domain.acts.check_results import CorrectResult, MarkResultMissed, OverturnResult
from domain.acts.monitoring import RaiseAlert
from domain.check_result import (
    Command,
    FollowUpBegun,
    FollowUpLacking,
    Needs,
    Outcome,
    PublicationMissed,
    ResultCorrected,
    ResultFormed,
    ResultOverturned,
    ResultPublished,
    ResultWithdrawn,
    outcome,
)
from domain.code_set import V1, CodeKind, FollowUpKind
from domain.decider import Event
from domain.inspection_task import FindingCode
from domain.oversight import AlertLevel, OversightRule
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, SubjectId
from domain.timers import TimerKind
from tests.domain.case_file import MACHINE, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_timers_of_oversight import open_after
from tests.rules.checked import HEAD, NO, SHOP, TASK, formed

DAY, DUE = date(2026, 3, 2), date(2026, 3, 4)
WHO: Final = PersonId("A")
PENDING: Final = outcome(V1, ("PROBLEM_PENDING", "UNREACHABLE"))
CLEAR: Final = outcome(V1, ("NO_PROBLEM",))
FORMED: Final = ResultFormed(
    *("000001", SubjectId("S-1"), Organ("B"), (PersonId("B"), PersonId("C")), None, None),
    *(DAY, PENDING, DAY, DUE, DUE),
)
SHOWN: Final = ResultPublished("000001", "抽查", Organ("B"), "", PENDING.names, DAY, DAY, WHO)
MISSED, LACKING = PublicationMissed(DUE), FollowUpLacking(DUE)
OVERTURNED: Final = ResultOverturned("FY-1", "不清", DAY, DUE, WHO)
UNSEEN: Final = replace(OVERTURNED, withdraw_by=None)
WITHDRAWN: Final = ResultWithdrawn("不清")
CORRECTED: Final = ResultCorrected(CLEAR, "GZ-1", "变更", DAY, DUE, None, WHO)
BEGUN: Final = FollowUpBegun("HX-1", FollowUpKind.ABNORMAL, complete=False)
SECOND: Final = FollowUpBegun("HX-2", FollowUpKind.RECTIFY, complete=True)
LIVES: Final[tuple[tuple[Event, ...], ...]] = (
    (FORMED,),
    (FORMED, MISSED, LACKING),
    (FORMED, SHOWN),
    (FORMED, BEGUN),
    (FORMED, BEGUN, SECOND),
    (FORMED, UNSEEN),
    (FORMED, SHOWN, OVERTURNED),
    (FORMED, SHOWN, OVERTURNED, WITHDRAWN),
    (FORMED, SHOWN, OVERTURNED, WITHDRAWN, CORRECTED),
)
given = case_files(check_result.AGGREGATE, check_result.decide)


def test_the_outcome_says_what_must_follow() -> None:
    """由代码集得出：写法、哪一类、必须有的后续处理、机器立不立项。"""
    assert outcome(V1, ("UNREACHABLE",)) == Outcome(
        *("v1", ("UNREACHABLE",), ("通过登记的住所无法联系",), (CodeKind.UNREACHABLE,)),
        needs=(FollowUpKind.ABNORMAL,),
        needs_other=False,
        automatic=True,
    )
    assert (PENDING.needs, PENDING.needs_other) == ((FollowUpKind.ABNORMAL,), True)
    assert not CLEAR.wanted.lacking(())


@pytest.mark.parametrize(
    ("needs", "opened", "lacking"),
    [
        (Needs(), (), False),
        (Needs(other=True), (), True),
        (Needs(other=True), (FollowUpKind.ABNORMAL,), False),
        (Needs((FollowUpKind.ABNORMAL,)), (FollowUpKind.RECTIFY,), True),
        (Needs((FollowUpKind.ABNORMAL,), other=True), (FollowUpKind.ABNORMAL,), True),
        (
            Needs((FollowUpKind.ABNORMAL,), other=True),
            (FollowUpKind.ABNORMAL, FollowUpKind.RECTIFY),
            False,
        ),
    ],
)
def test_what_is_lacking(needs: Needs, opened: tuple[FollowUpKind, ...], lacking: bool) -> None:  # noqa: FBT001
    """指明了哪一种的须有那一种；没有指明的，有一种别的即可。"""
    assert needs.lacking(opened) is lacking


def test_before_it_is_formed_nothing_can_be_done() -> None:
    """结果没有成立，什么也办不了。"""
    for command in (
        check_result.Publish(SHOWN),
        check_result.MarkMissed(DAY),
        check_result.Overturn(OVERTURNED, DUE),
        check_result.Withdraw(),
        check_result.Correct(CORRECTED),
        check_result.Follow("HX-1", FollowUpKind.RECTIFY),
        check_result.MarkLacking(DAY),
    ):
        given().when(command).refused(Refusal.RESULT_NOT_FOUND)
    given(FORMED).when(check_result.Form(FORMED)).then()


def test_follow_ups_are_counted_until_none_is_lacking() -> None:
    """立一种记一种；都有了的才算齐。被推翻的不再立项。"""
    again = check_result.Follow("HX-1", FollowUpKind.ABNORMAL)
    given(FORMED).when(again).then(BEGUN)
    given(FORMED, BEGUN).when(again).then()
    given(FORMED, BEGUN).when(check_result.Follow("HX-2", FollowUpKind.RECTIFY)).then(SECOND)
    given(FORMED, UNSEEN).when(again).refused(Refusal.RESULT_OVERTURNED)
    given(FORMED, BEGUN, SECOND).when(check_result.MarkLacking(date(2026, 3, 9))).then()
    given(FORMED, UNSEEN).when(check_result.MarkLacking(date(2026, 3, 9))).then()


def test_reasons_are_said() -> None:
    """推翻、更正都写明理由；检查人不更正自己的结果（SD6）；没有公开过的推翻不必撤。"""
    blank = replace(OVERTURNED, reasons=" ")
    given(FORMED).when(check_result.Overturn(blank, DUE)).refused(Refusal.CASE_REASONS_MISSING)
    given(FORMED).when(check_result.Overturn(OVERTURNED, DUE)).then(UNSEEN)
    given(FORMED, UNSEEN).when(check_result.Withdraw()).then()
    own = replace(CORRECTED, handler=PersonId("B"))
    given(FORMED, UNSEEN).when(check_result.Correct(own)).refused(Refusal.DUTY_SAME_PERSON)
    given(FORMED, UNSEEN).when(check_result.Correct(CORRECTED)).then(CORRECTED)
    given(FORMED, UNSEEN).when(check_result.MarkMissed(date(2026, 3, 9))).then()


def test_the_deadlines_of_a_result() -> None:
    """公开与后续立项各有期限；公开了、齐了、推翻了即了结；推翻公开着的另起撤下的期限。"""
    public, opening = TimerKind.RESULT_PUBLICATION, TimerKind.FOLLOW_UP_OPENING
    assert open_after(FORMED) == {public, opening}
    assert open_after(FORMED, SHOWN) == {opening}
    assert open_after(FORMED, MISSED, LACKING) == {public, opening}
    assert open_after(FORMED, BEGUN) == {public, opening}
    assert open_after(FORMED, BEGUN, SECOND) == {public}
    assert open_after(FORMED, UNSEEN) == set()
    assert open_after(FORMED, SHOWN, OVERTURNED) == {TimerKind.RESULT_WITHDRAWAL}
    assert open_after(FORMED, SHOWN, OVERTURNED, WITHDRAWN, CORRECTED) == {public}


def test_acts_on_nothing() -> None:
    """没有的计划、没有成立的结果、别的部门：都不行；没有立项的后续处理无人可督办。"""
    new, _ = formed("2026-09-24", FindingCode.NO_PROBLEM)
    absent = SubjectId("S-9")
    correct = CorrectResult(NO, absent, ("NO_PROBLEM",), "GZ-1", "变更")
    assert new.refusal(correct, HEAD, "2026-10-12") is Refusal.RESULT_NOT_FOUND
    for act in (
        replace(correct, plan_no="000009"),
        OverturnResult("000009", SHOP, "FY-1", "不清"),
    ):
        assert new.refusal(act, HEAD, "2026-10-12") is Refusal.PLAN_NOT_FOUND
    unknown = MarkResultMissed("000009.S-9")
    assert new.refusal(unknown, MACHINE, "2026-10-12") is Refusal.RESULT_NOT_FOUND
    alert = RaiseAlert(
        *("JC-1", OversightRule.DEADLINE_MISSED, AlertLevel.YELLOW, "followup/HX-9", "E-1"), "无"
    )
    assert new.refusal(alert, MACHINE, "2026-10-12") is Refusal.FOLLOWUP_NOT_FOUND
    assert new.load(follow_up.AGGREGATE, TASK) == follow_up.Nothing()


def test_results_obey_the_laws_of_deciders() -> None:
    """结果的决定守共同规矩；次序颠倒的是不可能的历史。"""
    real: list[Command] = [
        check_result.Form(FORMED),
        check_result.Publish(SHOWN),
        check_result.MarkMissed(date(2026, 3, 9)),
        check_result.MarkLacking(date(2026, 3, 9)),
        check_result.Overturn(OVERTURNED, DUE),
        check_result.Withdraw(),
        check_result.Correct(CORRECTED),
        check_result.Follow("HX-1", FollowUpKind.ABNORMAL),
    ]
    check_decider_laws(
        check_result.AGGREGATE,
        check_result.decide,
        st.sampled_from(real) | anything(Command),
        LIVES,
    )
    everything = [FORMED, SHOWN, MISSED, LACKING, OVERTURNED, WITHDRAWN, CORRECTED, BEGUN]
    check_impossible(check_result.AGGREGATE, [(), *LIVES], everything)
