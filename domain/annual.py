"""年度抽查计划（annual plan）：拟订 → 负责人批准 → 报上级备案 → 公布；修订另行批准（表 F2）。

One file a department and year. What was approved last is in force; an amendment that waits for its
approval changes nothing. The campaigns registered under it are counted here, so that two registered at
the same moment cannot both take the last place.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.lists import CheckMatter, MatterLevel
from domain.refusals import Refusal
from domain.sampling import Stratum, strata_sound
from domain.subject import RISK_CLASSES
from domain.terms import Organ, PersonId

UNCAPPED: Final = "D"  # 高风险的不设上限（国市监信发〔2022〕6号）
CAPPED: Final = tuple(sorted(RISK_CLASSES - {UNCAPPED}))


@dataclass(frozen=True, slots=True)
class PlannedMatter:
    """计划中的一项：清单上的哪一项，组织几次，何时，谁牵头，各类查多少。"""

    matter_no: str
    campaigns: int  # 组织几次；修订时写零即取消
    start_on: date
    end_on: date
    lead: Organ  # 牵头部门
    co_departments: tuple[Organ, ...]  # 配合部门
    ratios: tuple[Stratum, ...]  # 各风险等级的抽查比例


@dataclass(frozen=True, slots=True)
class CheckCap:
    """一类对象每年至多上门检查几次（国办发〔2024〕54号）。"""

    risk_class: str
    most: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """年终没有组织完的一项。"""

    matter_no: str
    planned: int
    registered: int


# -- events


@dataclass(frozen=True, slots=True)
class Drafted(Event):
    """年度计划拟订。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "gsjx2019-38", "gbf2024-54")
    department: Organ
    year: int
    matters: tuple[PlannedMatter, ...]
    caps: tuple[CheckCap, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Amended(Event):
    """年度计划修订，待批准。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38", "gbf2024-54")
    version: int
    matters: tuple[PlannedMatter, ...]
    caps: tuple[CheckCap, ...]
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Approved(Event):
    """年度计划批准。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38", "gbf2024-54")
    version: int
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Filed(Event):
    """年度计划报上级备案。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38",)
    version: int
    superior: Organ
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Published(Event):
    """年度计划与频次上限公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38", "gbf2024-54")
    version: int
    published_at: str  # 公布于何处
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CampaignTaken(Event):
    """计划内的一次抽查登记。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38",)
    plan_no: str
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignReturned(Event):
    """计划内的一次抽查作废或失效，次数退回。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38",)
    plan_no: str
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """年度终了：还有哪些没有组织。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjx2019-38",)
    shortfalls: tuple[Shortfall, ...]


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有拟订。"""


@dataclass(frozen=True, slots=True)
class Edition:
    """一版：列了什么，何人拟的。"""

    version: int
    matters: tuple[PlannedMatter, ...]
    caps: tuple[CheckCap, ...]
    drafter: PersonId


@dataclass(frozen=True, slots=True)
class Planned:
    """一份年度计划；``in_force`` 是最后批准的一版，``latest`` 可以还待批准。"""

    department: Organ
    year: int
    latest: Edition
    in_force: Edition | None = None
    filed: int = 0  # 备了案的是第几版
    published: int = 0
    taken: tuple[CampaignTaken, ...] = ()

    def registered(self) -> Counter[str]:
        """各项组织了几次。"""
        return Counter(one for campaign in self.taken for one in campaign.matters)

    def shortfalls(self) -> tuple[Shortfall, ...]:
        """各项还差几次；从未批准的，算拟订的。"""
        done, known = self.registered(), self.in_force or self.latest
        return tuple(
            Shortfall(one.matter_no, one.campaigns, done[one.matter_no])
            for one in known.matters
            if done[one.matter_no] < one.campaigns
        )


@dataclass(frozen=True, slots=True)
class Over:
    """年度已经终了。"""

    planned: Planned


State: TypeAlias = Nothing | Planned | Over


def number(department: Organ, year: int) -> str:
    """年度计划编号：部门与年份，例如 ``350505-SCJG-2026``；一个部门一年一份。"""
    return f"{department}-{year}"


def in_force(state: State) -> Edition | None:
    """批准了的一版；没有的没有。年度终了的仍可查。"""
    match state:
        case Planned() as planned:
            return planned.in_force
        case Over(planned=planned):
            return planned.in_force
        case _:
            return None


def cap_of(state: State, risk_class: str) -> int | None:
    """这一类对象一年至多几次；没有批准的计划、不设上限的，没有。"""
    known = in_force(state)
    caps = () if known is None else known.caps
    return next((one.most for one in caps if one.risk_class == risk_class), None)


def standing(state: State) -> Refused:
    """年度计划现在到了哪一步，因此此事不能办。"""
    match state:
        case Nothing():
            return Refused(Refusal.ANNUAL_NOT_FOUND)
        case Over(planned=planned):
            return Refused(Refusal.ANNUAL_OVER, {"year": str(planned.year)})
        case Planned():
            return Refused(Refusal.ANNUAL_NOT_APPROVED)


# -- commands


@dataclass(frozen=True, slots=True)
class Draft:
    """拟订。``listed`` 是起始之日有效的抽查事项清单。"""

    fact: Drafted
    listed: Mapping[str, CheckMatter]
    today: date

    def decide(self, state: State) -> Answer:
        """今年或明年的，一个部门一年一份；清单上有的才列。"""
        fact = self.fact
        if not isinstance(state, Nothing):
            known = state.planned if isinstance(state, Over) else state
            again = known.latest == _first(fact) and known.department == fact.department
            return () if again else Refused(Refusal.ANNUAL_EXISTS)
        if not self.today.year <= fact.year <= self.today.year + 1:
            return Refused(Refusal.ANNUAL_YEAR, {"year": str(fact.year)})
        if any(one.campaigns == 0 for one in fact.matters):
            return Refused(Refusal.ANNUAL_EMPTY)
        fault = _fault(fact.department, fact.year, fact.matters, fact.caps, self.listed)
        return fault or (fact,)


def _first(fact: Drafted) -> Edition:
    return Edition(1, fact.matters, fact.caps, fact.handler)


def _fault(
    department: Organ,
    year: int,
    matters: Sequence[PlannedMatter],
    caps: Sequence[CheckCap],
    listed: Mapping[str, CheckMatter],
) -> Refused | None:
    names = [one.matter_no for one in matters]
    if not names or len(set(names)) != len(names):
        return Refused(Refusal.ANNUAL_EMPTY)
    if sorted(one.risk_class for one in caps) != list(CAPPED) or any(one.most < 0 for one in caps):
        return Refused(Refusal.ANNUAL_CAPS, {"classes": "、".join(CAPPED)})
    return next(_faults(department, year, matters, listed), None)


def _faults(
    department: Organ,
    year: int,
    matters: Sequence[PlannedMatter],
    listed: Mapping[str, CheckMatter],
) -> Iterator[Refused]:
    for one in matters:
        facts = {"matter_no": one.matter_no}
        together = (one.lead, *one.co_departments)
        if one.matter_no not in listed:
            yield Refused(Refusal.ANNUAL_UNLISTED, facts)
        elif department not in together or len(set(together)) != len(together):
            yield Refused(Refusal.ANNUAL_LEAD, facts)
        elif not (
            one.campaigns >= 0
            and one.start_on <= one.end_on
            and one.start_on.year == one.end_on.year == year
        ):
            yield Refused(Refusal.ANNUAL_PERIOD, facts | {"year": str(year)})
        elif not _ratios_sound(one.ratios, listed[one.matter_no]):
            yield Refused(Refusal.ANNUAL_RATIO, facts)


def _ratios_sound(ratios: Sequence[Stratum], matter: CheckMatter) -> bool:
    """各类一个比例；一般检查事项不得超过清单所定，重点的不限。"""
    most = matter.basis_points
    modest = matter.level is MatterLevel.KEY or all(one.basis_points <= most for one in ratios)
    return modest and strata_sound(ratios) and {one.name for one in ratios} <= RISK_CLASSES


@dataclass(frozen=True, slots=True)
class Amend:
    """修订。``fact.version`` is set here."""

    fact: Amended
    listed: Mapping[str, CheckMatter]

    def decide(self, state: State) -> Answer:
        """写明理由与原有的每一项（取消的写零次），不少于已经组织的。"""
        if not isinstance(state, Planned):
            return standing(state)
        fact = replace(self.fact, version=state.latest.version + 1)
        if _edition(replace(fact, version=state.latest.version)) == state.latest:
            return ()
        if not fact.reasons.strip():
            return Refused(Refusal.ANNUAL_NO_REASON)
        new = {one.matter_no: one.campaigns for one in fact.matters}
        if dropped := [one for one in _named(state) if one not in new]:
            return Refused(Refusal.ANNUAL_DROPPED, {"matters": "、".join(dropped)})
        if below := [one for one, taken in state.registered().items() if new[one] < taken]:
            return Refused(Refusal.ANNUAL_BELOW, {"matters": "、".join(below)})
        fault = _fault(state.department, state.year, fact.matters, fact.caps, self.listed)
        return fault or (fact,)


def _edition(fact: Amended) -> Edition:
    return Edition(fact.version, fact.matters, fact.caps, fact.handler)


def _named(state: Planned) -> tuple[str, ...]:
    known = (*(state.in_force.matters if state.in_force else ()), *state.latest.matters)
    return tuple(dict.fromkeys(one.matter_no for one in known))


@dataclass(frozen=True, slots=True)
class Approve:
    """负责人批准最新一版。``fact.version`` is set here."""

    fact: Approved

    def decide(self, state: State) -> Answer:
        """不是拟订的人自己批；已批准的无事可办。"""
        if not isinstance(state, Planned):
            return standing(state)
        if state.in_force == state.latest:
            return ()
        if state.latest.drafter == self.fact.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        return (replace(self.fact, version=state.latest.version),)


@dataclass(frozen=True, slots=True)
class File:
    """批准的一版报上级备案。``superiors`` 是账上登记的上级机关，没有登记的为空。"""

    fact: Filed
    superiors: tuple[Organ, ...]

    def decide(self, state: State) -> Answer:
        """先批准，后备案，报上级机关。"""
        if not isinstance(state, Planned) or state.in_force is None:
            return standing(state)
        if state.filed == state.in_force.version:
            return ()
        known = self.superiors or (self.fact.superior,)
        if self.fact.superior not in known or self.fact.superior == state.department:
            return Refused(Refusal.ANNUAL_SUPERIOR, {"organ": self.fact.superior})
        return (replace(self.fact, version=state.in_force.version),)


@dataclass(frozen=True, slots=True)
class Publish:
    """备了案的一版公布。"""

    fact: Published

    def decide(self, state: State) -> Answer:
        """备案之后公布；频次上限也由此公布。"""
        if not isinstance(state, Planned) or state.in_force is None:
            return standing(state)
        version = state.in_force.version
        if state.published == version:
            return ()
        if state.filed != version:
            return Refused(Refusal.ANNUAL_NOT_FILED)
        return (replace(self.fact, version=version),)


@dataclass(frozen=True, slots=True)
class Take:
    """登记计划内的一次抽查：哪个部门、哪几项、何时、各类查多少。"""

    plan_no: str
    department: Organ
    matters: tuple[str, ...]
    start_on: date
    end_on: date
    strata: tuple[Stratum, ...]

    def decide(self, state: State) -> Answer:
        """批准了的、本部门的、列了的、没有用完的，在所定的时间与比例之内。"""
        if not isinstance(state, Planned) or state.in_force is None:
            return standing(state)
        if state.department != self.department:
            return Refused(Refusal.DUTY_ORGAN, {"organ": state.department})
        if any(one.plan_no == self.plan_no for one in state.taken):
            return ()
        if not self.matters:
            return Refused(Refusal.ANNUAL_NO_MATTER)
        planned = {one.matter_no: one for one in state.in_force.matters}
        fault = next(self._faults(planned, state.registered()), None)
        return fault or (CampaignTaken(self.plan_no, self.matters),)

    def _faults(
        self, planned: Mapping[str, PlannedMatter], registered: Counter[str]
    ) -> Iterator[Refused]:
        for name in self.matters:
            facts, one = {"matter_no": name}, planned.get(name)
            if one is None:
                yield Refused(Refusal.ANNUAL_OUTSIDE, facts)
            elif registered[name] >= one.campaigns:
                yield Refused(Refusal.ANNUAL_USED_UP, facts | {"campaigns": str(one.campaigns)})
            elif not one.start_on <= self.start_on <= self.end_on <= one.end_on:
                days = {"start_on": str(one.start_on), "end_on": str(one.end_on)}
                yield Refused(Refusal.ANNUAL_TIME, facts | days)
            elif beyond := _beyond(self.strata, one.ratios):
                yield Refused(Refusal.ANNUAL_MORE, facts | {"strata": "、".join(beyond)})


def _beyond(strata: Sequence[Stratum], ratios: Sequence[Stratum]) -> list[str]:
    """没有列的等级，或比例、下限超过所列的。"""
    known = {one.name: one for one in ratios}
    return [
        one.name
        for one in strata
        if (most := known.get(one.name)) is None
        or one.basis_points > most.basis_points
        or one.floor > most.floor
    ]


@dataclass(frozen=True, slots=True)
class Return:
    """一次抽查作废或失效，次数退回。"""

    plan_no: str

    def decide(self, state: State) -> Answer:
        """登记过的才退；年度终了的不再改。"""
        if not isinstance(state, Planned):
            return ()
        known = (one for one in state.taken if one.plan_no == self.plan_no)
        return tuple(CampaignReturned(one.plan_no, one.matters) for one in known)


@dataclass(frozen=True, slots=True)
class Close:
    """年度终了（机器）。``today`` 是北京时间的日子。"""

    today: date

    def decide(self, state: State) -> Answer:
        """十二月三十一日过完，记下还有哪些没有组织。"""
        match state:
            case Nothing():
                return standing(state)
            case Over():
                return ()
            case _ if self.today <= year_end(state.year):
                return Refused(Refusal.ANNUAL_NOT_YET, {"due_on": str(year_end(state.year))})
            case _:
                return (Closed(state.shortfalls()),)


def year_end(year: int) -> date:
    """一年的末日。"""
    return date(year, 12, 31)


Command: TypeAlias = Draft | Amend | Approve | File | Publish | Take | Return | Close


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的年度计划。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), Drafted():
            return Planned(event.department, event.year, _first(event))
        case Planned(latest=latest), Amended(version=version) if version == latest.version + 1:
            return replace(state, latest=_edition(event))
        case Planned(latest=latest), Approved(version=version) if (
            version == latest.version and state.in_force != latest
        ):
            return replace(state, in_force=latest)
        case Planned(in_force=Edition(version=now)), Filed(version=version) if (
            version == now != state.filed
        ):
            return replace(state, filed=version)
        case Planned(filed=filed, published=before), Published(version=version) if (
            version == filed != before
        ):
            return replace(state, published=version)
        case Planned(in_force=Edition()), CampaignTaken() | CampaignReturned():
            return _counted(state, event)
        case Planned(), Closed():
            return Over(state)
        case _:
            raise _impossible(state, event)


def _counted(state: Planned, event: CampaignTaken | CampaignReturned) -> State:
    others = tuple(one for one in state.taken if one.plan_no != event.plan_no)
    if isinstance(event, CampaignTaken) == (len(others) < len(state.taken)):
        raise _impossible(state, event)
    if isinstance(event, CampaignTaken):
        return replace(state, taken=(*others, event))
    return replace(state, taken=others)


def _impossible(state: State, event: Event) -> ImpossibleHistory:
    return ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("annual", Nothing(), evolve)
