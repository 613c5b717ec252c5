"""事项（catalogue）：办件依申请之日有效的事项版本办理；休眠、激活、下放、划转与取消。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.commitment import BreachPolicy
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import ItemCode, Organ, PersonId
from domain.versions import in_force


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


class CancelMode(StrEnum):
    """取消审批的方式（证照分离，国发〔2021〕7号）。"""

    ABOLISHED = "ABOLISHED"  # 直接取消审批
    TO_FILING = "TO_FILING"  # 审批改为备案
    MERGED = "MERGED"  # 并入其他事项


class TransferMode(StrEnum):
    """事权下放与划转的方式（机制 38、46）；谁可以决定、谁可以撤销，随方式而不同。"""

    DIRECT = "DIRECT"  # 直接下放
    ENTRUSTED = "ENTRUSTED"  # 委托下放
    INTERNAL = "INTERNAL"  # 内部调整
    FORWARD_SERVICE = "FORWARD_SERVICE"  # 服务前移
    CENTRALISED = "CENTRALISED"  # 相对集中划转


# The power itself passes to the other organ; by the other modes only the handling does.
POWER_PASSES: Final = frozenset({TransferMode.DIRECT, TransferMode.CENTRALISED})
# The other organ decides too, in the name of the one that keeps the power (许可法 24 条).
HANDLES: Final = frozenset({TransferMode.ENTRUSTED, TransferMode.INTERNAL})


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


@dataclass(frozen=True, slots=True)
class FirstUsed(Event):
    """首次办件：自此不再是零办件事项，不得休眠。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:1",)
    case_no: str  # 首次的办件或报备编号


@dataclass(frozen=True, slots=True)
class MadeDormant(Event):
    """休眠（冻结）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:1",)
    explanation: str
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Activated(Event):
    """激活：有人申办休眠事项，即恢复办理。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:1",)
    case_no: str  # 因哪一件激活


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """取消审批；已取得许可的对象仍在监管部门的收件箱和名录里。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:21", "qtgb2021-47:sglh")
    mode: CancelMode
    effective_from: date
    successor_item: ItemCode | None  # 改为备案或并入的事项
    supervising_bodies: tuple[Organ, ...]
    explanation: str
    document_no: str
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """取消之日。"""
        return self.effective_from


@dataclass(frozen=True, slots=True)
class TransferPlanned(Event):
    """拟下放：只是计划，不改变谁来办理，也不计入已下放。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxg2012-7:1",)
    mode: TransferMode
    from_organ: Organ
    to_organ: Organ
    planned_on: date
    document_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class AuthorityTransferred(Event):
    """事权下放或划转。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qxg2012-7:1", "xkf:24")
    mode: TransferMode
    from_organ: Organ
    to_organ: Organ
    effective_from: date
    supervising_bodies: tuple[Organ, ...]
    document_no: str
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """下放生效之日。"""
        return self.effective_from


ItemEvent: TypeAlias = (
    ItemPublished
    | FirstUsed
    | MadeDormant
    | Activated
    | Cancelled
    | TransferPlanned
    | AuthorityTransferred
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """清单上没有此事项。"""

    def after(self, event: Event) -> "State":
        """公布第一个版本。"""
        match event:
            case ItemPublished(version=1):
                return Listed((event,))
            case _:
                raise ImpossibleHistory(f"{event} before the first version")


@dataclass(frozen=True, slots=True)
class Competence:
    """某日由谁办：有权机关，受托以其名义办理的机关，以及只收件的前移窗口。"""

    body: Organ
    delegates: tuple[Organ, ...] = ()
    windows: tuple[Organ, ...] = ()

    def after(self, transfer: AuthorityTransferred) -> "Competence":
        """一次下放之后；不是由有权机关放下来的（其后已按新机关公布了版本），不相干。"""
        if transfer.from_organ != self.body:
            return self
        if transfer.mode in POWER_PASSES:
            return Competence(transfer.to_organ)
        if transfer.mode in HANDLES:
            return replace(self, delegates=(*self.delegates, transfer.to_organ))
        return replace(self, windows=(*self.windows, transfer.to_organ))


@dataclass(frozen=True, slots=True)
class Listed:
    """清单上的事项与其全部版本，生效之日先后有序。"""

    versions: tuple[ItemPublished, ...]
    first_case: str | None = None  # 有过办件的，首次那件
    dormant: MadeDormant | None = None
    planned: tuple[TransferPlanned, ...] = ()
    transfers: tuple[AuthorityTransferred, ...] = ()
    cancelled: Cancelled | None = None

    @property
    def latest(self) -> ItemPublished:
        """最后公布的版本，可能尚未生效。"""
        return self.versions[-1]

    def competence(self, version: ItemPublished, day: date) -> Competence:
        """依这个版本，某日由谁办。"""
        found = Competence(version.approving_body)
        for one in self.transfers:
            found = found.after(one) if one.effective_from <= day else found
        return found

    def after(self, event: Event) -> "State":
        """版本逐一相续；取消之后再无可变。"""
        if self.cancelled is not None:
            raise ImpossibleHistory(f"{event} after {self.cancelled}")
        match event:
            case ItemPublished(version=version) if version == len(self.versions) + 1:
                return replace(self, versions=(*self.versions, event))
            case FirstUsed() | MadeDormant() | Activated():
                return self._asleep_or_awake(event)
            case TransferPlanned():
                return replace(self, planned=(*self.planned, event))
            case AuthorityTransferred():
                return replace(self, transfers=(*self.transfers, event))
            case Cancelled():
                return replace(self, cancelled=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")

    def _asleep_or_awake(self, event: FirstUsed | MadeDormant | Activated) -> "Listed":
        unused = self.first_case is None
        match event:
            case FirstUsed(case_no=case_no) if unused and self.dormant is None:
                return replace(self, first_case=case_no)
            case MadeDormant() if unused and self.dormant is None:
                return replace(self, dormant=event)
            case Activated(case_no=case_no) if self.dormant is not None:
                return replace(self, dormant=None, first_case=case_no)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Listed


def version_on(state: State, day: date) -> ItemPublished | None:
    """申请之日有效的版本（规则 16）；当日尚无有效版本的、已取消的没有。"""
    if isinstance(state, Nothing):
        return None
    if state.cancelled is not None and state.cancelled.effective_from <= day:
        return None
    return in_force(state.versions, day)


def standing(state: Nothing | Cancelled | MadeDormant) -> Refused:
    """事项为什么不能这样办。"""
    match state:
        case Nothing():
            return Refused(Refusal.ITEM_NOT_LISTED)
        case Cancelled(effective_from=day, document_no=number):
            facts = {"effective_from": str(day), "document_no": number}
            return Refused(Refusal.ITEM_CANCELLED, facts)
        case MadeDormant(document_no=number, handler=handler):
            return Refused(Refusal.ITEM_DORMANT, {"document_no": number, "handler": handler})
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一个版本；``fact.version`` is set here, whatever it carries. ``today`` is Beijing's."""

    fact: ItemPublished
    today: date

    def decide(self, state: State) -> Answer:
        """内容相同即无事可办；新版本不溯及既往；已取消的不再公布。"""
        known = state.latest if isinstance(state, Listed) else None
        if known is not None and replace(self.fact, version=known.version) == known:
            return ()
        if isinstance(state, Listed) and state.cancelled is not None:
            return standing(state.cancelled)
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
        if fact.window_authorised and fact.rules.review.steps:
            return Refusal.ITEM_WINDOW_STEPS
        if fact.rules.safety and fact.rules.review.deemed_approval_basis is not None:
            return Refusal.ITEM_DEEMED_SAFETY
        on_list = set(fact.commitment_materials)
        if fact.commitment_allowed != bool(on_list) or not on_list <= set(fact.materials):
            return Refusal.ITEM_MATERIALS
        return None


@dataclass(frozen=True, slots=True)
class MakeDormant:
    """休眠：只有从未有过办件的事项可以冻结。"""

    fact: MadeDormant

    def decide(self, state: State) -> Answer:
        """有过一件办件的即不得休眠。"""
        match state:
            case Nothing():
                return standing(state)
            case Listed(dormant=known) if known == self.fact:
                return ()
            case Listed(cancelled=Cancelled() as ended):
                return standing(ended)
            case Listed(dormant=MadeDormant() as known):
                return standing(known)
            case Listed(first_case=str() as case_no):
                return Refused(Refusal.ITEM_IN_USE, {"case_no": case_no})
            case _ if not (self.fact.explanation.strip() and self.fact.document_no.strip()):
                return Refused(Refusal.ITEM_NO_DOCUMENT)
            case _:
                return (self.fact,)


@dataclass(frozen=True, slots=True)
class Use:
    """有人申办：休眠的激活；``first`` records the first case of an item that was never dormant."""

    case_no: str
    first: bool

    def decide(self, state: State) -> Answer:
        """申办休眠事项从不因休眠被拒。"""
        match state:
            case Nothing():
                return standing(state)
            case Listed(cancelled=Cancelled()):
                return ()
            case Listed(dormant=MadeDormant()):
                return (Activated(self.case_no),)
            case Listed(first_case=None) if self.first:
                return (FirstUsed(self.case_no),)
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """取消审批。"""

    fact: Cancelled
    today: date

    def decide(self, state: State) -> Answer:
        """一次，写明文件与理由，不得倒签；监管部门随事项版本。"""
        match state:
            case Nothing():
                return standing(state)
            case Listed(cancelled=Cancelled() as known):
                return () if known == self._of(state) else standing(known)
            case _ if not (self.fact.explanation.strip() and self.fact.document_no.strip()):
                return Refused(Refusal.ITEM_NO_DOCUMENT)
            case _ if self.fact.effective_from < self.today:
                facts = {"effective_from": str(self.fact.effective_from)}
                return Refused(Refusal.ITEM_BACKDATED, facts)
            case _ if (self.fact.successor_item is None) != (
                self.fact.mode is CancelMode.ABOLISHED
            ):
                return Refused(Refusal.ITEM_SUCCESSOR)
            case _:
                return (self._of(state),)

    def _of(self, state: Listed) -> Cancelled:
        return replace(self.fact, supervising_bodies=state.latest.supervising_bodies)


@dataclass(frozen=True, slots=True)
class PlanTransfer:
    """拟下放。"""

    fact: TransferPlanned

    def decide(self, state: State) -> Answer:
        """只记计划，有权机关不变。"""
        match state:
            case Nothing():
                return standing(state)
            case Listed(planned=known) if self.fact in known:
                return ()
            case Listed(cancelled=Cancelled() as ended):
                return standing(ended)
            case _:
                return _passes(state, self.fact, self.fact.planned_on) or (self.fact,)


@dataclass(frozen=True, slots=True)
class Transfer:
    """事权下放或划转。"""

    fact: AuthorityTransferred
    today: date

    def decide(self, state: State) -> Answer:
        """由有权机关放下，不得倒签；相对集中划转的，监管仍在原部门（机制 46）。"""
        match state:
            case Nothing():
                return standing(state)
            case Listed(transfers=known) if self._of(state) in known:
                return ()
            case Listed(cancelled=Cancelled() as ended):
                return standing(ended)
            case _:
                return self._barrier(state) or (self._of(state),)

    def _of(self, state: Listed) -> AuthorityTransferred:
        return replace(self.fact, supervising_bodies=state.latest.supervising_bodies)

    def _barrier(self, state: Listed) -> Refused | None:
        fact = self.fact
        last = state.transfers[-1].effective_from if state.transfers else self.today
        if fact.effective_from < max(self.today, last):
            return Refused(Refusal.ITEM_BACKDATED, {"effective_from": str(fact.effective_from)})
        stays = fact.from_organ in state.latest.supervising_bodies
        if fact.mode is TransferMode.CENTRALISED and not stays:
            return Refused(Refusal.ITEM_SUPERVISION_STAYS, {"organ": fact.from_organ})
        return _passes(state, fact, fact.effective_from)


def _passes(
    state: Listed, fact: TransferPlanned | AuthorityTransferred, day: date
) -> Refused | None:
    """放下来的须是那日的有权机关，并且写明文件。"""
    if not fact.document_no.strip():
        return Refused(Refusal.ITEM_NO_DOCUMENT)
    body = state.competence(version_on(state, day) or state.latest, day).body
    if fact.from_organ != body or fact.to_organ == body:
        return Refused(Refusal.ITEM_NOT_ITS_ORGAN, {"organ": body})
    return None


Command: TypeAlias = Publish | MakeDormant | Use | Cancel | PlanTransfer | Transfer


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的事项。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """依现有版本决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("item", Nothing(), evolve)
