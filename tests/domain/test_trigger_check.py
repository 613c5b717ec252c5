"""有因检查守决定者的共同规矩；不可能的历史当即停下。"""

from datetime import date

from hypothesis import strategies as st

from domain import trigger_check
from domain.decider import Event
from domain.terms import PersonId
from domain.trigger_check import CheckApproved, CheckRefused, CheckReviewed, InspectorsSent
from tests.deliveries import check_done, check_opened
from tests.domain.case_file import check_impossible
from tests.domain.laws import anything, check_decider_laws

TEAM = InspectorsSent((PersonId("A"), PersonId("B")), PersonId("C"))
APPROVED = CheckApproved("甲", PersonId("D"))
DONE = check_done()
BACK = CheckReviewed(agreed=False, explanation="缺照片", handler=PersonId("C"))
AGREED = CheckReviewed(agreed=True, explanation="", handler=PersonId("C"))


def lives() -> list[tuple[Event, ...]]:
    """一项检查一步步到复核，另有先查后批的、不批准的。"""
    begun = (check_opened(), APPROVED, TEAM, DONE)
    return [
        begun[:1],
        begun[:2],
        begun[:3],
        begun,
        (*begun, BACK),
        (*begun, AGREED),
        (check_opened(), TEAM, DONE, APPROVED),
        (check_opened(), TEAM, CheckRefused("不属职责", PersonId("D"))),
    ]


def test_trigger_checks_obey_the_laws_of_deciders() -> None:
    """同样的现状同样的答复；办过的不再办；结果成立、不批准之后不再有事。"""
    kinds = [
        trigger_check.Open,
        trigger_check.Approve,
        trigger_check.Send,
        trigger_check.Record,
        trigger_check.Review,
    ]
    check_decider_laws(
        trigger_check.AGGREGATE,
        trigger_check.decide,
        st.one_of([anything(kind) for kind in kinds]),
        lives(),
    )
    events: list[Event] = [
        check_opened(),
        APPROVED,
        CheckRefused("", PersonId("D")),
        TEAM,
        DONE,
        AGREED,
    ]
    check_impossible(trigger_check.AGGREGATE, [(), *lives()], events)


def test_after_the_end_nothing_more() -> None:
    """结果成立了、不批准了，什么也不再记。"""
    for life in (lives()[5], lives()[7]):
        state = trigger_check.AGGREGATE.fold(life)
        for command in (
            trigger_check.Send(TEAM, (), ()),
            trigger_check.Review(AGREED),
            trigger_check.Open(check_opened(), date(2026, 3, 2)),
        ):
            answer = trigger_check.decide(state, command)
            assert not isinstance(answer, tuple) or answer == ()
