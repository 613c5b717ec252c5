"""脚本（scripts）：由种子推出一段时日里每个人要办的每一步；纯函数，同一种子同一脚本。

A step whose act depends on what the machine or the draw did in between is *late*: it is made of the
ledger's own record when its hour comes, never of a projection. What comes out is fixed all the same:
the record is.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Final, Protocol, TypeAlias

from domain import deadlines
from domain.acts import Act
from domain.acts.check_results import ReviewFinding
from domain.acts.checks import NotifyCheck
from domain.acts.deciding import Approve, Deliver, Reject, Review
from domain.acts.endings import HearPenalty, NoticePenalty, ProposeDeregistration
from domain.acts.filings import (
    CancelFiling,
    ChallengeReport,
    File,
    InvalidateReport,
    ReturnFiling,
    SubmitFiling,
)
from domain.acts.inspections import (
    CommitShare,
    FixPublicValue,
    RecordInspection,
    RegisterPlan,
    RevealShare,
)
from domain.acts.intake import Accept, Decline, Receive, RequestSupplement, Supplement
from domain.acts.linkage import ClaimPush, DisputePush, push_id
from domain.acts.pledges import (
    AssessMaterial,
    ConfirmBreach,
    DismissBreach,
    Fulfil,
    MakeCommitment,
    SupplyMaterial,
    SuspectBreach,
    VerifyCommitment,
)
from domain.acts.register import RegisterSubject
from domain.acts.revocations import (
    DeregisterLicence,
    DropRevocation,
    ForfeitLicence,
    HearStatement,
    ReviewLegality,
    Revoke,
    ServeNotice,
    WithdrawLicence,
)
from domain.approval import HEARING_DAYS, DeregistrationReason
from domain.case import DeclineReason, ReviewOpinion
from domain.commitment import BreachGround, BreachSuspected, CommitmentKind, Promise
from domain.decider import Event
from domain.filing import CancelReason
from domain.inspection_plan import Matched, Pair, Stratum
from domain.inspection_task import FindingCode, PartySignature, TaskAssigned, Told, task_id
from domain.linkage import PushMatter
from domain.sampling import share_commitment
from domain.subject import SubjectKind
from domain.terms import (
    BEIJING,
    Actor,
    CaseKind,
    CaseNo,
    Channel,
    CommitmentId,
    Evidence,
    HashName,
    LicenceNo,
    Material,
    OfficerId,
    Organ,
    Personal,
    PersonId,
    Role,
    SubjectId,
)
from runtime.hall import applicant, officer
from runtime.simulation.town import WHOLE, Item, Person, Town, Way
from runtime.story import digest

SLOTS: Final = (time(9, 30), time(11), time(14, 30), time(16, 30))
APPROVER: Final = Organ("350505-SPJ")
MARKET: Final = Organ("350505-SCJG")
OFFICES: Final = (MARKET, Organ("350505-JJJC"), Organ("350505-XNB"))
WITNESS: Final = OfficerId("J01")
PAPERS: Final = ("申请书", "平面图")
PROMISED: Final = "验收报告"
CHANNELS: Final = (Channel.COUNTER, Channel.COUNTER, Channel.WEB, Channel.MOBILE, Channel.POST)
SUPPLY_DAYS: Final = 8  # 补交材料：若干工作日之内
Asked: TypeAlias = tuple[str, Act, Actor]


class Record(Protocol):
    """晚定的一步所凭的账。"""

    def events(self, stream: str) -> Sequence[Event]:
        """一份案卷的各件，按先后。"""
        ...

    def next_plan(self, step: str) -> int:
        """检查计划的下一个序号；这一步办过的，是当时的序号。"""
        ...

    def plan_of(self, step: str) -> str | None:
        """这一步登记的计划编号；没有登记成的没有。"""
        ...

    def key_of(self, holder: str) -> str:
        """此人的密钥的承诺值；没有就备好。"""
        ...


Late: TypeAlias = Callable[[Record], Iterable[Asked]]
OnProcedure: TypeAlias = Callable[[str], tuple[Act, Actor]]


@dataclass(frozen=True, slots=True)
class Step:
    """一步：何时、何名（同一次演练内唯一，命令编号由此而来）、办什么；``late`` 到时再定。"""

    at: datetime
    name: str
    late: Late


@dataclass(frozen=True, slots=True)
class Calendar:
    """自第一日起的各个工作日。"""

    days: tuple[date, ...]

    def at(self, day: int, slot: int) -> datetime:
        """第几个工作日（0 起）的第几个时段；时段溢出到次日。"""
        more, within = divmod(slot, len(SLOTS))
        place = min(day + more, len(self.days) - 1)
        return datetime.combine(self.days[place], SLOTS[within], BEIJING)


def opening(start: date, known: deadlines.Calendar, further: int) -> Calendar:
    """自某日起的第一个工作日，以及其后若干个；日历未公布的年度按周一至周五。"""
    found: list[date] = []
    day = start
    while len(found) <= further:
        if known.is_working_day(day):
            found.append(day)
        day += deadlines.ONE_DAY
    return Calendar(tuple(found))


def script(town: Town, seed: int, calendar: Calendar, days: int, per_day: int) -> list[Step]:
    """全部各步，按时刻、按名字。"""
    steps: list[Step] = []
    for day in range(days):
        for n in range(per_day):
            steps += _Case(town, seed, calendar, day, n).steps()
        if day and day % town.campaign["every"] == 0:
            steps += _Campaign(town, seed, calendar, day).steps()
    return sorted(steps, key=lambda step: (step.at, step.name))


def case_name(seed: int, day: int, n: int) -> str:
    """第几日的第几件；与每日件数无关，所以每日多收几件只是添上几件。"""
    return f"MN{seed}-{day + 1:03d}{n + 1:03d}"


class _Script:
    """Collects the steps of one case or one campaign, numbered in the order in which they stand."""

    def __init__(self, town: Town, calendar: Calendar, name: str) -> None:
        self.town, self.calendar, self.name = town, calendar, name
        self.dice = Random(name)  # noqa: S311 - a rehearsal that can be repeated, no secret
        self._steps: list[Step] = []

    def by(self, role: Role, organ: Organ, besides: Iterable[Person] = ()) -> Person:
        """Somebody who holds the post, other than these."""
        free = [one for one in self.town.staff(role, organ) if one not in set(besides)]
        return self.dice.choice(free)

    def happens(self, proportion: str) -> bool:
        return self.dice.randrange(WHOLE) < self.town.proportions[proportion]

    def do(self, day: int, slot: int, act: Act, actor: Actor) -> None:
        self.later(day, slot, lambda _: (("", act, actor),))

    def later(self, day: int, slot: int, late: Late) -> None:
        name = f"{self.name} {len(self._steps):02d}"
        self._steps.append(Step(self.calendar.at(day, slot), name, late))

    def steps(self) -> list[Step]:
        self.write()
        return self._steps

    def write(self) -> None:
        raise NotImplementedError


class _Case(_Script):
    """One case from receipt to its end."""

    def __init__(self, town: Town, seed: int, calendar: Calendar, day: int, n: int) -> None:
        super().__init__(town, calendar, case_name(seed, day, n))
        self.no, self.day = CaseNo(self.name), day
        self.slot = self.dice.randrange(len(SLOTS) - 1)
        self.subject = self.dice.choice(town.subjects)[0]
        self.licence = LicenceNo(f"{self.name}-Z")
        self.clerk = self.by(Role.COUNTER, APPROVER)
        self.reviewer = self.by(Role.REVIEWER, APPROVER)
        self.decider = self.by(Role.DECIDER, APPROVER)

    def write(self) -> None:
        way, item = self._chosen()
        if way is Way.FILING:
            self._file(item)
            return
        if way is Way.COMMITMENT:
            self._newcomer()
        self._receive(item)
        match way:
            case Way.ON_THE_SPOT:
                self._on_the_spot(item)
            case Way.COMMITMENT:
                self._commitment(item)
            case _:
                self._ordinary(item)

    def _newcomer(self) -> None:
        """A shop that has just opened: nobody makes two promises on one item at a time."""
        subject, risk = SubjectId(f"{self.name}-S"), self.dice.choice(self.town.subjects)[1]
        name, kind = Personal(subject, f"模拟对象{subject}"), SubjectKind.SOLE_TRADER
        region, clerk = self.town.region, self.clerk.actor

        def late(record: Record) -> Iterator[Asked]:
            key = record.key_of(subject)
            yield "", RegisterSubject(subject, kind, None, name, region, risk, key), clerk

        self.subject = subject
        self.later(self.day, self.slot, late)

    def _chosen(self) -> tuple[Way, Item]:
        shares = self.town.proportions
        at = self.dice.randrange(WHOLE)
        way = Way.ORDINARY
        for candidate, share in (
            (Way.ON_THE_SPOT, shares["on_the_spot"]),
            (Way.FILING, shares["filing"]),
            (Way.COMMITMENT, shares["commitment"]),
        ):
            if at < share:
                way = candidate
                break
            at -= share
        return way, self.dice.choice(self.town.of_way(way))

    def _receive(self, item: Item) -> None:
        papers = tuple(Material(name, digest(f"{self.no} {name}")) for name in PAPERS)
        channel = self.dice.choice(CHANNELS)
        act = Receive(self.no, item.code, channel, self.subject, papers, f"SJ-{self.no}")
        self.do(self.day, self.slot, act, self.clerk.actor)
        if self.happens("mistake"):  # 收了一次，又收一次
            again = Receive(self.no, item.code, channel, self.subject, papers, f"SJ2-{self.no}")
            self.do(self.day, self.slot, again, self.by(Role.COUNTER, APPROVER).actor)

    def _on_the_spot(self, item: Item) -> None:
        accept = Accept(self.no, CaseKind.ON_THE_SPOT, f"SL-{self.no}")
        self.do(self.day, self.slot, accept, self.clerk.actor)
        self.do(self.day, self.slot, self._approval(), self.clerk.actor)
        self._deliver(self.day, self.slot + 1)
        self._supervised(item, self.day, self.slot, PushMatter.APPROVED)

    def _ordinary(self, item: Item) -> None:
        if self.happens("declined"):
            why = "不在本机关审批范围，请向所列机关申请"
            act = Decline(self.no, DeclineReason.NOT_COMPETENT, why, f"BY-{self.no}", MARKET)
            self.do(self.day + 1, self.slot, act, self.clerk.actor)
            return
        if self.happens("silent"):
            if self.happens("late_notice"):  # 五日已过才告知补正
                late = RequestSupplement(self.no, f"BZ-{self.no}", ("补充说明",))
                self.do(self.day + 6, 0, late, self.clerk.actor)
            self._decide(item, self.day + 7)
            return
        accepted = self.day + self.dice.randrange(2)
        if self.happens("supplement"):
            notice = RequestSupplement(self.no, f"BZ-{self.no}", ("补充说明",))
            self.do(self.day + 1, self.slot, notice, self.clerk.actor)
            more = Supplement(self.no, (Material("补充说明", digest(f"{self.no} 补")),))
            accepted = self.day + 2 + self.dice.randrange(6)
            self.do(accepted, self.slot, more, self.clerk.actor)
        accept = Accept(self.no, CaseKind.PLEDGED_TIME, f"SL-{self.no}")
        self.do(accepted, self.slot + 1, accept, self.clerk.actor)
        if self.happens("mistake"):  # 受理了一次，另一人又受理一次
            again = Accept(self.no, CaseKind.PLEDGED_TIME, f"SL2-{self.no}")
            other = self.by(Role.COUNTER, APPROVER, [self.clerk]).actor
            self.do(accepted, self.slot + 1, again, other)
        self._decide(item, accepted)

    def _decide(self, item: Item, accepted: int, pledge: CommitmentId | None = None) -> int:
        """Review and decision; the day of the decision."""
        decided = accepted + self._taken(item)
        rejected = pledge is None and self.happens("rejected")
        opinion = ReviewOpinion.REJECT if rejected else ReviewOpinion.APPROVE
        if self.happens("mistake"):
            self.do(decided, 0, *self._wrong_decision(opinion, pledge))
        review = Review(self.no, opinion, "已核对申请材料")
        self.do(decided, 1, review, self.reviewer.actor)
        number = f"MN决-{self.no}"
        if rejected:
            remedies = "可在六十日内申请行政复议，或在六个月内提起行政诉讼"
            refusal = Reject(self.no, number, "不符合法定条件", remedies)
            self.do(decided, 2, refusal, self.decider.actor)
            matter = PushMatter.REJECTED
        else:
            self.do(decided, 2, self._approval(pledge), self.decider.actor)
            matter = PushMatter.APPROVED
        self._deliver(decided + (12 if self.happens("late_delivery") else 1), self.slot)
        self._supervised(item, decided, 2, matter)
        if not rejected and pledge is None:
            self._ended(item, decided + 5)
        return decided

    def _wrong_decision(
        self, opinion: ReviewOpinion, pledge: CommitmentId | None
    ) -> tuple[Act, Actor]:
        """没有岗位的人来审核、窗口来准予、没有审核就准予。"""
        posing = officer(self.clerk.account, Role.REVIEWER, APPROVER)
        return self.dice.choice(
            (
                (Review(self.no, opinion, "一并办了"), posing),
                (self._approval(pledge), self.clerk.actor),
                (self._approval(pledge), self.decider.actor),
            )
        )

    def _taken(self, item: Item) -> int:
        """Working days from acceptance to decision."""
        at, shares = self.dice.randrange(WHOLE), self.town.proportions
        if at < shares["after_law"]:
            return item.legal_days + 2
        if at < shares["after_law"] + shares["after_promise"]:
            return item.promised_days + 2
        if at < WHOLE - shares["early"]:
            return item.promised_days
        return self.dice.randrange(1, max(2, item.promised_days - 1))

    def _approval(self, pledge: CommitmentId | None = None) -> Approve:
        return Approve(self.no, f"MN决-{self.no}", self.licence, pledge)

    def _deliver(self, day: int, slot: int) -> None:
        self.do(day, slot, Deliver(self.no, f"MN决-{self.no}", "窗口领取"), self.clerk.actor)

    def _supervised(self, item: Item, day: int, slot: int, matter: PushMatter) -> None:
        """The supervising department claims what it was sent, late or never agreeing with a few."""
        body = item.supervising_body
        number = push_id(self.no, matter, body)
        supervisor = self.by(Role.SUPERVISOR, body).actor
        if self.happens("dispute"):
            act: Act = DisputePush(number, "该场所已迁至邻区，应由邻区监管")
        else:
            act = ClaimPush(number)
        if self.happens("mistake"):  # 别的部门来认领
            strangers = [one for one in self.town.people if one.role is Role.SUPERVISOR]
            others = [one for one in strangers if one.organ != body]
            self.do(day + 1, slot, ClaimPush(number), self.dice.choice(others).actor)
        days = 4 if self.happens("late_claim") else 1
        self.do(day + days, slot, act, supervisor)

    def _ended(self, item: Item, day: int) -> None:
        if self.happens("withdrawn"):
            why = "规划调整，依法撤回并补偿"
            act = WithdrawLicence(
                self.licence, why, compensation_due=True, decision_no=f"CH-{self.no}"
            )
            self.do(day, 1, act, self.decider.actor)
        elif self.happens("forfeited"):
            chief = self.by(Role.SUPERVISION_HEAD, item.supervising_body).actor
            checker = self.by(Role.SUPERVISOR, item.supervising_body).actor
            filed_on = self.calendar.at(day, 0).astimezone(BEIJING).date()
            notice = NoticePenalty(self.licence, f"LA-{self.no}", filed_on, f"GZ-{self.no}")
            self.do(day, 1, notice, checker)
            day += HEARING_DAYS + 2  # 五个工作日过完，没有要求听证
            self.do(day - 1, 1, HearPenalty(self.licence, waived=True), checker)
            self.do(day, 1, ForfeitLicence(self.licence, f"CF-{self.no}"), chief)
        elif self.happens("closed"):
            proof = (Evidence(f"ZX-{self.no}", digest(f"{self.no} 注销证明")),)
            self._struck_off(day, self.decider.actor, DeregistrationReason.HOLDER_ENDED, proof)
            return
        else:
            return
        self._struck_off(day + 1, self.decider.actor)

    def _struck_off(
        self,
        day: int,
        decider: Actor,
        reason: DeregistrationReason = DeregistrationReason.ENDED_BY_DECISION,
        proof: tuple[Evidence, ...] = (),
    ) -> None:
        asked = ProposeDeregistration(self.licence, reason, proof)
        self.do(day, 1, asked, self.clerk.actor)
        self.do(day, 2, DeregisterLicence(self.licence, reason), decider)

    def _file(self, item: Item) -> None:
        papers = digest(f"{self.no} 合格报告"), digest(f"{self.no} 承诺书")
        act = SubmitFiling(self.no, item.code, self.subject, "ZJ-0001", *papers)
        self.do(self.day, self.slot, act, applicant(self.subject))
        filed = self.day
        if self.happens("returned"):
            back = ReturnFiling(self.no, ("第三方机构盖章",))
            self.do(self.day, self.slot + 1, back, self.clerk.actor)
            filed += 2
            self.do(filed, self.slot, act, applicant(self.subject))
        self.do(filed, self.slot + 1, File(self.no), self.clerk.actor)
        self._supervised(item, filed, self.slot + 1, PushMatter.FILED)
        if self.happens("cancelled"):
            why = "经核查，所附合格报告无效"
            chief = self.by(Role.SUPERVISION_HEAD, item.supervising_body)
            finder = self.by(Role.SUPERVISOR, item.supervising_body, [chief]).actor
            shown = (Evidence(f"核查笔录 {self.no}", digest(f"{self.no} 核查")),)
            self.do(filed + 4, 1, ChallengeReport(self.no, shown), finder)
            self.do(filed + 5, 1, InvalidateReport(self.no, why), chief.actor)
            struck = CancelFiling(self.no, CancelReason.REPORT_INVALID, why)
            self.do(filed + 6, 1, struck, self.decider.actor)

    # -- commitments

    def _commitment(self, item: Item) -> None:
        pledge = CommitmentId(f"{self.no}-C")
        due = self.calendar.at(self.day + SUPPLY_DAYS, 0).date()
        made = MakeCommitment(
            pledge,
            self.no,
            CommitmentKind.NOTIFICATION,
            digest(f"{self.no} 告知承诺书"),
            (Promise(PROMISED, due),),
            verification_due_on=due + timedelta(days=40),
        )
        self.do(self.day, self.slot, made, applicant(self.subject))
        accept = Accept(self.no, CaseKind.PLEDGED_TIME, f"SL-{self.no}")
        self.do(self.day, self.slot + 1, accept, self.clerk.actor)
        decided = self._decide(item, self.day, pledge)
        supplied = max(decided, self.day + 1) + 1
        if self.happens("never_supplied"):
            broken = self.day + SUPPLY_DAYS + 2
            if self.happens("mistake"):  # 期限过了才来补交
                late = SupplyMaterial(pledge, PROMISED, digest(f"{self.no} 迟"))
                self.do(broken, 0, late, applicant(self.subject))
            self._broken(item, pledge, broken, BreachGround.NOT_SUPPLIED)
            return
        act = SupplyMaterial(pledge, PROMISED, digest(f"{self.no} {PROMISED}"))
        self.do(supplied, 0, act, applicant(self.subject))
        if self.happens("false_promise"):
            self._false(item, pledge, supplied)
            return
        conforming = not self.happens("non_conforming")
        told = "与承诺相符" if conforming else "报告与现场不符"
        checked = AssessMaterial(pledge, PROMISED, conforming, told)
        self.do(supplied + 1, 1, checked, self.reviewer.actor)
        if conforming:
            shown = (Evidence(f"核查笔录 {self.no}", digest(f"{self.no} 核查")),)
            verify = VerifyCommitment(pledge, passed=True, explanation=told, evidence=shown)
            finder = self.by(Role.SUPERVISOR, item.supervising_body).actor
            self.do(supplied + 1, 2, verify, finder)
            self.do(supplied + 1, 3, Fulfil(pledge), self.reviewer.actor)
        else:
            self._broken(item, pledge, supplied + 3, BreachGround.NOT_CONFORMING)

    def _false(self, item: Item, pledge: CommitmentId, day: int) -> None:
        """The supervising department finds out and reports; it does not decide."""
        finder = self.by(Role.SUPERVISOR, item.supervising_body).actor
        shown = (Evidence(f"核查笔录 {self.no}", digest(f"{self.no} 核查")),)
        act = SuspectBreach(pledge, BreachGround.FALSE_PROMISE, shown)
        self.do(day + 1, 0, act, finder)
        self._broken(item, pledge, day + 2, BreachGround.FALSE_PROMISE)

    def _broken(self, item: Item, pledge: CommitmentId, day: int, ground: BreachGround) -> None:
        """The machine suspects and proposes; people confirm or dismiss, and then decide."""
        other = self.by(Role.REVIEWER, APPROVER, [self.reviewer]).actor
        decider = self.by(Role.DECIDER, APPROVER, [self.decider]).actor
        if self.happens("mistake"):  # 监管部门想自己撤销
            body = self.by(Role.SUPERVISOR, item.supervising_body).actor
            self.later(day, 0, _proposed(pledge, lambda no: (Revoke(no, "", "", ""), body)))
        if self.happens("dismissed"):
            told = "经核实材料已在期限内寄出"
            self.do(day, 1, DismissBreach(pledge, told), other)
            dropped = _proposed(pledge, lambda no: (DropRevocation(no, told), decider))
            self.later(day, 2, dropped)
            return
        self.do(day, 1, ConfirmBreach(pledge, ground, "事实清楚"), other)
        lawyer = self.by(Role.LEGAL, APPROVER).actor
        how = Procedure(
            self.no,
            other,
            lawyer,
            decider,
            rectified=item.rectify_first,
            heard=self.happens("heard"),
            lawful=not self.happens("unlawful"),
        )
        for after, made in how.path():
            self.later(day + 1 + after, 2, _proposed(pledge, made))
        if how.lawful:
            self._struck_off(day + 12, decider)


@dataclass(frozen=True, slots=True)
class Procedure:
    """撤销程序的走法：谁办哪一步，听取了没有，法制审核通过没有。"""

    name: str
    reviewer: Actor
    lawyer: Actor
    decider: Actor
    rectified: bool = False
    heard: bool = False
    lawful: bool = True

    def path(self) -> tuple[tuple[int, OnProcedure], ...]:
        """几个工作日之后，由谁在这个程序上办什么。"""
        return (
            (0, lambda no: (self._notice(no), self.reviewer)),
            (7, lambda no: (self._statement(no), self.reviewer)),
            (8, lambda no: (_opinion(no, lawful=self.lawful), self.lawyer)),
            (9, lambda no: (self._end(no), self.decider)),
        )

    def _notice(self, number: str) -> Act:
        shown = Evidence(f"整改复查 {self.name}", digest(f"{self.name} 整改"))
        return ServeNotice(number, f"CG-{self.name}", shown if self.rectified else None)

    def _statement(self, number: str) -> Act:
        record = digest(f"{self.name} 笔录") if self.heard else None
        return HearStatement(number, waived=not self.heard, record_sha256=record)

    def _end(self, number: str) -> Act:
        if not self.lawful:
            return DropRevocation(number, "法制审核认为事实不清，终止程序")
        remedies = "可在六十日内申请行政复议，或在六个月内提起行政诉讼"
        return Revoke(number, f"CX-{self.name}", "不履行承诺", remedies)


def _opinion(number: str, *, lawful: bool) -> ReviewLegality:
    told = "事实清楚，程序合法" if lawful else "事实不清"
    return ReviewLegality(number, lawful=lawful, harms_public_interest=False, explanation=told)


def _proposed(pledge: CommitmentId, made: OnProcedure) -> Late:
    """The procedure that the machine proposed is numbered after the suspicion."""

    def late(record: Record) -> Iterator[Asked]:
        for version, event in enumerate(record.events(f"commitment/{pledge}"), 1):
            if isinstance(event, BreachSuspected):
                yield ("", *made(f"{pledge}.{version}"))
                return

    return late


class _Campaign(_Script):
    """One 双随机 campaign of the market supervision: plan, shares, public value, checks."""

    def __init__(self, town: Town, seed: int, calendar: Calendar, day: int) -> None:
        super().__init__(town, calendar, f"MN{seed}-P{day:03d}")
        self.day = day
        self.chief = self.by(Role.SUPERVISION_HEAD, MARKET).actor
        self.holders = (
            self.chief,
            officer("J01", Role.DISCIPLINE, OFFICES[1]),
            officer("X01", Role.SUPERVISOR, OFFICES[2]),
        )

    def write(self) -> None:
        registered = f"{self.name} 00"
        self.later(self.day, 0, lambda record: (("", self._plan(record, registered), self.chief),))
        for holder in self.holders:
            self._with_plan(registered, self.day, 2, self._committed(holder), holder)
            self._with_plan(registered, self.day + 1, 0, self._revealed(holder), holder)
        fixed = f"模拟 {self.name}"
        self._with_plan(
            registered, self.day + 1, 2, lambda plan: FixPublicValue(plan, fixed), self.chief
        )
        self.later(self.day + 2, 3, lambda record: self._notices(record, registered))
        self.later(self.day + 3, 1, lambda record: self._checks(record, registered))
        self.later(self.day + 4, 1, lambda record: self._reviews(record, registered))
        self._broken(registered)

    def _broken(self, registered: str) -> None:
        """What was found not to be as promised: confirmed by people, then the procedure."""
        reviewer = self.by(Role.REVIEWER, APPROVER).actor
        lawyer, decider = self.by(Role.LEGAL, APPROVER), self.by(Role.DECIDER, APPROVER)
        told = "检查发现与承诺不符"

        def confirmed(record: Record) -> Iterator[Asked]:
            for subject, pledge, _ in self._suspected(record, registered):
                act = ConfirmBreach(pledge, BreachGround.NOT_AS_PROMISED, told)
                yield subject, act, reviewer

        def proceed(stage: int, record: Record) -> Iterator[Asked]:
            for subject, _, number in self._suspected(record, registered):
                name = f"{self.name}-{subject}"
                how = Procedure(name, reviewer, lawyer.actor, decider.actor, rectified=True)
                yield subject, *how.path()[stage][1](number)

        self.later(self.day + 6, 1, confirmed)
        for stage, (after, _) in enumerate(
            Procedure("", reviewer, lawyer.actor, decider.actor).path()
        ):
            self.later(self.day + 7 + after, 1, partial(proceed, stage))

    def _suspected(
        self, record: Record, registered: str
    ) -> Iterator[tuple[SubjectId, CommitmentId, str]]:
        """The commitments on which this campaign's findings were reported; their procedures."""
        plan = record.plan_of(registered) or ""
        for pair in _pairs(record, plan):
            if FindingCode.NOT_AS_PROMISED not in self._codes(pair.subject):
                continue
            for task in record.events(f"task/{task_id(plan, pair.subject)}"):
                pledge = task.commitment_id if isinstance(task, TaskAssigned) else None
                for version, event in enumerate(
                    record.events(f"commitment/{pledge}") if pledge else (), 1
                ):
                    if pledge and _found_by(event, pair.inspectors):
                        yield pair.subject, pledge, f"{pledge}.{version}"

    def _plan(self, record: Record, registered: str) -> RegisterPlan:
        share, least = self.town.campaign["basis_points"], self.town.campaign["least"]
        return RegisterPlan(
            serial=record.next_plan(registered),
            title=f"模拟双随机抽查 {self.name}",
            department=MARKET,
            hash=HashName.SHA256,
            strata=tuple(Stratum(risk, share, least) for risk in "ABCD"),
            offices=OFFICES,
            public_source="模拟的公开值",
            public_value_at=self.calendar.at(self.day + 1, 0).replace(hour=12, minute=0),
            inspect_by=self.calendar.at(self.day + 20, 0).date(),
            witness=WITNESS,
        )

    def _with_plan(
        self, registered: str, day: int, slot: int, made: Callable[[str], Act], actor: Actor
    ) -> None:
        def late(record: Record) -> Iterator[Asked]:
            if (plan := record.plan_of(registered)) is not None:
                yield "", made(plan), actor

        self.later(day, slot, late)

    def _share(self, holder: Actor) -> str:
        return hashlib.sha256(f"{self.name} {holder.organ}".encode()).hexdigest()

    def _committed(self, holder: Actor) -> Callable[[str], Act]:
        share = bytes.fromhex(self._share(holder))
        return lambda plan: CommitShare(plan, share_commitment(HashName.SHA256, share))

    def _revealed(self, holder: Actor) -> Callable[[str], Act]:
        return lambda plan: RevealShare(plan, self._share(holder))

    def _notices(self, record: Record, registered: str) -> Iterator[Asked]:
        plan = record.plan_of(registered)
        for pair in _pairs(record, plan):
            number, visit = f"{self.name}-{pair.subject}", self.calendar.at(self.day + 3, 0).date()
            act = NotifyCheck(
                *(plan or "", pair.subject, f"检通字-{number}", f"检审-{number}", visit),
                told=tuple(Told),
            )
            signer = self.town.account_of(pair.inspectors[0])
            yield pair.subject, act, officer(signer, Role.INSPECTOR, MARKET)

    def _checks(self, record: Record, registered: str) -> Iterator[Asked]:
        plan = record.plan_of(registered)
        for pair in _pairs(record, plan):
            signer = self.town.account_of(pair.inspectors[0])
            found = RecordInspection(
                plan or "",
                pair.subject,
                performed_at=self.calendar.at(self.day + 3, 0),
                code_set="v1",
                codes=self._codes(pair.subject),
                signatures=pair.inspectors,
                evidence=(Evidence("现场照片", digest(f"{self.name} {pair.subject}")),),
                report_sha256=digest(f"{self.name} {pair.subject} 记录表"),
                party=PartySignature.SIGNED,
            )
            yield pair.subject, found, officer(signer, Role.INSPECTOR, MARKET)

    def _reviews(self, record: Record, registered: str) -> Iterator[Asked]:
        plan = record.plan_of(registered)
        reviewer = self.town.staff(Role.SUPERVISOR, MARKET)[0].actor
        for pair in _pairs(record, plan):
            act = ReviewFinding(plan or "", pair.subject, agreed=True, explanation="属实")
            yield pair.subject, act, reviewer

    def _codes(self, subject: SubjectId) -> tuple[FindingCode, ...]:
        dice = Random(f"{self.name} {subject}")  # noqa: S311 - as above
        if dice.randrange(WHOLE) >= self.town.proportions["finding"]:
            return (FindingCode.NO_PROBLEM,)
        return (dice.choice((FindingCode.PROBLEM_CORRECTED, FindingCode.NOT_AS_PROMISED)),)


def _pairs(record: Record, plan: str | None) -> Iterator[Pair]:
    """Who inspects whom in this plan; nothing before the draw."""
    for event in record.events(f"plan/{plan}") if plan else ():
        yield from event.pairs if isinstance(event, Matched) else ()


def _found_by(event: Event, inspectors: Iterable[PersonId]) -> bool:
    """A suspicion that these inspectors' finding gave rise to."""
    return (
        isinstance(event, BreachSuspected)
        and event.ground is BreachGround.NOT_AS_PROMISED
        and set(inspectors) <= set(event.found_by)
    )
