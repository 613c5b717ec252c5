"""事项（catalogue）：办件依申请之日有效的事项版本办理。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.commitment import BreachPolicy
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ


class ItemTag(StrEnum):
    """事项标签：五办与掌上办，可以并有（机制 41、13）。"""

    IMMEDIATE = "IMMEDIATE"  # 马上办
    ONLINE = "ONLINE"  # 网上办
    NEARBY = "NEARBY"  # 就近办
    ONE_VISIT = "ONE_VISIT"  # 一次办（最多跑一趟）
    NO_VISIT = "NO_VISIT"  # 不用办（一趟不用跑）
    MOBILE = "MOBILE"  # 掌上办


class Stage(StrEnum):
    """工程建设项目的四个审批阶段（机制 87）。"""

    PLANNING = "PLANNING"  # 立项用地规划许可
    CONSTRUCTION = "CONSTRUCTION"  # 工程建设许可
    WORKS = "WORKS"  # 施工许可
    COMPLETION = "COMPLETION"  # 竣工验收


class DayCount(StrEnum):
    """期限按什么日子计。"""

    WORKING = "WORKING"  # 工作日（许可法 82 条）
    NATURAL = "NATURAL"  # 自然日


class GapDefault(StrEnum):
    """容缺的材料到期没有补来的，怎样处理（各地不同，L-24）。"""

    REVOKE_ACCEPTANCE = "REVOKE_ACCEPTANCE"  # 撤销受理
    DEEM_WITHDRAWN = "DEEM_WITHDRAWN"  # 视为撤回申请
    REJECT = "REJECT"  # 不予许可


class HearingNeed(StrEnum):
    """要不要听证（许可法 46、47 条）。"""

    NONE = "NONE"  # 不涉及
    ON_REQUEST = "ON_REQUEST"  # 涉及他人重大利益，告知后依申请听证
    MANDATORY = "MANDATORY"  # 法定或者涉及公共利益，应当听证


class ReviewStep(StrEnum):
    """审查中要经过的步骤；有其一的，不得授权窗口即收即办（机制 39）。"""

    ON_SITE = "ON_SITE"  # 现场踏勘
    COLLECTIVE = "COLLECTIVE"  # 集体讨论
    EXPERT = "EXPERT"  # 专家论证
    TESTING = "TESTING"  # 技术检验检测


class HalfLimit(StrEnum):
    """补不过半：承诺时限的一半不是整数时怎样取（规则 12）。"""

    FLOOR = "FLOOR"  # 舍去
    CEIL = "CEIL"  # 进一


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """收件的规则：主件、容缺、共享与联审的材料（机制 8、9、33、44、67）。"""

    one_window: bool = True  # 进综合窗口
    main_materials: tuple[str, ...] = ()  # 主件；不得容缺
    gap_materials: tuple[str, ...] = ()  # 可以容缺的材料
    gap_days: int = 0  # 容缺补齐的期限，工作日
    gap_default: GapDefault = GapDefault.DEEM_WITHDRAWN
    shared_materials: tuple[str, ...] = ()  # 经共享取得，不得要求提交（在线政务规定 7 条）
    verified_materials: tuple[str, ...] = ()  # 由同级机关联审核验，不必提交


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """审查与决定的规则（机制 8b、17、28、39、87）。"""

    steps: tuple[ReviewStep, ...] = ()
    hearing: HearingNeed = HearingNeed.NONE
    joint_bodies: tuple[Organ, ...] = ()  # 并联审批的协办机关；有的，适用许可法 42 条二款
    deemed_approval_basis: str | None = None  # 超时默认的依据；没有依据的不适用
    half_limit: HalfLimit = HalfLimit.FLOOR
    quota: int | None = None  # 数量有限的许可的总数（许可法 57 条）
    charged: bool = False  # 收费，一次告知一次收取


@dataclass(frozen=True, slots=True)
class PledgeRules:
    """告知承诺的规则（国办发〔2020〕42号）。"""

    high_risk: bool = False  # 风险较大、纠错成本较高，不适用告知承诺
    policy: str | None = None  # 所依的承诺办法；没有的按 breach_policy 处理
    verification_days: int = 60  # 作出决定之后核查的期限，工作日（浙江）
    verification_months: int | None = None  # 以月计的（上海两个月），代替前项
    verification_exempt: bool = False  # 免予核查，纳入日常监管


@dataclass(frozen=True, slots=True)
class RenewalRules:
    """延续的规则（许可法 50 条）。"""

    days_before: int = 30  # 届满前若干日提出
    count: DayCount = DayCount.NATURAL
    tacit: bool = True  # 届满前没有决定的，视为准予延续


@dataclass(frozen=True, slots=True)
class HandlingRules:
    """一个事项怎样办：收件、审查、承诺、延续各段的规则。"""

    intake: IntakeRules = IntakeRules()
    review: ReviewRules = ReviewRules()
    pledge: PledgeRules = PledgeRules()
    renewal: RenewalRules = RenewalRules()
    safety: bool = False  # 直接关系公共安全、人身健康、生命财产安全（许可法 78、79 条）
    on_negative_list: bool = False  # 进驻负面清单，不进大厅
    tags: tuple[ItemTag, ...] = ()
    stage: Stage | None = None
    standard_no: str | None = None  # 所绑定的“五级十五同”标准编号


AS_USUAL: Final = HandlingRules()

# -- events


@dataclass(frozen=True, slots=True)
class ItemPublished(Event):
    """事项（版本）公布。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:30",)
    version: int
    effective_from: date
    name: str
    legal_basis: tuple[str, ...]
    approving_body: Organ
    supervising_bodies: tuple[Organ, ...]
    legal_days: int
    promised_days: int
    window_authorised: bool  # 即办件，授权窗口
    commitment_allowed: bool
    commitment_materials: tuple[str, ...]  # 承诺制材料清单
    breach_policy: BreachPolicy
    filing_only: bool  # 报备制
    materials: tuple[str, ...]
    speciality: str  # 检查专业
    rules: HandlingRules = AS_USUAL  # since v2

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the version says its own day
        """版本生效之日。"""
        return self.effective_from


ItemEvent: TypeAlias = ItemPublished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """清单上没有此事项。"""


@dataclass(frozen=True, slots=True)
class Listed:
    """清单上的事项与其全部版本，生效之日先后有序。"""

    versions: tuple[ItemPublished, ...]

    @property
    def latest(self) -> ItemPublished:
        """最后公布的版本，可能尚未生效。"""
        return self.versions[-1]


State: TypeAlias = Nothing | Listed


def version_on(state: State, day: date) -> ItemPublished | None:
    """申请之日有效的版本（规则 16）；当日尚无有效版本的没有。"""
    if isinstance(state, Nothing):
        return None
    valid = (one for one in reversed(state.versions) if one.effective_from <= day)
    return next(valid, None)


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: ItemPublished
    today: date

    def decide(self, state: State) -> Answer:
        """内容相同即无事可办；新版本不溯及既往。"""
        known = state.latest if isinstance(state, Listed) else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if fault := self._fault():
            return Refused(fault)
        if known is None:
            return (replace(self.fact, version=1),)
        if self.fact.effective_from < max(self.today, known.effective_from):
            facts = {"effective_from": str(self.fact.effective_from)}
            return Refused(Refusal.ITEM_BACKDATED, facts)
        return (replace(self.fact, version=known.version + 1),)

    def _fault(self) -> Refusal | None:
        fact = self.fact
        if not fact.legal_basis:
            return Refusal.ITEM_NO_BASIS
        if not fact.supervising_bodies:
            return Refusal.ITEM_NO_SUPERVISOR
        if not 0 <= fact.promised_days <= fact.legal_days:
            return Refusal.ITEM_PERIOD
        on_list = set(fact.commitment_materials)
        if fact.commitment_allowed != bool(on_list) or not on_list <= set(fact.materials):
            return Refusal.ITEM_MATERIALS
        return None


def evolve(state: State, event: Event) -> State:
    """版本逐一相续。"""
    known = state.versions if isinstance(state, Listed) else ()
    match event:
        case ItemPublished(version=version) if version == len(known) + 1:
            return Listed((*known, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("item", Nothing(), evolve)
