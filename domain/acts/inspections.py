"""双随机检查的办理（inspections）：计划、名单、种子、抽取、派发、检查、复核。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from domain import (
    code_set,
    filing,
    inspection_plan,
    inspection_task,
    inspector,
    officer,
    recusal,
    redraw,
)
from domain.acts.annual import given_back, takes_place
from domain.acts.base import Desk, combine, handles, write
from domain.acts.frequencies import cap_not_reached, counted
from domain.acts.lookups import period
from domain.decider import Claim, Decision, Refused, RuleUsed
from domain.inspection_plan import (
    CampaignKind,
    ClassChange,
    ExclusionReason,
    ListedInspector,
    ListedObject,
    ListedRecusal,
    Stratum,
)
from domain.inspection_task import FindingCode, PartySignature
from domain.refusals import Refusal
from domain.sampling import ALGORITHM
from domain.terms import (
    CaseNo,
    Evidence,
    HashName,
    ItemCode,
    OfficerId,
    Organ,
    PersonId,
    Sha256,
    SubjectId,
    beijing_day,
)


@dataclass(frozen=True, slots=True)
class RegisterPlan:
    """登记检查计划；经办人即抽取人，``witness`` 是另一人的账号。

    Plans are numbered without a gap: ``serial`` 1, 2, 3 …, the number is ``plan_number(serial)``.
    Reveals are open until ``public_value_at`` (aware), the instant at which chance speaks.
    """

    serial: int
    title: str
    department: Organ
    hash: HashName
    strata: tuple[Stratum, ...]
    offices: tuple[Organ, ...]
    public_source: str
    public_value_at: datetime
    inspect_by: date
    witness: OfficerId
    sealed_share_commitment: str | None = None  # 空：公开方式
    campaign: CampaignKind = CampaignKind.UNDIRECTED
    item_codes: tuple[ItemCode, ...] = ()  # 定向：只列这些事项的许可
    regions: tuple[str, ...] = ()  # 定向：只列这些片区
    matters: tuple[str, ...] = ()  # 抽查事项清单中的编号
    annual_plan_no: str | None = None  # 空：计划外
    unplanned_reason: str = ""
    seed_plan_no: str | None = None  # 联合抽查：共用其种子的计划
    value_format: str = ""
    fallback_source: str = ""
    fallback_at: datetime | None = None
    share_keepers: tuple[Organ, ...] = ()  # 封存份额托管于哪三家
    code_set: str = code_set.BUILT_IN  # 检查结果代码集


@dataclass(frozen=True, slots=True)
class FreezeLists:
    """冻结名单（机器）：名单是账本在 ``as_of_size`` 处的纯函数。"""

    plan_no: str
    objects: tuple[ListedObject, ...]
    inspectors: tuple[ListedInspector, ...]
    as_of_size: int
    plan_leaf_hash: str
    recusals: tuple[ListedRecusal, ...] = ()
    reclassified: tuple[ClassChange, ...] = ()
    reclassified_since: date = date.min


@dataclass(frozen=True, slots=True)
class CommitShare:
    """一个部门提交种子份额的承诺；部门即经办人所代表的机关。"""

    plan_no: str
    commitment: str


@dataclass(frozen=True, slots=True)
class RevealShare:
    """一个部门揭示种子份额：64 位小写十六进制。"""

    plan_no: str
    share: str


@dataclass(frozen=True, slots=True)
class CloseReveals:
    """揭示截止（机器）；未揭示的按全零计并公开。"""

    plan_no: str


@dataclass(frozen=True, slots=True)
class FixPublicValue:
    """记下公开值，由抽取人或见证人办理。"""

    plan_no: str
    value: str


@dataclass(frozen=True, slots=True)
class Draw:
    """抽取并配对（机器）：只有算术，没有选择。"""

    plan_no: str


@dataclass(frozen=True, slots=True)
class DrawSealed:
    """凭封存份额抽取并配对，由抽取人办理；份额此时不入账。"""

    plan_no: str
    share: str


@dataclass(frozen=True, slots=True)
class OpenSealedShare:
    """开启封存份额：公布之时，由组织抽取的部门办理。"""

    plan_no: str
    share: str


@dataclass(frozen=True, slots=True)
class ReplaceObject:
    """排除一户抽中的，由同层下一签替补；只凭所列缘由与证据，须另一人同意。"""

    plan_no: str
    subject: SubjectId
    reason: ExclusionReason
    evidence: tuple[Evidence, ...]
    second: OfficerId


@dataclass(frozen=True, slots=True)
class VoidPlan:
    """记下计划失效（机器）：到公布期限封存份额没有开启。"""

    plan_no: str


@dataclass(frozen=True, slots=True)
class AnnulPlan:
    """作废计划，须另一人同意并说明理由；原名单与结果仍公开。"""

    plan_no: str
    reason: str
    second: OfficerId


@dataclass(frozen=True, slots=True)
class AssignTask:
    """向抽中的两名检查人员派发任务（机器）。"""

    plan_no: str
    subject: SubjectId


@dataclass(frozen=True, slots=True)
class RecordInspection:
    """录入检查结果；``signatures`` 是两名检查人员的签名。"""

    plan_no: str
    subject: SubjectId
    performed_at: datetime
    code_set: str
    codes: tuple[FindingCode, ...]
    signatures: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    report_sha256: Sha256
    party: PartySignature | None = None  # 检查对象签字；必须写明
    party_note: str = ""  # 没有签字的理由
    set_codes: tuple[str, ...] = ()  # 用 v1 以外的代码集时所选各项，``codes`` 为空
    filing_no: CaseNo | None = None  # 所查的报备
    experts: tuple[PersonId, ...] = ()  # 委托到场的专家


InspectionAct: TypeAlias = (
    RegisterPlan
    | FreezeLists
    | CommitShare
    | RevealShare
    | CloseReveals
    | FixPublicValue
    | Draw
    | DrawSealed
    | OpenSealedShare
    | VoidPlan
    | ReplaceObject
    | AnnulPlan
    | AssignTask
    | RecordInspection
)


def _plan(desk: Desk, plan_no: str, command: inspection_plan.Command) -> Decision:
    state = desk.load(inspection_plan.AGGREGATE, plan_no)
    rules: tuple[RuleUsed, ...] = ()
    if isinstance(command, inspection_plan.Draw):
        rules = (RuleUsed("draw", ALGORITHM),)
    outcome = inspection_plan.decide(state, command)
    return write(inspection_plan.AGGREGATE, plan_no, plan_no, outcome, rules=rules)


def on_task(
    desk: Desk,
    plan_no: str,
    subject: SubjectId,
    command: inspection_task.Command,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    """办一项检查任务上的事。"""
    identity = inspection_task.task_id(plan_no, subject)
    outcome = inspection_task.decide(desk.load(inspection_task.AGGREGATE, identity), command)
    return write(inspection_task.AGGREGATE, identity, plan_no, outcome, rules=rules)


def on_duty(desk: Desk, account: OfficerId) -> PersonId | Refused:
    """账号背后当日在岗的自然人。"""
    known = desk.load(officer.AGGREGATE, account)
    if isinstance(known, officer.Nothing):
        return Refused(Refusal.OFFICER_UNKNOWN, {"officer": account})
    if not known.roles_on(desk.today):
        return Refused(Refusal.OFFICER_NOT_ON_DUTY, {"officer": account})
    return known.person


def not_in_charge(desk: Desk, plan_no: str) -> Refused | None:
    """只有计划所属的部门才能处置它。"""
    plan = inspection_plan.plan_of(desk.load(inspection_plan.AGGREGATE, plan_no))
    if plan is None:
        return Refused(Refusal.PLAN_NOT_FOUND)
    if plan.department != desk.actor.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": plan.department})
    return None


@handles(RegisterPlan)
def register_plan(act: RegisterPlan, desk: Desk) -> Decision:
    """登记计划；编号连续，前一份未登记的不能登记后一份。"""
    if act.department != desk.actor.organ:
        return Refused(Refusal.DUTY_ORGAN, {"organ": act.department})
    if not _follows(act.serial, desk):
        return Refused(Refusal.PLAN_SERIAL, {"serial": str(act.serial)})
    if code_set_of(desk, act.code_set) is None:
        return Refused(Refusal.CODESET_NOT_FOUND, {"code_set": act.code_set})
    witness = on_duty(desk, act.witness)
    if isinstance(witness, Refused):
        return witness
    persons = (desk.handler, witness)
    pool = tuple(
        person
        for person in persons
        if isinstance(desk.load(inspector.AGGREGATE, person), inspector.Registered)
    )
    fact = inspection_plan.PlanRegistered(
        serial=act.serial,
        title=act.title,
        department=act.department,
        algorithm=ALGORITHM,
        hash=act.hash,
        strata=act.strata,
        offices=act.offices,
        public_source=act.public_source,
        public_value_at=act.public_value_at,
        sealed_share_commitment=act.sealed_share_commitment,
        inspect_by=act.inspect_by,
        runner=desk.handler,
        witness=witness,
        campaign=act.campaign,
        item_codes=act.item_codes,
        regions=act.regions,
        matters=act.matters,
        annual_plan_no=act.annual_plan_no,
        unplanned_reason=act.unplanned_reason,
        seed_plan_no=act.seed_plan_no,
        value_format=act.value_format,
        fallback_source=act.fallback_source,
        fallback_at=act.fallback_at,
        share_keepers=act.share_keepers,
        code_set=act.code_set,
    )
    number = inspection_plan.plan_number(act.serial)
    command = inspection_plan.Register(fact, desk.at, pool)
    outcome = inspection_plan.decide(desk.load(inspection_plan.AGGREGATE, number), command)
    serial = Claim("plan_serial", str(act.serial), inspection_plan.AGGREGATE.stream(number))
    decision = write(inspection_plan.AGGREGATE, number, number, outcome, claims=(serial,))
    if isinstance(decision, Refused) or not decision.writes:
        return decision
    return combine(decision, takes_place(desk, number, fact))


def _follows(serial: int, desk: Desk) -> bool:
    if serial <= 1:
        return serial == 1
    before = desk.load(inspection_plan.AGGREGATE, inspection_plan.plan_number(serial - 1))
    return not isinstance(before, inspection_plan.Nothing)


@handles(FreezeLists)
def freeze_lists(act: FreezeLists, desk: Desk) -> Decision:
    """冻结名单。"""
    command = inspection_plan.Freeze(
        act.objects,
        act.inspectors,
        act.as_of_size,
        act.plan_leaf_hash,
        act.recusals,
        act.reclassified,
        act.reclassified_since,
    )
    return _plan(desk, act.plan_no, command)


@handles(CommitShare)
def commit_share(act: CommitShare, desk: Desk) -> Decision:
    """提交份额承诺。"""
    command = inspection_plan.Commit(desk.actor.organ, act.commitment, desk.at)
    return _plan(desk, act.plan_no, command)


@handles(RevealShare)
def reveal_share(act: RevealShare, desk: Desk) -> Decision:
    """揭示份额。"""
    return _plan(desk, act.plan_no, inspection_plan.Reveal(desk.actor.organ, act.share, desk.at))


@handles(CloseReveals)
def close_reveals(act: CloseReveals, desk: Desk) -> Decision:
    """揭示截止。"""
    return _plan(desk, act.plan_no, inspection_plan.Close(desk.at))


@handles(FixPublicValue)
def fix_public_value(act: FixPublicValue, desk: Desk) -> Decision:
    """记下公开值。"""
    return _plan(desk, act.plan_no, inspection_plan.FixValue(act.value, desk.handler, desk.at))


@handles(Draw)
def draw(act: Draw, desk: Desk) -> Decision:
    """抽取并配对。"""
    return _plan(desk, act.plan_no, inspection_plan.Draw())


@handles(DrawSealed)
def draw_sealed(act: DrawSealed, desk: Desk) -> Decision:
    """凭封存份额抽取；别人即使得了份额也不能代抽。"""
    plan = inspection_plan.plan_of(desk.load(inspection_plan.AGGREGATE, act.plan_no))
    if plan is not None and plan.runner != desk.handler:
        return Refused(Refusal.PLAN_ONLY_RUNNER, {"person": desk.handler})
    return _plan(desk, act.plan_no, inspection_plan.Draw(act.share))


@handles(OpenSealedShare)
def open_sealed_share(act: OpenSealedShare, desk: Desk) -> Decision:
    """开启封存份额。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    fact = inspection_plan.SealedShareOpened(act.share, desk.handler)
    return _plan(desk, act.plan_no, inspection_plan.OpenShare(fact, desk.today))


@handles(ReplaceObject)
def replace_object(act: ReplaceObject, desk: Desk) -> Decision:
    """排除与替补；派发了的任务同时撤回。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    second = on_duty(desk, act.second)
    if isinstance(second, Refused):
        return second
    task = desk.load(inspection_task.AGGREGATE, inspection_task.task_id(act.plan_no, act.subject))
    inspected = isinstance(
        task, inspection_task.Done | inspection_task.Returned | inspection_task.Agreed
    )
    command = redraw.Replace(act.subject, act.reason, act.evidence, desk.handler, second, inspected)
    plan = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    outcome = command.decide(plan)
    decision = write(inspection_plan.AGGREGATE, act.plan_no, act.plan_no, outcome)
    if isinstance(decision, Refused) or not decision.writes:
        return decision
    by_cap = act.reason is ExclusionReason.CAP_REACHED
    if by_cap and isinstance(plan, inspection_plan.Settled):
        fault = cap_not_reached(desk, plan, act.subject)
        if fault is not None:
            return fault
    withdrawal = inspection_task.Withdraw(act.reason, desk.handler)
    return combine(decision, on_task(desk, act.plan_no, act.subject, withdrawal))


@handles(VoidPlan)
def void_plan(act: VoidPlan, desk: Desk) -> Decision:
    """记下计划失效。"""
    decision = _plan(desk, act.plan_no, inspection_plan.Void(desk.today))
    return given_back(desk, act.plan_no, decision)


@handles(AnnulPlan)
def annul_plan(act: AnnulPlan, desk: Desk) -> Decision:
    """作废计划。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    second = on_duty(desk, act.second)
    if isinstance(second, Refused):
        return second
    fact = inspection_plan.PlanAnnulled(act.reason, desk.handler, second)
    decision = _plan(desk, act.plan_no, inspection_plan.Annul(fact))
    return given_back(desk, act.plan_no, decision)


@handles(AssignTask)
def assign_task(act: AssignTask, desk: Desk) -> Decision:
    """派发任务。"""
    plan = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    return on_task(desk, act.plan_no, act.subject, inspection_task.Assign(plan, act.subject))


@handles(RecordInspection)
def record_inspection(act: RecordInspection, desk: Desk) -> Decision:
    """录入检查结果；作废、失效的计划不再录入。"""
    plan = desk.load(inspection_plan.AGGREGATE, act.plan_no)
    if isinstance(plan, inspection_plan.Annulled | inspection_plan.Voided):
        return inspection_plan.standing(plan)
    if wrong := _wrong_filing(desk, act):
        return wrong
    on = beijing_day(act.performed_at)
    uncertified = tuple(
        person
        for person in act.signatures
        if not inspector.certified_on(desk.load(inspector.AGGREGATE, person), on)
    )
    registered = inspection_plan.plan_of(plan)
    known = None if registered is None else code_set_of(desk, registered.code_set)
    fact = inspection_task.Inspected(
        act.performed_at,
        act.code_set,
        act.codes,
        act.signatures,
        act.evidence,
        act.report_sha256,
        set_codes=act.set_codes,
        filing_no=act.filing_no,
        party=act.party,
        party_note=act.party_note,
        experts=act.experts,
    )
    listed = () if known is None else known.find(fact.chosen)
    fact = replace(fact, kinds=tuple(one.kind for one in listed))
    enter_by, rules = period(desk, on, inspection_task.ENTRY_DAYS)
    command = inspection_task.Record(fact, desk.handler, uncertified, desk.at, known, enter_by.day)
    decision = on_task(desk, act.plan_no, act.subject, command, rules)
    if isinstance(plan, inspection_plan.Settled):
        return counted(desk, act.plan_no, plan, act.subject, on, decision)
    return decision


def code_set_of(desk: Desk, name: str) -> code_set.CodeSetPublished | None:
    """检查时用的一套代码；没有公布过的没有。"""
    return code_set.in_use(name, desk.load(code_set.AGGREGATE, name))


def _wrong_filing(desk: Desk, act: RecordInspection) -> Refused | None:
    """所查的报备须是这个对象的、在案的。"""
    if act.filing_no is None:
        return None
    state = desk.load(filing.AGGREGATE, act.filing_no)
    if isinstance(state, filing.OnFile) and state.submitted.filer == act.subject:
        return None
    return Refused(Refusal.TASK_FILING, {"filing_no": act.filing_no, "subject": act.subject})


def awaits_recusal(desk: Desk, plan_no: str, subject: SubjectId) -> Refused | None:
    """派去的人还有没有决定的回避申请：准予的话，结果由新的两人重新检查。"""
    state = desk.load(inspection_task.AGGREGATE, inspection_task.task_id(plan_no, subject))
    people = () if isinstance(state, inspection_task.Nothing) else state.task.inspectors
    for person in people:
        identity = recusal.identity(plan_no, subject, person)
        if recusal.pending(desk.load(recusal.ORDER.aggregate, identity)):
            return Refused(Refusal.RECUSAL_PENDING, {"person": person})
    return None
