"""灯的界限：效能部门逐版公布，至早次日生效；期限依其起算之日的版本，亮灯写明所依的版本。"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain import light_setting
from domain.acts.intake import Accept, Receive
from domain.acts.timekeeping import OpenDeadline, PublishLights, WarnDeadline
from domain.case import Accepted
from domain.catalogue import DayCount
from domain.decider import Plan, RuleUsed
from domain.light_setting import (
    REST,
    KindLevels,
    LightsPublished,
    Publish,
    rule_of,
    table_on,
)
from domain.lights import DEFAULT, Levels, Light, Span, Threshold
from domain.refusals import Refusal
from domain.terms import CaseKind, CaseNo, Channel, Material, Role, SubjectId
from domain.timekeeping import Warned
from domain.timers import TimerKind
from tests.domain.case_file import (
    CENTRE,
    ITEM,
    MACHINE,
    SHA,
    STAFF,
    Book,
    actor,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_deadlines import CALENDAR

given = case_files(light_setting.AGGREGATE, light_setting.decide)
TODAY = date(2026, 3, 2)
OTHERS = KindLevels(REST, 3, 40, 1, 20, DayCount.WORKING)
CLAIM = KindLevels("CLAIM", 1, 0, 0, 0, DayCount.NATURAL)
V1 = LightsPublished(1, date(2026, 3, 3), "效能办1号", (OTHERS, CLAIM), person("eff"))
V2 = replace(V1, version=2, effective_from=date(2026, 4, 1), levels=(OTHERS,))
OFFICER = actor("eff", Role.PERFORMANCE, CENTRE)
ACT = PublishLights(V1.effective_from, V1.document_no, V1.levels)


def _town() -> Book:
    book = town()
    book.hire("eff", Role.PERFORMANCE, CENTRE, person("eff"))
    return book


def test_versions_follow_one_another() -> None:
    """逐版公布，版本号由账本排定；内容相同即无事可办。"""
    given().when(Publish(replace(V1, version=0), TODAY)).then(V1)
    given(V1).when(Publish(replace(V1, version=7), date(2026, 3, 9))).then()
    given(V1).when(Publish(V2, TODAY)).then(V2)
    assert V1.takes_effect(TODAY) == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("known", "day", "floor"),
    [((), "2026-03-02", "2026-03-02"), ((V1,), "2026-03-03", "2026-03-03")],
)
def test_a_version_begins_after_today_and_after_the_one_before(
    known: tuple[LightsPublished, ...], day: str, floor: str
) -> None:
    """当日起的不行：当日起算的期限已经有了；也不与前一版同日。"""
    fact = replace(V2, effective_from=date.fromisoformat(day))
    given(*known).when(Publish(fact, TODAY)).refused(
        Refusal.LIGHTS_BACKDATED, effective_from=day, floor=floor
    )


def test_a_version_names_its_paper() -> None:
    """没有文号的不公布。"""
    given().when(Publish(replace(V1, document_no=" "), TODAY)).refused(Refusal.LIGHTS_NO_DOCUMENT)


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ((), "REST"),
        ((CLAIM,), "REST"),
        ((OTHERS, OTHERS), "REST"),
        ((OTHERS, CLAIM, CLAIM), "CLAIM"),
        ((OTHERS, replace(CLAIM, deadline="NOBODY")), "NOBODY"),
        ((OTHERS, replace(CLAIM, red_days=-1)), "CLAIM"),
        ((OTHERS, replace(CLAIM, red_days=2)), "CLAIM"),
        ((OTHERS, replace(CLAIM, red_percent=1)), "CLAIM"),
        ((OTHERS, replace(CLAIM, yellow_percent=101)), "CLAIM"),
        ((OTHERS, replace(CLAIM, red_percent=-1)), "CLAIM"),
    ],
)
def test_levels_must_be_sound(levels: tuple[KindLevels, ...], told: str) -> None:
    """其余各种写一行，另定的各写一行；种类真有，红灯不早于黄灯。"""
    fact = replace(V1, levels=levels)
    given().when(Publish(fact, TODAY)).refused(Refusal.LIGHTS_LEVELS, deadlines=told)


def test_a_deadline_is_lit_by_the_version_of_its_first_day() -> None:
    """三月二日起算的依随附的，三日起的依第一版，四月一日起的依第二版。"""
    versions = (V1, V2)
    assert table_on(versions, TODAY) is DEFAULT
    first = table_on(versions, date(2026, 3, 31))
    assert first.version == 1
    assert first.of("CLAIM") == Levels(Threshold(1), Threshold(0), DayCount.NATURAL)
    assert first.of("DELIVERY") == Levels(Threshold(3, 40), Threshold(1, 20))
    second = table_on(versions, date(2026, 4, 1))
    assert (second.version, second.of("CLAIM")) == (2, second.rest)
    assert rule_of(DEFAULT) == RuleUsed("lights/deadlines", "0")


def test_only_the_performance_office_publishes() -> None:
    """效能部门公布；窗口、清单管理员都不行。"""
    book = _town()
    assert events_of(book.do(ACT, OFFICER, "2026-03-02")) == (V1,)
    assert book.do(ACT, OFFICER, "2026-03-09") == Plan()
    catalogue = book.hire("list", Role.CATALOGUE, CENTRE, person("list"))
    for other in (STAFF["clerk"], catalogue):
        book.refuse(Refusal.DUTY_ROLE, replace(ACT, document_no="2号"), other, "2026-03-02")


def _accepted(book: Book, number: str, on: str) -> OpenDeadline:
    case_no = CaseNo(number)
    material = (Material("申请书", SHA),)
    receive = Receive(case_no, ITEM, Channel.COUNTER, SubjectId("S-1"), material, f"R-{number}")
    book.do(receive, STAFF["clerk"], on)
    accept = Accept(case_no, CaseKind.PLEDGED_TIME, f"A-{number}")
    (taken,) = events_of(book.do(accept, STAFF["clerk2"], on))
    assert isinstance(taken, Accepted)
    return OpenDeadline(
        stream=f"case/{case_no}",
        key=case_no,
        deadline=str(TimerKind.LEGAL_DECISION),
        name="",
        revision=2,
        start=taken.accepted_on,
        working_days=taken.legal_days,
        due_on=taken.legal_due_on,
    )


def test_each_light_names_the_version_it_follows() -> None:
    """二十日的法定时限：旧版余六日亮黄灯，新版（四成）余八日即亮；信封写明依哪一版。"""
    book = _town()
    book.do(ACT, OFFICER, "2026-03-02")
    old, new = _accepted(book, "2026-1", "2026-03-02"), _accepted(book, "2026-2", "2026-03-03")
    for running, days, version in ((old, 6, "0"), (new, 8, "1")):
        first = _day_with(running, days)
        act = WarnDeadline(running, Light.YELLOW)
        book.refuse(Refusal.DEADLINE_NOT_YET, act, MACHINE, str(first - timedelta(days=1)))
        plan = book.do(act, MACHINE, str(first))
        (warned,) = events_of(plan)
        assert isinstance(warned, Warned)
        assert warned.days_left == days
        assert plan.rules[-1] == RuleUsed("lights/deadlines", version)


def _day_with(running: OpenDeadline, days: int) -> date:
    """The first day on which no more working days are left, that day among them."""
    span = Span(running.start, running.due_on)
    ahead = (running.due_on - timedelta(days=n) for n in range(30))
    return min(day for day in ahead if span.left(day, DayCount.WORKING, CALENDAR) == days)


def test_contradictions_stop_the_setting() -> None:
    """版本跳号、生效之日倒退，即矛盾。"""
    wrong = (V1, replace(V2, version=3), replace(V2, effective_from=date(2026, 3, 3)))
    check_impossible(light_setting.AGGREGATE, ((V1,),), wrong)


def test_decider_laws() -> None:
    """灯的界限守决定者的共同规矩。"""
    histories = ((V1,), (V1, V2))
    check_decider_laws(light_setting.AGGREGATE, light_setting.decide, anything(Publish), histories)
