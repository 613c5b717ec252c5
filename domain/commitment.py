"""告知承诺（commitment）：申请人的承诺，从作出到履行或失效。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, TypeGuard, assert_never

from domain.credit import CreditGrade
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, LicenceNo, PersonId, Sha256, SubjectId


class CommitmentKind(StrEnum):
    """告知承诺制与自证承诺制（机制 3）。"""

    NOTIFICATION = "NOTIFICATION"
    SELF_PROOF = "SELF_PROOF"


class BreachGround(StrEnum):
    """承诺落空的四种情形（泉台管办〔2021〕47号 自律承诺制）与虚假承诺。"""

    NOT_SUPPLIED = "NOT_SUPPLIED"  # 约定期限内未提交
    NOT_CONFORMING = "NOT_CONFORMING"  # 材料不符合要求
    NOT_AS_PROMISED = "NOT_AS_PROMISED"  # 不符合承诺内容
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"  # 不满足审批条件
    FALSE_PROMISE = "FALSE_PROMISE"  # 虚假承诺


class BreachPolicy(StrEnum):
    """承诺落空后的处理路径（Table C-policy）。"""

    REVOKE = "REVOKE"  # 依法撤销
    RECTIFY_FIRST = "RECTIFY_FIRST"  # 先责令限期整改


class VoidReason(StrEnum):
    """承诺终止的原因。"""

    LICENCE_REVOKED = "LICENCE_REVOKED"  # 所依许可被撤销
    LICENCE_ENDED = "LICENCE_ENDED"  # 所依许可撤回、吊销、届满或注销
    APPLICATION_REJECTED = "APPLICATION_REJECTED"  # 申请未获准予


# 已生效的决定认定了落空；因别的缘故终止的，不说明落空与否。
DECIDED: Final = frozenset({VoidReason.LICENCE_REVOKED, VoidReason.APPLICATION_REJECTED})


class FailureReason(StrEnum):
    """整改没有完成的原因。"""

    OVERDUE = "OVERDUE"  # 限期届满仍未整改
    NOT_MET = "NOT_MET"  # 整改后仍不符合
    REFUSED = "REFUSED"  # 拒不整改


@dataclass(frozen=True, slots=True)
class Condition:
    """告知书中的一项条件：要求什么、以什么衡量。"""

    requirement: str
    measure: str


@dataclass(frozen=True, slots=True)
class Promise:
    """一项承诺补交的材料与期限；期限末日遇休假的已顺延（民法典 203 条）。"""

    name: str
    due_on: date


# -- events


@dataclass(frozen=True, slots=True)
class EligibilityChecked(Event):
    """承诺资格核对：申请之日的清单、办法与信用，存此一照。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42", "qtgb2021-47:3")
    case_no: CaseNo
    applicant: SubjectId
    item_code: ItemCode
    item_version: int
    materials: tuple[str, ...]
    policy: str | None  # 事项指明的承诺办法
    policy_version: int | None  # 申请之日的版本
    credit_grade: CreditGrade


@dataclass(frozen=True, slots=True)
class Offered(Event):
    """告知：条件、后果一次写明。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    notice_no: str
    text_sha256: Sha256
    conditions: tuple[Condition, ...]
    consequences: tuple[str, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Made(Event):
    """作出承诺。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42", "qtgb2021-47:3")
    case_no: CaseNo
    kind: CommitmentKind
    item_code: ItemCode
    item_version: int
    text_sha256: Sha256
    promises: tuple[Promise, ...]
    signer: SubjectId
    verification_due_on: date
    breach_policy: BreachPolicy


@dataclass(frozen=True, slots=True)
class ReliedOn(Event):
    """审批机关依承诺作出决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    licence_no: LicenceNo
    decision_no: str


@dataclass(frozen=True, slots=True)
class MaterialSupplied(Event):
    """按约补交材料。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    name: str
    sha256: Sha256
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MaterialAssessed(Event):
    """补交材料核查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    name: str
    conforming: bool
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class SupplementOverdue(Event):
    """逾期未补交。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3", "mfd:203")
    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class BreachSuspected(Event):
    """疑似承诺不实（机器或监管发现，待人确认）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    ground: BreachGround
    evidence: tuple[Evidence, ...]
    found_by: tuple[PersonId, ...]  # 检查人员或监管报告人，不得由其确认（SD6）；空：机器发现


@dataclass(frozen=True, slots=True)
class BreachConfirmed(Event):
    """确认承诺落空。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    ground: BreachGround
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class BreachDismissed(Event):
    """经核实不成立。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Fulfilled(Event):
    """承诺履行完毕。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    verified_on: date


@dataclass(frozen=True, slots=True)
class Voided(Event):
    """承诺终止：许可被撤销、许可终结或申请未获准予。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    reason: VoidReason
    reference: str  # 撤销程序号、许可证号或决定书号


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """撤回承诺，转普通程序。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    reason: str
    clock_from: date | None  # 决定期限的起算日，仍为受理之日；尚未受理的为空


@dataclass(frozen=True, slots=True)
class VerificationSet(Event):
    """定下核查期限：决定之后若干工作日或若干月，或者免予核查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    due_on: date | None  # 免予核查的为空，纳入日常监管
    provisional: bool


@dataclass(frozen=True, slots=True)
class Verified(Event):
    """承诺核查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    passed: bool
    explanation: str
    evidence: tuple[Evidence, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class RectificationOrdered(Event):
    """责令限期整改。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    document_no: str
    requirements: tuple[str, ...]
    due_on: date
    suspended: bool  # 整改期间中止办理
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Rectified(Event):
    """整改完成。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    explanation: str
    evidence: tuple[Evidence, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class RectificationFailed(Event):
    """整改未完成。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42",)
    reason: FailureReason
    explanation: str
    handler: PersonId | None  # 空：机器记下期满


@dataclass(frozen=True, slots=True)
class Revived(Event):
    """恢复：所依许可的撤销决定被撤销，随之终止的承诺一并恢复。"""

    BASIS: ClassVar[tuple[str, ...]] = ("ztdjtl:42",)
    licence_no: LicenceNo
    revocation_id: str
    decision_no: str


@dataclass(frozen=True, slots=True)
class DeadlinesResumed(Event):
    """续行：整改完成或恢复之后，还没有补交的材料各至何日。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42", "qtgb2021-47:3")
    promises: tuple[Promise, ...]


CommitmentEvent: TypeAlias = (
    EligibilityChecked
    | Offered
    | Made
    | Withdrawn
    | VerificationSet
    | Verified
    | RectificationOrdered
    | Rectified
    | RectificationFailed
    | ReliedOn
    | MaterialSupplied
    | MaterialAssessed
    | SupplementOverdue
    | BreachSuspected
    | BreachConfirmed
    | BreachDismissed
    | Fulfilled
    | Voided
    | Revived
    | DeadlinesResumed
)


# -- state


@dataclass(frozen=True, slots=True)
class Paper:
    """一份承诺补交的材料及其现状。"""

    promise: Promise
    supplied: MaterialSupplied | None = None
    assessed: MaterialAssessed | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无承诺。"""

    def after(self, event: Event) -> "State":
        """作出承诺。"""
        match event:
            case EligibilityChecked():
                return Eligible(event)
            case Made():  # before there was a check of its own
                return Live(event, _papers(event))
            case _:
                raise ImpossibleHistory(f"{event} before the promise")


def _papers(made: Made) -> tuple[Paper, ...]:
    return tuple(Paper(promise) for promise in made.promises)


@dataclass(frozen=True, slots=True)
class Eligible:
    """资格已核对，待告知或待承诺。"""

    checked: EligibilityChecked
    offered: Offered | None = None

    def after(self, event: Event) -> "State":
        """告知一次，然后承诺。"""
        match event:
            case Offered() if self.offered is None:
                return replace(self, offered=event)
            case Made():
                return Live(event, _papers(event), self.checked)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Live:
    """有效的承诺，等候补交与核查。"""

    made: Made
    papers: tuple[Paper, ...]
    checked: EligibilityChecked | None = None
    relied: ReliedOn | None = None
    verification: VerificationSet | None = None
    verified: Verified | Rectified | None = None
    broken: BreachConfirmed | None = None  # 曾经确认落空，已整改

    def paper(self, name: str) -> Paper | None:
        """名下的材料；没有承诺过的没有。"""
        return next((paper for paper in self.papers if paper.promise.name == name), None)

    @property
    def unproven(self) -> tuple[str, ...]:
        """还没有补交并核查相符的材料。"""
        return tuple(
            paper.promise.name
            for paper in self.papers
            if paper.assessed is None or not paper.assessed.conforming
        )

    @property
    def unmet(self) -> tuple[str, ...]:
        """逾期没有补交的，补交了而不符合的。"""
        return tuple(
            paper.promise.name
            for paper in self.papers
            if (paper.supplied is None and paper.overdue)
            or (paper.assessed is not None and not paper.assessed.conforming)
        )

    @property
    def owed(self) -> tuple[Promise, ...]:
        """还没有补交，或者补交了而不符合的材料与期限。"""
        unmet = self.unmet
        return tuple(
            paper.promise
            for paper in self.papers
            if paper.supplied is None or paper.promise.name in unmet
        )

    @property
    def unverified(self) -> bool:
        """定了核查期限而还没有核查通过。"""
        if self.verification is None or self.verification.due_on is None:
            return False
        return self.verified is None or (
            isinstance(self.verified, Verified) and not self.verified.passed
        )

    def after(self, event: Event) -> "State":
        """依承诺决定、核查、疑似落空、履行完毕、撤回或终止；材料上的事见 on_paper。"""
        match event:
            case ReliedOn():
                return replace(self, relied=event)
            case VerificationSet():
                return replace(self, verification=event)
            case Verified():
                return replace(self, verified=event)
            case BreachSuspected():
                return Suspected(self, (event,))
            case Fulfilled() | Voided() | Withdrawn():
                return Closed(self.made, event, self.broken, self)
            case DeadlinesResumed():
                return self.resumed(event)
            case MaterialSupplied() | MaterialAssessed() | SupplementOverdue():
                return self.on_paper(event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")

    def on_paper(self, event: MaterialSupplied | MaterialAssessed | SupplementOverdue) -> "Live":
        """补交、核查、逾期：只动那一份材料。重新补交的须重新核查。"""
        paper = self.paper(event.name)
        if paper is None:
            raise ImpossibleHistory(f"{event} was never promised")
        match event:
            case MaterialSupplied():
                changed = replace(paper, supplied=event, assessed=None)
            case MaterialAssessed():
                changed = replace(paper, assessed=event)
            case _:
                changed = replace(paper, overdue=True)
        return replace(self, papers=tuple(changed if p is paper else p for p in self.papers))

    def resumed(self, event: DeadlinesResumed) -> "Live":
        """所列的材料重新等候补交，至新的期限。"""
        anew = {promise.name: Paper(promise) for promise in event.promises}
        return replace(self, papers=tuple(anew.get(p.promise.name, p) for p in self.papers))


@dataclass(frozen=True, slots=True)
class Suspected:
    """疑似落空，待审批机关的人确认。"""

    live: Live
    suspicions: tuple[BreachSuspected, ...]

    @property
    def made(self) -> Made:
        """所疑的承诺。"""
        return self.live.made

    @property
    def grounds(self) -> tuple[BreachGround, ...]:
        """所疑的各种情形。"""
        return tuple(one.ground for one in self.suspicions)

    @property
    def finders(self) -> frozenset[PersonId]:
        """检查、报告过此事的人：不得由其确认。"""
        return frozenset(person for one in self.suspicions for person in one.found_by)

    def after(self, event: Event) -> "State":
        """确认、否定或终止；其间材料照收照查。"""
        match event:
            case BreachConfirmed():
                return Broken(self.live, event)
            case BreachSuspected():
                return replace(self, suspicions=(*self.suspicions, event))
            case BreachDismissed():
                return self.live
            case Verified():
                return replace(self, live=replace(self.live, verified=event))
            case Voided():
                return self.live.after(event)
            case MaterialSupplied() | MaterialAssessed() | SupplementOverdue():
                return replace(self, live=self.live.on_paper(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Broken:
    """已由人确认落空。"""

    live: Live
    confirmation: BreachConfirmed
    failed: RectificationFailed | None = None
    order: RectificationOrdered | None = None  # 没有完成的整改

    @property
    def made(self) -> Made:
        """已落空的承诺。"""
        return self.live.made

    def after(self, event: Event) -> "State":
        """责令整改一次；所依许可被撤销，或许可先已终结。"""
        match event:
            case RectificationOrdered() if self.failed is None:
                return Rectifying(self.live, self.confirmation, event)
            case Voided():
                return Closed(self.made, event, self.confirmation, self.live)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Rectifying:
    """已责令限期整改；其间材料照收照查。"""

    live: Live
    confirmation: BreachConfirmed
    order: RectificationOrdered

    @property
    def made(self) -> Made:
        """整改中的承诺。"""
        return self.live.made

    def after(self, event: Event) -> "State":
        """整改完成的照旧有效，没有完成的仍是落空。"""
        match event:
            case Rectified():
                return replace(self.live, verified=event, broken=self.confirmation)
            case RectificationFailed():
                return Broken(self.live, self.confirmation, event, self.order)
            case Voided():
                return Closed(self.made, event, self.confirmation, self.live)
            case MaterialSupplied() | MaterialAssessed():
                return replace(self, live=self.live.on_paper(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Closed:
    """承诺已了：履行完毕、撤回或终止。``live`` is what it was when it ended."""

    made: Made
    by: Fulfilled | Voided | Withdrawn
    broken: BreachConfirmed | None
    live: Live

    @property
    def checked(self) -> EligibilityChecked | None:
        """承诺之时的资格核对。"""
        return self.live.checked

    def after(self, event: Event) -> "State":
        """随许可的撤销而终止的，撤销被撤销即恢复；此外再无承诺上的事。"""
        match event, self.by:
            case Revived(), Voided(reason=VoidReason.LICENCE_REVOKED):
                # The finding that led to the revocation falls with it.
                kept = None if self.live.unverified else self.live.verified
                return replace(self.live, broken=None, verified=kept)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Eligible | Live | Suspected | Broken | Rectifying | Closed


def ended_with(state: State, revocation_id: str) -> TypeGuard[Closed]:
    """是不是随这次撤销而终止的。"""
    match state:
        case Closed(by=Voided(VoidReason.LICENCE_REVOKED, reference)):
            return reference == revocation_id
        case _:
            return False


def suspension(state: State) -> RectificationOrdered | None:
    """中止办理的责令整改：整改认定完成之前，没有完成的至承诺终止，都中止。"""
    match state:
        case Rectifying(order=order) | Broken(order=RectificationOrdered() as order):
            return order if order.suspended else None
        case _:
            return None


def standing(state: State) -> Refused:
    """承诺现在到了哪一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.COMMITMENT_NOT_FOUND)
        case Eligible(checked=known):
            return Refused(Refusal.COMMITMENT_NOT_MADE, {"case_no": known.case_no})
        case Live(made=made):
            return Refused(Refusal.COMMITMENT_NOT_SUSPECTED, {"case_no": made.case_no})
        case Suspected(grounds=grounds):
            return Refused(Refusal.COMMITMENT_SUSPECTED, {"ground": "、".join(grounds)})
        case Broken(confirmation=confirmed):
            facts = {"ground": str(confirmed.ground), "handler": confirmed.handler}
            return Refused(Refusal.COMMITMENT_BROKEN, facts)
        case Rectifying(order=order):
            facts = {"document_no": order.document_no, "due_on": str(order.due_on)}
            return Refused(Refusal.COMMITMENT_RECTIFYING, facts)
        case Closed(by=end):
            return _ended(end)
        case never:
            assert_never(never)


def _ended(end: Fulfilled | Voided | Withdrawn) -> Refused:
    match end:
        case Fulfilled(verified_on=day):
            return Refused(Refusal.COMMITMENT_FULFILLED, {"verified_on": str(day)})
        case Withdrawn():
            return Refused(Refusal.COMMITMENT_WITHDRAWN)
        case Voided(reason=reason, reference=reference):
            facts = {"reason": str(reason), "reference": reference}
            return Refused(Refusal.COMMITMENT_VOIDED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Eligibility:
    """可以不可以承诺：清单与规则是申请之日事项版本的，信用是当日的。

    ``records`` are the credit records that exclude the applicant on that day (规则 17).
    """

    fact: EligibilityChecked
    allowed: bool
    on_list: tuple[str, ...]
    high_risk: bool
    records: tuple[str, ...]

    def refusal(self) -> Refused | None:
        """不适用的事项、清单外的材料、有较严重不良信用的申请人，走普通程序。"""
        item = {"item_code": str(self.fact.item_code)}
        strangers = [name for name in self.fact.materials if name not in self.on_list]
        if not self.allowed:
            return Refused(Refusal.COMMITMENT_NOT_ALLOWED, item)
        if self.high_risk:
            return Refused(Refusal.COMMITMENT_HIGH_RISK, item)
        if not self.fact.materials or len(set(self.fact.materials)) < len(self.fact.materials):
            return Refused(Refusal.COMMITMENT_EMPTY)
        if strangers:
            return Refused(Refusal.COMMITMENT_NOT_ON_LIST, {"materials": "、".join(strangers)})
        if self.records:
            return Refused(Refusal.COMMITMENT_BAD_CREDIT, {"records": "、".join(self.records)})
        return None


# Words that leave a condition open: what is not named cannot be promised (国办发〔2020〕42号).
_CATCH_ALL: Final = ("其他", "其它", "等材料", "等条件", "有关要求", "有关规定")


@dataclass(frozen=True, slots=True)
class Offer:
    """告知申请人可以承诺什么、条件与后果。"""

    fact: Offered
    eligibility: Eligibility

    def decide(self, state: State) -> Answer:
        """一次告知；条件逐项写明、可以衡量，没有兜底条款。"""
        match state:
            case Nothing():
                return self._refusal() or (self.eligibility.fact, self.fact)
            case Eligible(offered=known) if known == self.fact:
                return ()
            case Eligible(offered=Offered(notice_no=number)):
                return Refused(Refusal.COMMITMENT_OFFERED_ONCE, {"notice_no": number})
            case _:
                return standing(state)

    def _refusal(self) -> Refused | None:
        refusal = self.eligibility.refusal()
        if refusal is not None:
            return refusal
        vague = [
            one.requirement
            for one in self.fact.conditions
            if not one.measure.strip() or any(word in one.requirement for word in _CATCH_ALL)
        ]
        if not self.fact.conditions or vague:
            return Refused(Refusal.COMMITMENT_VAGUE, {"conditions": "、".join(vague)})
        if not self.fact.consequences:
            return Refused(Refusal.COMMITMENT_NO_CONSEQUENCES)
        return None


@dataclass(frozen=True, slots=True)
class Make:
    """作出承诺。"""

    fact: Made
    eligibility: Eligibility
    today: date

    def decide(self, state: State) -> Answer:
        """资格已核对，承诺书即所告知的文本，期限在将来（规则 16）。"""
        match state:
            case Nothing():
                known = self.eligibility.fact
                return self.eligibility.refusal() or self._take((known, self.fact), known)
            case Eligible(checked=known, offered=Offered(text_sha256=text, notice_no=number)):
                if text != self.fact.text_sha256:
                    return Refused(Refusal.COMMITMENT_OTHER_TEXT, {"notice_no": number})
                return self._take((self.fact,), known)
            case Live(made=known_promise) if known_promise == self.fact:
                return ()
            case Eligible():
                return standing(state)
            case _:
                return Refused(Refusal.COMMITMENT_EXISTS, {"case_no": state.made.case_no})

    def _take(self, facts: tuple[Event, ...], checked: EligibilityChecked) -> Answer:
        names = [promise.name for promise in self.fact.promises]
        strangers = [name for name in names if name not in checked.materials]
        if checked.case_no != self.fact.case_no:
            return Refused(Refusal.COMMITMENT_OTHER_CASE, {"case_no": checked.case_no})
        if not names or len(set(names)) < len(names):
            return Refused(Refusal.COMMITMENT_EMPTY)
        if strangers:
            return Refused(Refusal.COMMITMENT_NOT_ON_LIST, {"materials": "、".join(strangers)})
        if min(promise.due_on for promise in self.fact.promises) <= self.today:
            return Refused(Refusal.COMMITMENT_DUE_PASSED, {"today": str(self.today)})
        return facts


@dataclass(frozen=True, slots=True)
class Withdraw:
    """撤回承诺。"""

    fact: Withdrawn

    def decide(self, state: State) -> Answer:
        """决定之前可以撤回，转普通程序；已据以决定、疑似落空的不能一走了之。"""
        match state:
            case Live(relied=ReliedOn(licence_no=number)):
                return Refused(Refusal.COMMITMENT_ALREADY_RELIED, {"licence_no": str(number)})
            case Live():
                return (self.fact,)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class RelyOn:
    """审批机关依承诺作出决定，同时定下核查期限。"""

    fact: ReliedOn
    verification: VerificationSet

    def decide(self, state: State) -> Answer:
        """只依有效的、未被疑为落空的承诺，一次。"""
        match state:
            case Live(relied=None):
                return (self.fact, self.verification)
            case Live(relied=known) if known == self.fact:
                return ()
            case Live(relied=ReliedOn() as known):
                licence = {"licence_no": str(known.licence_no)}
                return Refused(Refusal.COMMITMENT_ALREADY_RELIED, licence)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Supply:
    """补交材料。``due_on`` is rolled over; ``received_on`` is the day in Beijing."""

    fact: MaterialSupplied
    due_on: date
    received_on: date

    def decide(self, state: State) -> Answer:
        """只收承诺过的材料；期满（含顺延）之后的是迟交，不能当作履行。"""
        match state:
            case Live() as live:
                return self._take(live)
            case Suspected(live=live) | Rectifying(live=live):
                return self._take(live)
            case _:
                return standing(state)

    def _take(self, live: Live) -> Answer:
        paper = live.paper(self.fact.name)
        if paper is None:
            return Refused(Refusal.COMMITMENT_NOT_PROMISED, {"material": self.fact.name})
        if paper.supplied == self.fact:
            return ()
        if self.received_on > self.due_on:
            facts = {"material": self.fact.name, "due_on": str(self.due_on)}
            return Refused(Refusal.COMMITMENT_TOO_LATE, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Assess:
    """核查补交的材料。"""

    fact: MaterialAssessed

    def decide(self, state: State) -> Answer:
        """补交了才有核查；已核查的，重新补交后再查。"""
        match state:
            case Live() as live:
                return self._judge(live)
            case Suspected(live=live) | Rectifying(live=live):
                return self._judge(live)
            case _:
                return standing(state)

    def _judge(self, live: Live) -> Answer:
        paper = live.paper(self.fact.name)
        if paper is None or paper.supplied is None:
            return Refused(Refusal.COMMITMENT_NOT_SUPPLIED, {"material": self.fact.name})
        if paper.assessed == self.fact:
            return ()
        if paper.assessed is not None:
            facts = {"material": self.fact.name, "handler": paper.assessed.handler}
            return Refused(Refusal.COMMITMENT_ALREADY_ASSESSED, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下逾期未补交。"""

    fact: SupplementOverdue
    today: date

    def decide(self, state: State) -> Answer:
        """期满（含顺延）之日过完，次日起才算（规则 18）；已了的承诺无可再记。"""
        match state:
            case Nothing() | Eligible():
                return standing(state)
            case Live() as live:
                return self._mark(live)
            case Suspected(live=live):
                return self._mark(live)
            case Broken() | Rectifying() | Closed():
                return ()
            case never:
                assert_never(never)

    def _mark(self, live: Live) -> Answer:
        paper = live.paper(self.fact.name)
        if paper is None:
            return Refused(Refusal.COMMITMENT_NOT_PROMISED, {"material": self.fact.name})
        if paper.supplied is not None or paper.overdue:
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.COMMITMENT_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Suspect:
    """疑似落空。"""

    fact: BreachSuspected

    def decide(self, state: State) -> Answer:
        """须有证据，且与账上的事实相符；同一情形不重复记，已确认落空的不必再疑。"""
        match state:
            case Live():
                return self._on(state)
            case Suspected(grounds=known) if self.fact.ground in known:
                return ()
            case Suspected(live=live):
                return self._on(live)
            case Broken() | Rectifying() | Closed(by=Voided()):
                return ()
            case _:
                return standing(state)

    def _on(self, live: Live) -> Answer:
        if not self.fact.evidence:
            return Refused(Refusal.COMMITMENT_NO_EVIDENCE)
        if not self._borne_out(live):
            return Refused(Refusal.COMMITMENT_NOT_BORNE_OUT, {"ground": self.fact.ground})
        return (self.fact,)

    def _borne_out(self, live: Live) -> bool:
        match self.fact.ground:
            case BreachGround.NOT_SUPPLIED:
                return any(paper.overdue and paper.supplied is None for paper in live.papers)
            case BreachGround.NOT_CONFORMING:
                return any(
                    paper.assessed and not paper.assessed.conforming for paper in live.papers
                )
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Confirm:
    """确认落空。"""

    fact: BreachConfirmed

    def decide(self, state: State) -> Answer:
        """由审批机关未参加检查、未报告此事的人确认（SD6）。"""
        match state:
            case Suspected():
                return _by_another(state, self.fact.handler, self.fact)
            case Broken(confirmation=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Dismiss:
    """否定落空。"""

    fact: BreachDismissed

    def decide(self, state: State) -> Answer:
        """同样由未参加检查的人核实（SD6）。"""
        match state:
            case Suspected():
                return _by_another(state, self.fact.handler, self.fact)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Fulfil:
    """履行完毕。"""

    fact: Fulfilled

    def decide(self, state: State) -> Answer:
        """已依承诺作出决定，且承诺的材料全部补交、核查相符。"""
        match state:
            case Live(relied=None):
                return Refused(Refusal.COMMITMENT_NOT_RELIED)
            case Live() if state.unproven:
                facts = {"materials": "、".join(state.unproven)}
                return Refused(Refusal.COMMITMENT_UNPROVEN, facts)
            case Live() if state.unverified:
                return Refused(Refusal.COMMITMENT_UNVERIFIED)
            case Live():
                return (self.fact,)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Void:
    """终止。"""

    fact: Voided

    def decide(self, state: State) -> Answer:
        """未了结的承诺随许可或申请而终止。"""
        match state:
            case Live() | Suspected() | Broken() | Rectifying():
                return (self.fact,)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Verify:
    """承诺核查。"""

    fact: Verified

    def decide(self, state: State) -> Answer:
        """已据以决定、须核查的承诺，核查一次；须有证据。"""
        match state:
            case Live(verified=known) if known == self.fact:
                return ()
            case Suspected(live=Live(verified=known)) if known == self.fact:
                return ()
            case Live() as live:
                return self._on(live)
            case Suspected(live=live):
                return self._on(live)
            case _:
                return standing(state)

    def _on(self, live: Live) -> Answer:
        if live.verification is None:
            return Refused(Refusal.COMMITMENT_NOT_RELIED)
        if live.verified is not None:
            return Refused(Refusal.COMMITMENT_VERIFIED, {"handler": live.verified.handler})
        if not self.fact.evidence:
            return Refused(Refusal.COMMITMENT_NO_EVIDENCE)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Order:
    """责令限期整改。``allowed``: the policy lets a breach of this kind be rectified first."""

    fact: RectificationOrdered
    allowed: bool
    today: date

    def decide(self, state: State) -> Answer:
        """确认落空之后一次，逐项写明，限期在将来；办法规定直接撤销的不责令整改。"""
        match state:
            case Rectifying(order=known) if known == self.fact:
                return ()
            case Broken(failed=RectificationFailed(reason=reason)):
                return Refused(Refusal.COMMITMENT_RECTIFY_FAILED, {"reason": str(reason)})
            case Broken():
                return self._order()
            case _:
                return standing(state)

    def _order(self) -> Answer:
        if not self.allowed:
            return Refused(Refusal.COMMITMENT_REVOKE_AT_ONCE)
        if not self.fact.requirements:
            return Refused(Refusal.CASE_NOTICE_EMPTY)
        if self.fact.due_on <= self.today:
            return Refused(Refusal.COMMITMENT_DUE_PASSED, {"today": str(self.today)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Rectify:
    """认定整改完成。"""

    fact: Rectified

    def decide(self, state: State) -> Answer:
        """责令了才有整改；须有证据，逾期的、不符的材料已经补齐。其余承诺的材料期限续行。"""
        match state:
            case Rectifying() if not self.fact.evidence:
                return Refused(Refusal.COMMITMENT_NO_EVIDENCE)
            case Rectifying(live=live) if live.unmet:
                facts = {"materials": "、".join(live.unmet)}
                return Refused(Refusal.COMMITMENT_NOT_RECTIFIED, facts)
            case Rectifying(live=live, order=order):
                return (self.fact, *_resume(live, order.due_on))
            case Live(verified=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Revive:
    """恢复随许可终止的承诺。

    ``supply_by``: the last day for what is still owed and whose agreed day has passed;
    ``verification``: the period of verification that begins anew.
    """

    fact: Revived
    supply_by: date | None
    verification: VerificationSet
    today: date

    def decide(self, state: State) -> Answer:
        """只恢复随这次撤销终止的；约定的期限已过的，另定期限，不算其逾期。"""
        match state:
            case Closed(live=live) if ended_with(state, self.fact.revocation_id):
                return self._revive(live)
            case _:
                return standing(state)

    def _revive(self, live: Live) -> Answer:
        late = [one.name for one in live.owed if one.due_on < self.today]
        if self.supply_by is not None and self.supply_by <= self.today:
            return Refused(Refusal.COMMITMENT_DUE_PASSED, {"today": str(self.today)})
        if late and self.supply_by is None:
            return Refused(Refusal.COMMITMENT_REVIVAL_DATE, {"materials": "、".join(late)})
        resumed = _resume(live, self.supply_by or self.today)
        return (self.fact, *resumed, *((self.verification,) if live.unverified else ()))


@dataclass(frozen=True, slots=True)
class FailRectification:
    """认定整改没有完成，或由机器记下限期届满。``due_on``: the last day by today's calendars."""

    fact: RectificationFailed
    due_on: date
    today: date

    def decide(self, state: State) -> Answer:
        """限期届满之日过完才算逾期；人认定的须说明理由。"""
        match state:
            case Rectifying():
                return self._fail()
            case Broken(failed=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _fail(self) -> Answer:
        late = self.fact.reason is FailureReason.OVERDUE
        if late and self.today <= self.due_on:
            return Refused(Refusal.COMMITMENT_NOT_YET_DUE, {"due_on": str(self.due_on)})
        if not late and not self.fact.explanation.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


Command: TypeAlias = (
    Offer
    | Make
    | Withdraw
    | RelyOn
    | Supply
    | Assess
    | MarkOverdue
    | Suspect
    | Confirm
    | Dismiss
    | Verify
    | Order
    | Rectify
    | FailRectification
    | Fulfil
    | Void
    | Revive
)


def _resume(live: Live, no_earlier: date) -> tuple[DeadlinesResumed, ...]:
    """还没有补交的，期限照约定，但不早于所给之日。"""
    owed = tuple(replace(one, due_on=max(one.due_on, no_earlier)) for one in live.owed)
    return (DeadlinesResumed(owed),) if owed else ()


def _by_another(state: Suspected, handler: PersonId, fact: Event) -> Answer:
    if handler in state.finders:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": handler})
    return (fact,)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的承诺。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("commitment", Nothing(), evolve)
