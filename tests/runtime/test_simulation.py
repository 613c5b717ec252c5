"""演练的脚本：同一种子同一脚本，人只在上班时办事，各条路都走得到，比例大致不差。"""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from domain.acts import Act
from domain.acts.deciding import Approve, Reject, Review
from domain.acts.filings import CancelFiling, File, ReturnFiling
from domain.acts.intake import Accept, Decline, Receive, RequestSupplement, Supplement
from domain.acts.linkage import ClaimPush, DisputePush
from domain.acts.pledges import (
    ConfirmBreach,
    DismissBreach,
    Fulfil,
    MakeCommitment,
    SuspectBreach,
)
from domain.acts.register import calendars
from domain.acts.revocations import DeregisterLicence, ForfeitLicence, WithdrawLicence
from domain.decider import Event
from domain.terms import Actor, CaseKind, Role, beijing_day
from runtime.foundation import CALENDAR
from runtime.simulation.scripts import SLOTS, Calendar, Step, script
from runtime.simulation.town import WHOLE, Town, Way, town

FIRST = date(2026, 3, 2)
DAYS, PER_DAY = 40, 25


class Blank:
    """空白的账：晚定的各步此时什么也看不到。"""

    def events(self, _: str) -> Sequence[Event]:
        """没有案卷。"""
        return ()

    def next_plan(self, _: str) -> int:
        """第一个计划。"""
        return 1

    def key_of(self, holder: str) -> str:
        """密钥的承诺值。"""
        return holder

    def plan_of(self, _: str) -> str | None:
        """没有登记过计划。"""
        return None


def working_days() -> Calendar:
    """2026 年三月起的各工作日。"""
    year = next(one for one in calendars(CALENDAR.read_text("utf-8")) if one.year == FIRST.year)
    days = (FIRST + timedelta(days=n) for n in range(200))
    kept = [
        day
        for day in days
        if day in year.working_weekends or (day.weekday() < 5 and day not in year.days_off)
    ]
    return Calendar(tuple(kept))


def written(seed: int, per_day: int = PER_DAY, days: int = DAYS) -> list[Step]:
    """一份脚本。"""
    return script(town(), seed, working_days(), days, per_day)


def asked(steps: Sequence[Step]) -> list[tuple[str, str, Act, Actor]]:
    """脚本上不待机器的各步。"""
    return [
        (str(step.at), step.name, act, actor)
        for step in steps
        for _, act, actor in step.late(Blank())
    ]


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    """种子 7 的脚本。"""
    return written(7)


def test_the_same_seed_writes_the_same_script(steps: list[Step]) -> None:
    """同一种子，同样的时刻、名字、办理与经办人。"""
    assert asked(steps) == asked(written(7))


def test_another_seed_writes_other_cases(steps: list[Step]) -> None:
    """换一个种子，一个名字也不重复：只会添，不会撞。"""
    assert {step.name for step in steps} & {step.name for step in written(8)} == set()


def test_names_are_the_scripts_own(steps: list[Step]) -> None:
    """每一步的名字只有一个：命令编号由它而来。"""
    assert len({step.name for step in steps}) == len(steps)


@pytest.mark.parametrize(("per_day", "days"), [(PER_DAY + 5, DAYS), (PER_DAY, DAYS + 10)])
def test_a_longer_script_only_adds(steps: list[Step], per_day: int, days: int) -> None:
    """多演几日或每日多收几件：原有的各步一步不变。"""
    more = {entry[:2]: entry for entry in asked(written(7, per_day, days))}
    assert all(more[entry[:2]] == entry for entry in asked(steps))


def test_people_act_on_working_days_in_working_hours(steps: list[Step]) -> None:
    """人只在工作日、上班的时段办事。"""
    days = set(working_days().days)
    assert {beijing_day(step.at) for step in steps} <= days
    assert {step.at.timetz().replace(tzinfo=None) for step in steps} <= set(SLOTS)


def test_the_machine_is_nobody_in_the_script(steps: list[Step]) -> None:
    """脚本里没有一步是替机器办的。"""
    assert all(actor.role is not Role.SYSTEM for *_, actor in asked(steps))


def test_every_way_is_taken(steps: list[Step]) -> None:
    """收件以后的各条路，四十日之内都有人走过。"""
    done = {type(act) for _, _, act, _ in asked(steps)}
    wanted = {
        Receive, RequestSupplement, Supplement, Accept, Decline, Review, Approve, Reject, File,
        ReturnFiling, CancelFiling, MakeCommitment, Fulfil, SuspectBreach, ConfirmBreach,
        DismissBreach, ClaimPush, DisputePush, WithdrawLicence, ForfeitLicence, DeregisterLicence,
    }  # fmt: skip
    assert wanted - done == set()


def test_the_share_of_cases_decided_on_the_spot(steps: list[Step]) -> None:
    """即办件占全部收件（含报备）的 37.63 %（泉州 2011 年），一千件里上下不过四点。"""
    spot = [
        act
        for _, _, act, _ in asked(steps)
        if isinstance(act, Accept) and act.kind is CaseKind.ON_THE_SPOT
    ]
    share = town().proportions["on_the_spot"] / WHOLE
    assert abs(len(spot) / (DAYS * PER_DAY) - share) < 0.04


def test_every_department_can_do_its_part() -> None:
    """每个事项的监管部门都有联络员与负责人，每条路都有事项。"""
    known: Town = town()
    for item in known.items:
        assert known.staff(Role.SUPERVISOR, item.supervising_body)
        assert known.staff(Role.SUPERVISION_HEAD, item.supervising_body)
    assert all(known.of_way(way) for way in Way)
    assert len(known.items) >= 12
    assert len(known.subjects) >= 300
