"""演练的脚本：同一种子同一脚本，加长只添不改，比例照数据文件；纯函数，不碰账本。"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import sqrt
from typing import Final

import pytest

from domain import calendar, deadlines
from domain.acts import Act
from domain.acts.deciding import Approve, Deliver, Reject, Review
from domain.acts.filings import CancelFiling, File, ReturnFiling, SubmitFiling
from domain.acts.inspections import RecordInspection
from domain.acts.intake import Accept, Decline, Receive, RequestSupplement
from domain.acts.linkage import ClaimPush, DisputePush
from domain.acts.pledges import (
    AssessMaterial,
    ConfirmBreach,
    DismissBreach,
    MakeCommitment,
    SuspectBreach,
)
from domain.acts.register import RegisterSubject, calendars
from domain.acts.revocations import (
    DeregisterLicence,
    ForfeitLicence,
    HearStatement,
    ReviewLegality,
    Revoke,
    WithdrawLicence,
)
from domain.commitment import BreachGround, BreachSuspected
from domain.decider import Event
from domain.inspection_plan import Matched
from domain.inspection_task import FindingCode
from domain.matching import Pair
from domain.terms import Actor, CaseKind, PersonId, Role, beijing_day
from runtime.foundation import CALENDAR
from runtime.founding import scenario
from runtime.hall import applicant
from runtime.simulation.player import AFTER
from runtime.simulation.scripts import SLOTS, Calendar, Step, case_name, opening, script
from runtime.simulation.town import WHOLE, Way, town

START: Final = date(2026, 3, 2)
SEED: Final = 7
DAYS: Final = 120
PER_DAY: Final = 40
FEW_DAYS: Final = 30


@cache
def known() -> deadlines.Calendar:
    """已公布的日历。"""
    published = [
        calendar.Published(
            calendar.CalendarPublished(a.year, 1, a.source, a.days_off, a.working_weekends)
        )
        for a in calendars(CALENDAR.read_text("utf-8"))
    ]
    return calendar.calendar_of(published)


def working(days: int, further: int = AFTER) -> Calendar:
    """演这么多日所用的日历，与演出时一样长。"""
    return opening(START, known(), days + further)


class Book:
    """晚定的各步所凭的账：每份承诺都疑似落空，每次抽中前二十户，检查人员各两名。"""

    def events(self, stream: str) -> Sequence[Event]:
        """一份案卷的各件。"""
        if stream.startswith("commitment/"):
            return [BreachSuspected(BreachGround.NOT_SUPPLIED, (), ())]
        signers = (PersonId("P-SI01"), PersonId("P-SI02"))
        return [Matched(tuple(Pair(name, signers) for name, _ in town().subjects[:20]), ())]

    def plan_of(self, step: str) -> str:
        """计划编号。"""
        return f"P-{step}"

    def key_of(self, holder: str) -> str:
        """密钥的承诺值。"""
        return holder

    def next_plan(self, step: str) -> int:
        """序号。"""
        return len(step)


@dataclass(frozen=True, slots=True)
class Told:
    """一步说明白了：哪一日（0 起）、哪一件、办什么、谁办。"""

    day: int
    case: str
    act: Act
    actor: Actor


def told(steps: Sequence[Step], days: Calendar) -> Iterator[Told]:
    """各步各办什么。"""
    place = {day: n for n, day in enumerate(days.days)}
    for step in steps:
        for _, act, actor in step.late(Book()):
            yield Told(place[beijing_day(step.at)], step.name.split()[0], act, actor)


def spelled(steps: Sequence[Step]) -> list[tuple[object, ...]]:
    """脚本写成可比的样子。"""
    return [(step.at, step.name, list(step.late(Book()))) for step in steps]


def test_the_same_seed_tells_the_same_script() -> None:
    """同样的家底、种子、日历与日数：同样的各步、同样的时刻、办同样的事。"""
    first = script(town(), SEED, working(12), 12, 9)
    assert spelled(first) == spelled(script(town(), SEED, working(12), 12, 9))


def test_another_seed_tells_another_script() -> None:
    """种子不同：没有一步同名，办的事也不同。"""
    first, second = (script(town(), seed, working(12), 12, 9) for seed in (7, 8))
    assert not {step.name for step in first} & {step.name for step in second}
    kinds = [[type(one.act) for one in told(steps, working(12))] for steps in (first, second)]
    assert kinds[0] != kinds[1]


@pytest.mark.parametrize("shorter", [1, 10, 11, 14])
def test_a_longer_run_keeps_the_steps_of_a_shorter_one(shorter: int) -> None:
    """加大天数：早先的各步一步不少、一字不改，只在后面添。"""
    before = spelled(script(town(), SEED, working(shorter), shorter, 6))
    after = {str(step[1]): step for step in spelled(script(town(), SEED, working(22), 22, 6))}
    assert [after[str(step[1])] for step in before] == before
    assert len(after) > len(before)


def test_no_step_falls_off_the_end_of_the_calendar() -> None:
    """演出时备下的工作日够用：日历再长，脚本也一样。"""
    used = script(town(), SEED, working(30), 30, 40)
    assert spelled(used) == spelled(script(town(), SEED, working(30, AFTER + 100), 30, 40))


def test_people_act_in_office_hours_on_working_days() -> None:
    """人只在工作日的四个时段办事；调休的周末也是工作日，放假的周一不是。"""
    days = working(DAYS)
    steps = script(town(), SEED, days, DAYS, 3)
    assert {step.at.time() for step in steps} == set(SLOTS)
    acted = {beijing_day(step.at) for step in steps}
    assert all(known().is_working_day(day) for day in acted)
    assert date(2026, 5, 9) in acted
    assert date(2026, 5, 4) not in acted


def test_no_two_steps_share_a_name() -> None:
    """步名唯一：命令编号由它而来。"""
    names = [step.name for step in script(town(), SEED, working(DAYS), DAYS, 3)]
    assert len(set(names)) == len(names)


def test_everyone_who_acts_is_in_the_cast() -> None:
    """出场的每个人都在家底里，且正有那个岗位；申请人都是登记了的对象。"""
    posts = {(one.account, one.role, one.organ) for one in town().people}
    for one in scenario()["officer"]:
        posts |= {(one["account"], role, organ) for role, organ in one["grants"]}
    days = working(DAYS)
    asked = list(told(script(town(), SEED, days, DAYS, 5), days))
    newcomers = {one.act.subject_id for one in asked if isinstance(one.act, RegisterSubject)}
    applicants = {applicant(name) for name in newcomers | {name for name, _ in town().subjects}}
    posts |= {(one.officer_id, one.role, one.organ) for one in applicants}
    posing = {(one.account, Role.REVIEWER, one.organ) for one in town().people}  # refused: no grant
    acting = {one.actor for one in asked}
    assert newcomers
    assert {(one.officer_id, one.role, one.organ) for one in acting} <= posts | posing


# -- proportions

Counted = tuple[int, int]  # how many of how many
Stories = dict[str, list[Told]]


def stories(changed: dict[str, int], days: int, per_day: int) -> Stories:
    """每一件办件各步，按先后。"""
    played = replace(town(), proportions=town().proportions | changed)
    opened = working(days)
    found: Stories = defaultdict(list)
    for one in told(script(played, SEED, opened, days, per_day), opened):
        found[one.case].append(one)
    return found


@cache
def usual() -> Stories:
    """照数据文件的比例。"""
    return stories({}, DAYS, PER_DAY)


def having(story: list[Told], *kinds: type) -> list[Told]:
    """其中这几种事。"""
    return [one for one in story if isinstance(one.act, kinds)]


def cases(found: Stories) -> list[list[Told]]:
    """各办件，双随机不在内。"""
    return [story for name, story in found.items() if "-P" not in name]


def _is_on_the_spot(story: list[Told]) -> bool:
    accepted = having(story, Accept)
    return any(
        isinstance(one.act, Accept) and one.act.kind is CaseKind.ON_THE_SPOT for one in accepted
    )


def ordinary(found: Stories) -> list[list[Told]]:
    """普通承诺件。"""
    return [
        story
        for story in cases(found)
        if not having(story, SubmitFiling, MakeCommitment) and not _is_on_the_spot(story)
    ]


def examined(found: Stories) -> list[list[Told]]:
    """没有被不予受理的普通承诺件。"""
    return [story for story in ordinary(found) if not having(story, Decline)]


def share(stories: list[list[Told]], *kinds: type) -> Counted:
    """有这种事的各占多少。"""
    return sum(bool(having(story, *kinds)) for story in stories), len(stories)


def silent(found: Stories) -> Counted:
    """五日内无人告知。"""
    told_in_time, everyone = share(examined(found), Accept)
    return everyone - told_in_time, everyone


def answered(found: Stories) -> list[list[Told]]:
    """经人受理的普通承诺件。"""
    return [story for story in examined(found) if having(story, Accept)]


def speed(is_so: Callable[[int, int, int], bool]) -> Callable[[Stories], Counted]:
    """受理到决定用了几个工作日，与承诺、法定时限相比。"""
    items = {item.code: item for item in town().items}

    def counted(found: Stories) -> Counted:
        taken = []
        for story in cases(found):
            accepted, decided = having(story, Accept), having(story, Approve, Reject)
            received = having(story, Receive)
            if not accepted or not decided or _is_on_the_spot(story):
                continue
            act = received[0].act
            assert isinstance(act, Receive)
            item = items[act.item_code]
            days = decided[0].day - accepted[0].day
            taken.append(is_so(days, item.promised_days, item.legal_days))
        return sum(taken), len(taken)

    return counted


def claims(found: Stories) -> list[tuple[int, Told]]:
    """各件推送：自决定或报备起第几日认领或异议。"""
    known = []
    for story in cases(found):
        for claim in having(story, ClaimPush, DisputePush):
            assert isinstance(claim.act, ClaimPush | DisputePush)
            if not claim.act.push_id.endswith(claim.actor.organ):
                continue  # the mistake of another department
            ended = having(story, Approve, Reject, File)[0]
            known.append((claim.day - ended.day, claim))
    return known


def late_claims(found: Stories) -> Counted:
    """四日后才认领的。"""
    known = claims(found)
    return sum(days == 4 for days, _ in known), len(known)


def disputes(found: Stories) -> Counted:
    """提出异议的。"""
    known = claims(found)
    return sum(isinstance(one.act, DisputePush) for _, one in known), len(known)


def pledges(found: Stories) -> list[list[Told]]:
    """告知承诺的各件。"""
    return [story for story in cases(found) if having(story, MakeCommitment)]


def never_supplied(found: Stories) -> Counted:
    """到期不补交的。"""
    looked_at, everyone = share(pledges(found), AssessMaterial, SuspectBreach)
    return everyone - looked_at, everyone


def non_conforming(found: Stories) -> Counted:
    """补交而不符的。"""
    assessed = [one.act for story in pledges(found) for one in having(story, AssessMaterial)]
    acts = [act for act in assessed if isinstance(act, AssessMaterial)]
    return sum(not act.conforming for act in acts), len(acts)


def false_promises(found: Stories) -> Counted:
    """监管部门查实虚假的，在补交了的里面。"""
    return share(
        [story for story in pledges(found) if having(story, AssessMaterial, SuspectBreach)],
        SuspectBreach,
    )


def late_notices(found: Stories) -> Counted:
    """视为受理之后仍去告知的。"""
    return share([one for one in examined(found) if not having(one, Accept)], RequestSupplement)


def late_deliveries(found: Stories) -> Counted:
    """超过十日才送达的。"""
    waits = [
        having(story, Deliver)[0].day - having(story, Approve, Reject)[-1].day
        for story in cases(found)
        if having(story, Review)
    ]
    return sum(days > 10 for days in waits), len(waits)


def statements(found: Stories) -> Counted:
    """提出了陈述申辩的。"""
    acts = [one.act for story in cases(found) for one in having(story, HearStatement)]
    heard = [act for act in acts if isinstance(act, HearStatement) and not act.waived]
    return len(heard), len(acts)


def unlawful(found: Stories) -> Counted:
    """法制审核未通过的。"""
    acts = [one.act for story in cases(found) for one in having(story, ReviewLegality)]
    failed = [act for act in acts if isinstance(act, ReviewLegality) and not act.lawful]
    return len(failed), len(acts)


def closed(found: Stories) -> Counted:
    """持证人终止而注销的，在没有撤回、吊销的里面。"""
    left = [one for one in granted(found) if not having(one, WithdrawLicence, ForfeitLicence)]
    return share(left, DeregisterLicence)


def filings(found: Stories) -> list[list[Told]]:
    """自审报备的各件。"""
    return [story for story in cases(found) if having(story, SubmitFiling)]


def dismissed(found: Stories) -> Counted:
    """疑似落空而不成立的。"""
    broken = [story for story in pledges(found) if having(story, ConfirmBreach, DismissBreach)]
    return share(broken, DismissBreach)


def granted(found: Stories) -> list[list[Told]]:
    """准予的普通承诺件。"""
    return [story for story in ordinary(found) if having(story, Approve)]


def forfeited(found: Stories) -> Counted:
    """吊销的，在没有撤回的里面。"""
    return share(
        [one for one in granted(found) if not having(one, WithdrawLicence)], ForfeitLicence
    )


def mistakes(found: Stories) -> Counted:
    """收了一次，又收一次。"""
    received = [story for story in cases(found) if having(story, Receive)]
    return sum(len(having(story, Receive)) > 1 for story in received), len(received)


def findings(found: Stories) -> Counted:
    """检查发现问题的。"""
    acts = [one.act for story in found.values() for one in having(story, RecordInspection)]
    checks = [act for act in acts if isinstance(act, RecordInspection)]
    return sum(act.codes != (FindingCode.NO_PROBLEM,) for act in checks), len(checks)


@dataclass(frozen=True, slots=True)
class Path:
    """一条路：数据文件里的比例、怎样数，以及调到全部时须让路的别的比例。"""

    name: str
    counted: Callable[[Stories], Counted]
    rivals: tuple[str, ...] = ()
    least: int = 100  # how many there must be to count


WAYS: Final = ("on_the_spot", "filing", "commitment")
LATE: Final = ("after_law", "after_promise")
PATHS: Final = (
    Path(
        "on_the_spot",
        lambda found: (sum(map(_is_on_the_spot, cases(found))), len(cases(found))),
    ),
    Path("filing", lambda found: share(cases(found), SubmitFiling), WAYS),
    Path("commitment", lambda found: share(cases(found), MakeCommitment), WAYS),
    Path("declined", lambda found: share(ordinary(found), Decline)),
    Path("silent", silent),
    Path("supplement", lambda found: share(answered(found), RequestSupplement)),
    Path("rejected", lambda found: share(examined(found), Reject)),
    Path("early", speed(lambda days, promised, _: days < promised), LATE),
    Path("after_promise", speed(lambda days, promised, _: days == promised + 2), LATE),
    Path("after_law", speed(lambda days, _, legal: days == legal + 2)),
    Path("late_claim", late_claims),
    Path("dispute", disputes),
    Path("never_supplied", never_supplied),
    Path("non_conforming", non_conforming),
    Path("dismissed", dismissed),
    Path("mistake", mistakes),
    Path("finding", findings),
    Path("withdrawn", lambda found: share(granted(found), WithdrawLicence)),
    Path("forfeited", forfeited),
    Path("closed", closed),
    Path("false_promise", false_promises),
    Path("late_notice", late_notices, least=10),
    Path("late_delivery", late_deliveries),
    Path("heard", statements, least=30),
    Path("unlawful", unlawful, least=30),
    Path("returned", lambda found: share(filings(found), ReturnFiling)),
    Path("cancelled", lambda found: share(filings(found), CancelFiling)),
)


def test_every_proportion_is_looked_at() -> None:
    """数据文件里的每一个比例都有下面的测试。"""
    assert {path.name for path in PATHS} == set(town().proportions)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_proportions_come_out_as_the_table_says(path: Path) -> None:
    """近五千件里，各条路的件数与数据文件之差不过四个标准差。"""
    wanted = town().proportions[path.name] / WHOLE
    found, whole = path.counted(usual())
    assert whole > path.least
    assert abs(found - wanted * whole) <= 4 * sqrt(whole * wanted * (1 - wanted))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_proportion_of_nothing_or_all_switches_a_path(path: Path) -> None:
    """调成 0，一件也不走；调成 10000，件件都走。"""
    none, whole = path.counted(stories({path.name: 0}, FEW_DAYS, 4))
    assert (none, whole > 0) == (0, True)
    cleared = dict.fromkeys(path.rivals, 0)
    found, everyone = path.counted(stories(cleared | {path.name: WHOLE}, FEW_DAYS, 4))
    assert found == everyone > 0


def test_every_kind_of_mistake_is_made() -> None:
    """错误操作各有其人：收件的人来审核、监管部门自行撤销。"""
    acts = [one for story in usual().values() for one in story]
    reviews = [one for one in acts if isinstance(one.act, Review)]
    clerks = {one.account for one in town().people if one.role is Role.COUNTER}
    assert any(one.actor.officer_id in clerks for one in reviews)
    revoked = [one for one in acts if isinstance(one.act, Revoke)]
    assert any(one.actor.role is Role.SUPERVISOR for one in revoked)


def test_only_the_supervising_body_forfeits() -> None:
    """吊销的，正是该事项的监管部门的负责人。"""
    bodies = {item.code: item.supervising_body for item in town().items}
    for story in cases(stories({"forfeited": WHOLE}, FEW_DAYS, 4)):
        for one in having(story, ForfeitLicence):
            received = having(story, Receive)[0].act
            assert isinstance(received, Receive)
            assert one.actor.organ == bodies[received.item_code]


def test_each_way_has_its_items() -> None:
    """每条路都有事项可办；办件编号自一起。"""
    assert all(town().of_way(way) for way in Way)
    assert case_name(SEED, 0, 0) == "MN7-001001"
