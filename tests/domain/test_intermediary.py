"""中介机构：登记资质，评价、暂停、退出。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import intermediary
from domain.acts.intermediaries import (
    ExitIntermediary,
    RateIntermediary,
    RegisterIntermediary,
    SuspendIntermediary,
)
from domain.decider import Plan, Refused
from domain.intermediary import (
    IntermediaryExited,
    IntermediaryRated,
    IntermediaryRegistered,
    IntermediarySuspended,
    Judge,
    Qualification,
    Rating,
    Register,
    qualified,
)
from domain.refusals import Refusal
from domain.terms import Organ, PersonId
from tests.domain.case_file import STAFF, case_files, check_impossible, town
from tests.domain.laws import anything, check_decider_laws

given = case_files(intermediary.AGGREGATE, intermediary.decide)
WHO, TODAY, ORGAN = PersonId("P-9"), date(2026, 6, 1), Organ("350505-SPJ")
HELD = Qualification("水土保持", "ZZ-1", date(2026, 1, 1), date(2026, 12, 31))
LISTED = IntermediaryRegistered("评审中心", (HELD,), (Organ("350505-SLJ"),), WHO)
RATED = IntermediaryRated(Rating.B, "按时", WHO)
PAUSED = IntermediarySuspended(TODAY, date(2026, 8, 31), "失实", WHO)
GONE = IntermediaryExited(date(2026, 7, 1), "失实", WHO)
LIVES = ((LISTED,), (LISTED, RATED), (LISTED, PAUSED), (LISTED, GONE))


def test_registered_with_dated_qualifications() -> None:
    """资质逐项写明起止；内容相同即无事可办，变更的再记；退出的不能以变更回来。"""
    given().when(Register(LISTED)).then(LISTED)
    given(LISTED).when(Register(LISTED)).then()
    changed = replace(LISTED, name="新名")
    given(LISTED).when(Register(changed)).then(changed)
    given(LISTED, GONE).when(Register(changed)).refused(
        Refusal.INTERMEDIARY_EXITED, on="2026-07-01"
    )
    backward = replace(HELD, valid_to=date(2025, 12, 31))
    for held in ((), (backward,)):
        given().when(Register(replace(LISTED, qualifications=held))).refused(
            Refusal.INTERMEDIARY_QUALIFICATIONS
        )


def test_judged_with_reasons_and_never_backwards() -> None:
    """评价、暂停、退出都说明理由，不溯及既往，一次；退出之后不再评价。"""
    for fact in (RATED, PAUSED, GONE):
        given(LISTED).when(Judge(fact, TODAY)).then(fact)
        given(LISTED, fact).when(Judge(fact, TODAY)).then()
        mute = replace(fact, reasons=" ")
        given(LISTED).when(Judge(mute, TODAY)).refused(Refusal.CASE_REASONS_MISSING)
        given().when(Judge(fact, TODAY)).refused(Refusal.INTERMEDIARY_NOT_FOUND)
    for late in (PAUSED, GONE):
        given(LISTED).when(Judge(late, date(2026, 7, 2))).refused(Refusal.INTERMEDIARY_BACKDATED)
    turned = replace(PAUSED, last_day=date(2026, 5, 31))
    given(LISTED).when(Judge(turned, TODAY)).refused(
        Refusal.INTERMEDIARY_BACKDATED, on="2026-06-01"
    )
    given(LISTED, GONE).when(Judge(RATED, TODAY)).refused(
        Refusal.INTERMEDIARY_EXITED, on="2026-07-01"
    )


@pytest.mark.parametrize(
    ("life", "day", "code"),
    [
        ((), TODAY, Refusal.INTERMEDIARY_NOT_FOUND),
        ((LISTED, PAUSED), TODAY, Refusal.INTERMEDIARY_SUSPENDED),
        ((LISTED, PAUSED), date(2026, 8, 31), Refusal.INTERMEDIARY_SUSPENDED),
        ((LISTED, GONE), date(2026, 7, 1), Refusal.INTERMEDIARY_EXITED),
        ((LISTED,), date(2027, 1, 1), Refusal.INTERMEDIARY_UNQUALIFIED),
    ],
)
def test_who_may_not_report(
    life: tuple[intermediary.IntermediaryEvent, ...], day: date, code: Refusal
) -> None:
    """没有登记、在暂停期内、已退出、资质不在有效期的，不得出具报告。"""
    answer = qualified(intermediary.AGGREGATE.fold(life), "水土保持", ORGAN, day)
    assert isinstance(answer, Refused)
    assert answer.code is code


@pytest.mark.parametrize(
    ("life", "day"),
    [
        ((LISTED,), date(2026, 12, 31)),
        ((LISTED, PAUSED), date(2026, 5, 31)),
        ((LISTED, PAUSED), date(2026, 9, 1)),
        ((LISTED, GONE), date(2026, 6, 30)),
    ],
)
def test_who_may_report(life: tuple[intermediary.IntermediaryEvent, ...], day: date) -> None:
    """资质首尾两日都在内；暂停期前后、退出之前的报告有效。"""
    assert qualified(intermediary.AGGREGATE.fold(life), "水土保持", ORGAN, day) == HELD


def test_an_affiliated_organ_is_not_served() -> None:
    """SD10：有隶属关系的机关的事项，不得出具报告。"""
    answer = qualified(
        intermediary.AGGREGATE.fold((LISTED,)), "水土保持", Organ("350505-SLJ"), TODAY
    )
    assert isinstance(answer, Refused)
    assert answer.code is Refusal.INTERMEDIARY_AFFILIATED


def test_the_regulator_keeps_the_register() -> None:
    """登记、评价、暂停、退出，由行业主管部门办；再办一次无事可办。"""
    book, chief = town(), STAFF["chief"]
    for act in (
        RegisterIntermediary("ZJ-1", "评审中心", (HELD,)),
        RateIntermediary("ZJ-1", Rating.A, "按时"),
        SuspendIntermediary("ZJ-1", TODAY, TODAY, "核查中"),
        ExitIntermediary("ZJ-1", "失实"),
    ):
        book.do(act, chief, "2026-06-01")
        if not isinstance(act, RegisterIntermediary | RateIntermediary | SuspendIntermediary):
            assert book.do(act, chief, "2026-06-01") == Plan()
    state = book.load(intermediary.AGGREGATE, "ZJ-1")
    assert isinstance(state, intermediary.Listed)
    assert state.exited is not None
    assert state.exited.exited_on == TODAY


def test_contradictions_stop_the_register() -> None:
    """没有登记的、已退出的，再无别的事。"""
    check_impossible(intermediary.AGGREGATE, ((), *LIVES), (LISTED, RATED, PAUSED, GONE))


def test_decider_laws() -> None:
    """中介机构守决定者的共同规矩。"""
    check_decider_laws(
        intermediary.AGGREGATE, intermediary.decide, anything(intermediary.Command), LIVES
    )
