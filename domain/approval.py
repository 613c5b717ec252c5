"""许可（approval）：一份许可的效力与四种各不相同的终结。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.deadlines import ONE_DAY, months_after
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.sources import SourceRecord, Taken, contradicts, midnight
from domain.terms import (
    CaseNo,
    CommitmentId,
    Evidence,
    ItemCode,
    LicenceNo,
    Organ,
    PersonId,
    Sha256,
    SubjectId,
)

PENALTY_DAYS: Final = 90  # 处罚法 60 条：自立案之日起作出处罚决定，自然日
HEARING_DAYS: Final = 5  # 处罚法 64 条：告知之后要求听证；85 条：五日是工作日


class RevocationGround(StrEnum):
    """撤销的理由（许可法 69 条）与承诺落空。"""

    ABUSE_OR_NEGLECT = "ABUSE_OR_NEGLECT"  # 69.1(1)
    BEYOND_POWERS = "BEYOND_POWERS"  # 69.1(2)
    PROCEDURE_BREACHED = "PROCEDURE_BREACHED"  # 69.1(3)
    NOT_QUALIFIED = "NOT_QUALIFIED"  # 69.1(4)
    OTHER_LAWFUL = "OTHER_LAWFUL"  # 69.1(5)
    FRAUD_OR_BRIBERY = "FRAUD_OR_BRIBERY"  # 69.2 应当撤销
    COMMITMENT_BROKEN = "COMMITMENT_BROKEN"  # 泉台管办〔2021〕47号


class DeregistrationReason(StrEnum):
    """注销的六种情形（许可法 70 条）。"""

    EXPIRED = "EXPIRED"  # 有效期届满未延续
    HOLDER_DEAD = "HOLDER_DEAD"  # 公民死亡或者丧失行为能力
    HOLDER_ENDED = "HOLDER_ENDED"  # 法人或者其他组织终止
    ENDED_BY_DECISION = "ENDED_BY_DECISION"  # 依法被撤销、撤回或吊销
    FORCE_MAJEURE = "FORCE_MAJEURE"  # 不可抗力
    OTHER_LAWFUL = "OTHER_LAWFUL"  # 其他应当注销的


class TermKind(StrEnum):
    """导入的许可，一期因何而起。"""

    ISSUED = "ISSUED"  # 首发
    RENEWED = "RENEWED"  # 延续
    RELOCATED = "RELOCATED"  # 变更地址
    EXPANDED = "EXPANDED"  # 扩大范围
    CHANGED = "CHANGED"  # 其他变更


class ChangeMatter(StrEnum):
    """变更了许可的哪一项（许可法 49 条）。"""

    NAME = "NAME"  # 名称
    ADDRESS = "ADDRESS"  # 地址
    SCOPE = "SCOPE"  # 范围
    PERSON_IN_CHARGE = "PERSON_IN_CHARGE"  # 负责人
    OTHER = "OTHER"  # 其他


class ReissueCause(StrEnum):
    """另发证照的原因（泉台管办〔2021〕47号 公告作废）。"""

    TRANSFERRED = "TRANSFERRED"  # 转移
    CHANGED = "CHANGED"  # 变更
    CORRECTED = "CORRECTED"  # 更正
    REPLACED = "REPLACED"  # 换证


class VoidCause(StrEnum):
    """证照作废的原因：另发了证照，或者许可已经终结。"""

    TRANSFERRED = "TRANSFERRED"  # 转移
    CHANGED = "CHANGED"  # 变更
    CORRECTED = "CORRECTED"  # 更正
    REPLACED = "REPLACED"  # 换证
    ENDED = "ENDED"  # 许可已终结


class ImportedEnding(StrEnum):
    """导入的许可怎样终结：四种终结与注销，名称与本系统的一致。"""

    REVOKED = "REVOKED"  # 撤销
    WITHDRAWN = "WITHDRAWN"  # 撤回
    FORFEITED = "FORFEITED"  # 吊销
    EXPIRED = "EXPIRED"  # 届满
    DEREGISTERED = "DEREGISTERED"  # 注销


# -- events


@dataclass(frozen=True, slots=True)
class Granted(Event):
    """许可生效。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:38", "xkf:39")
    case_no: CaseNo
    item_code: ItemCode
    holder: SubjectId
    decision_no: str
    approving_body: Organ
    in_name_of: Organ
    commitment_id: CommitmentId | None
    valid_from: date
    valid_to: date | None

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """有效期起始之日。"""
        return self.valid_from


@dataclass(frozen=True, slots=True)
class Revoked(Event):
    """撤销。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69",)
    revocation_id: str
    ground: RevocationGround
    decision_no: str
    ineffective_from: date  # 自始无效时为生效之日

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """撤销的效力溯及之日。"""
        return self.ineffective_from


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """撤回。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:8.2",)
    reason: str
    compensation_due: bool
    decision_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Forfeited(Event):
    """吊销（行政处罚）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:9", "cff:63")
    penalty_no: str
    penalising_organ: Organ
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Expired(Event):
    """有效期届满。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:50",)
    last_day: date

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """届满之日。"""
        return self.last_day


@dataclass(frozen=True, slots=True)
class Deregistered(Event):
    """注销。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:70",)
    reason: DeregistrationReason
    handler: PersonId


@dataclass(frozen=True, slots=True)
class PenaltyNoticed(Event):
    """吊销前告知：何日立案、何日以前决定、当事人可以要求听证。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:44", "cff:60", "cff:63", "cff:64")
    filing_no: str
    filed_on: date
    days: int  # 自立案之日起的自然日
    days_basis: str  # 法律、法规、规章另有规定的，是哪一条；九十日的为空
    decide_due_on: date
    notice_no: str
    noticed_on: date
    request_due_on: date  # 要求听证的最后一日
    organ: Organ
    handler: PersonId


@dataclass(frozen=True, slots=True)
class PenaltyHeard(Event):
    """吊销听证（或期满未要求）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("cff:63", "cff:64", "cff:65")
    waived: bool
    record_no: str | None
    record_sha256: Sha256 | None
    handler: PersonId


@dataclass(frozen=True, slots=True)
class DeregistrationProposed(Event):
    """注销建议。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:70",)
    reason: DeregistrationReason
    evidence: tuple[Evidence, ...]
    proposer: PersonId | None  # 空：机器因届满提出，或者持证人自己申请


@dataclass(frozen=True, slots=True)
class Changed(Event):
    """许可变更。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:49",)
    decision_no: str
    matters: tuple[ChangeMatter, ...]
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CertificateReissued(Event):
    """另发证照：许可不变，证照换新号。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:39", "qtgb2021-47:ggzf")
    certificate_no: str
    previous_no: str
    cause: ReissueCause
    handler: PersonId


@dataclass(frozen=True, slots=True)
class CertificateVoided(Event):
    """公告作废：旧证照自公告之日作废，不收回；许可照旧。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:ggzf",)
    certificate_no: str
    cause: VoidCause
    notice_no: str
    noticed_on: date
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """公告之日。"""
        return self.noticed_on


@dataclass(frozen=True, slots=True)
class RenewalRequested(Event):
    """延续申请。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:50.1",)
    request_no: str
    applied_on: date
    apply_by: date  # 届满前应当提出申请的最后一日
    in_time: bool
    tacit: bool  # 届满前没有决定的，视为准予延续
    valid_to: date  # 现行有效期的最后一日，即决定的期限
    provisional: bool  # 以工作日计而日历未公布
    handler: PersonId | None  # 空：申请人自己在网上提出


@dataclass(frozen=True, slots=True)
class Renewed(Event):
    """准予延续。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:50.2",)
    decision_no: str
    valid_from: date
    valid_to: date
    handler: PersonId

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """延续的一期起始之日。"""
        return self.valid_from


@dataclass(frozen=True, slots=True)
class RenewalRefused(Event):
    """不予延续。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:50.2", "xkf:38.2")
    decision_no: str
    reasons: str
    remedies: str
    valid_to: date  # 现行有效期的最后一日：届时届满
    handler: PersonId


@dataclass(frozen=True, slots=True)
class DeemedRenewed(Event):
    """视为准予延续：届满前没有作出决定，期间与原来的一期相同。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:50.2",)
    valid_from: date
    valid_to: date

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """延续的一期起始之日。"""
        return self.valid_from


@dataclass(frozen=True, slots=True)
class PartlyRevoked(Event):
    """部分撤销：其余的部分仍然有效。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69",)
    revocation_id: str
    ground: RevocationGround
    decision_no: str
    part: str  # 撤销的是哪一部分
    ineffective_from: date

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the fact says its day
        """撤销的效力溯及之日。"""
        return self.ineffective_from


@dataclass(frozen=True, slots=True)
class RevocationReversed(Event):
    """撤销决定被撤销：许可恢复原来的样子。"""

    BASIS: ClassVar[tuple[str, ...]] = ("ztdjtl:42",)
    revocation_id: str
    decision_no: str
    reasons: str
    valid_to: date | None  # 恢复的有效期至何日
    handler: PersonId


@dataclass(frozen=True, slots=True)
class LicenceImported(Event):
    """历史许可导入：来源中这份许可最先导入的一期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    origin: SourceRecord
    kind: TermKind
    item_code: ItemCode
    item_name: str
    holder: SubjectId
    approving_body: Organ
    supervising_bodies: tuple[Organ, ...]
    speciality: str
    region: str
    first_licensed_on: date | None
    valid_from: date
    valid_to: date | None
    source_status: str

    def was_decided(self, recorded_at: datetime) -> datetime:  # noqa: ARG002 -- the source says
        """来源所载的本期起始之日。"""
        return midnight(self.valid_from)


@dataclass(frozen=True, slots=True)
class ChangeImported(Event):
    """历史许可变更导入：延续、变更等另起的一期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    origin: SourceRecord
    kind: TermKind
    region: str
    valid_from: date
    valid_to: date | None
    source_status: str

    def was_decided(self, recorded_at: datetime) -> datetime:  # noqa: ARG002 -- the source says
        """来源所载的本期起始之日。"""
        return midnight(self.valid_from)


@dataclass(frozen=True, slots=True)
class EndingImported(Event):
    """历史许可终结导入：来源说某一期终结了。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    origin: SourceRecord
    kind: ImportedEnding
    term_from: date  # 终结的是哪一期：该期起始之日
    ended_by: date
    exact: bool  # 来源载明日期；否则 ended_by 只是该期末日，即“不迟于”
    source_status: str

    def was_decided(self, recorded_at: datetime) -> datetime:  # noqa: ARG002 -- the source says
        """终结之日，不详的取该期末日。"""
        return midnight(self.ended_by)


LicenceEvent: TypeAlias = (
    Granted
    | Revoked
    | Withdrawn
    | Forfeited
    | Expired
    | Deregistered
    | PenaltyNoticed
    | PenaltyHeard
    | DeregistrationProposed
    | Changed
    | CertificateReissued
    | CertificateVoided
    | RenewalRequested
    | Renewed
    | RenewalRefused
    | DeemedRenewed
    | PartlyRevoked
    | RevocationReversed
    | LicenceImported
    | ChangeImported
    | EndingImported
)


# -- state

Ending: TypeAlias = Revoked | Withdrawn | Forfeited | Expired


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无许可。"""

    def after(self, event: Event) -> "State":
        """准予许可。"""
        match event:
            case Granted():
                return InForce(event, event.valid_from, event.valid_to)
            case LicenceImported(origin=origin, valid_from=day):
                return Imported(event, Taken().plus(origin), frozenset({day}))
            case _:
                raise ImpossibleHistory(f"{event} before the grant")


@dataclass(frozen=True, slots=True)
class Imported:
    """导入的历史许可：来源记下的各期与终结；程序在原系统办理，结果再导入。"""

    first: LicenceImported
    taken: Taken
    terms: frozenset[date]  # 各期起始之日
    endings: frozenset[date] = frozenset()  # 已终结的各期

    def after(self, event: Event) -> "State":
        """再导入一期，或某一期的终结；一期只终结一次。"""
        match event:
            case ChangeImported(origin=origin, valid_from=day):
                return replace(self, taken=self.taken.plus(origin), terms=self.terms | {day})
            case EndingImported(term_from=day) if day in self.terms - self.endings:
                return replace(self, endings=self.endings | {day})
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Certificates:
    """一份许可的证照：现用的号（空即许可证号）、换下待公告的、已公告作废的。"""

    current: str | None = None
    replaced: tuple[CertificateReissued, ...] = ()
    voided: tuple[CertificateVoided, ...] = ()

    @property
    def used(self) -> frozenset[str]:
        """换下的与作废的号。"""
        replaced = {one.previous_no for one in self.replaced}
        return frozenset(replaced | {one.certificate_no for one in self.voided})

    def after(self, event: CertificateReissued | CertificateVoided) -> "Certificates":
        """另发一张，或作废一张；作废的号不再复活。"""
        numbers = {one.certificate_no for one in self.voided}
        if event.certificate_no in numbers:
            raise ImpossibleHistory(f"{event} after {self}")
        if isinstance(event, CertificateReissued):
            return replace(self, current=event.certificate_no, replaced=(*self.replaced, event))
        kept = tuple(one for one in self.replaced if one.previous_no != event.certificate_no)
        return replace(self, replaced=kept, voided=(*self.voided, event))


@dataclass(frozen=True, slots=True)
class Penalty:
    """一个拟吊销的处罚案：已告知，已听证或者期满未要求。"""

    noticed: PenaltyNoticed
    heard: PenaltyHeard | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """许可有效。``known``: what was decided on it since the grant."""

    granted: Granted
    valid_from: date
    valid_to: date | None
    certificates: Certificates = Certificates()
    renewal: RenewalRequested | None = None
    known: frozenset[Event] = frozenset()
    penalty: Penalty | None = None
    proposed: DeregistrationProposed | None = None

    def after(self, event: Event) -> "State":
        """变更、换证、延续，拟吊销、拟注销，四种终结之一，或因自有情形注销。"""
        match event:
            case PenaltyNoticed() | PenaltyHeard() | DeregistrationProposed():
                return self.preparing(event)
            case Revoked() | Withdrawn() | Forfeited() | Expired():
                return Ended(self, event)
            case Deregistered():
                return OffRegister(self, event)
            case Changed() | PartlyRevoked():
                return self._knowing(event)
            case CertificateReissued() | CertificateVoided():
                return self.certified(event)
            case RenewalRequested() if self.renewal is None:
                return replace(self, renewal=event)
            case Renewed() | RenewalRefused() | DeemedRenewed() if self.renewal is not None:
                return self._answered(event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")

    def preparing(self, event: PenaltyNoticed | PenaltyHeard | DeregistrationProposed) -> "InForce":
        """拟吊销、拟注销的一步之后。"""
        match event:
            case PenaltyNoticed():
                return replace(self, penalty=Penalty(event))
            case DeregistrationProposed():
                return replace(self, proposed=event)
            case PenaltyHeard() if self.penalty is not None and self.penalty.heard is None:
                return replace(self, penalty=replace(self.penalty, heard=event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")

    def certified(self, event: CertificateReissued | CertificateVoided) -> "InForce":
        """证照另发或作废之后。"""
        return replace(self._knowing(event), certificates=self.certificates.after(event))

    def restored(self, event: RevocationReversed) -> "InForce":
        """撤销被撤销之后。"""
        return self._knowing(event)

    def _knowing(self, event: Event) -> "InForce":
        return replace(self, known=self.known | {event})

    def _answered(self, event: Renewed | RenewalRefused | DeemedRenewed) -> "InForce":
        after = replace(self._knowing(event), renewal=None)
        if isinstance(event, RenewalRefused):
            return after
        return replace(after, valid_from=event.valid_from, valid_to=event.valid_to)


@dataclass(frozen=True, slots=True)
class Ended:
    """许可已终结（撤销、撤回、吊销或届满），待注销。"""

    before: InForce
    by: Ending

    @property
    def granted(self) -> Granted:
        """许可。"""
        return self.before.granted

    @property
    def certificates(self) -> Certificates:
        """证照。"""
        return self.before.certificates

    def after(self, event: Event) -> "State":
        """终结之后办理注销，证照公告作废。"""
        match event:
            case Deregistered():
                return OffRegister(self.before, event, self.by)
            case DeregistrationProposed():
                return replace(self, before=self.before.preparing(event))
            case CertificateVoided():
                return replace(self, before=self.before.certified(event))
            case RevocationReversed() if isinstance(self.by, Revoked):
                return self.before.restored(event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class OffRegister:
    """已注销；``by`` 是先前的终结，因自有情形注销的没有。"""

    before: InForce
    deregistered: Deregistered
    by: Ending | None = None

    @property
    def granted(self) -> Granted:
        """许可。"""
        return self.before.granted

    @property
    def certificates(self) -> Certificates:
        """证照。"""
        return self.before.certificates

    def after(self, event: Event) -> "State":
        """注销之后只有证照公告作废；撤销被撤销的，注销随之失去依据。"""
        match event:
            case CertificateVoided():
                return replace(self, before=self.before.certified(event))
            case RevocationReversed() if isinstance(self.by, Revoked):
                return self.before.restored(event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Imported | InForce | Ended | OffRegister


def was_revoked(state: State) -> bool:
    """是否被撤销过；撤销之后已注销的、已恢复的也算。"""
    return revoked_by(state) is not None or has_known(state, RevocationReversed)


def revoked_by(state: State) -> Revoked | None:
    """现在因哪一次撤销而终结；没有被撤销的、已恢复的没有。"""
    match state:
        case Ended(by=Revoked() as known) | OffRegister(by=Revoked() as known):
            return known
        case _:
            return None


def has_known(state: State, kind: type[Event]) -> bool:
    """许可的一生中有没有这样一件事（变更、换证、延续、部分撤销、恢复）。"""
    if isinstance(state, Nothing | Imported):
        return False
    life = state if isinstance(state, InForce) else state.before
    return any(isinstance(one, kind) for one in life.known)


def standing(state: State) -> Refused:
    """许可现在的效力。"""
    match state:
        case Nothing():
            return Refused(Refusal.LICENCE_NOT_FOUND)
        case Imported(first=first):
            return Refused(Refusal.LICENCE_IMPORTED, {"source": first.origin.source})
        case InForce(valid_to=last):
            return Refused(Refusal.LICENCE_IN_FORCE, {"valid_to": str(last or "")})
        case Ended(by=ending):
            return Refused(Refusal.LICENCE_ENDED, {"ending": type(ending).__name__})
        case OffRegister(deregistered=known):
            facts = {"reason": str(known.reason), "handler": known.handler}
            return Refused(Refusal.LICENCE_DEREGISTERED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Grant:
    """许可生效。"""

    fact: Granted

    def decide(self, state: State) -> Answer:
        """一个证号一份许可。"""
        match state:
            case Nothing():
                return (self.fact,)
            case InForce(granted=known) if known == self.fact:
                return ()
            case Imported():
                return standing(state)
            case InForce(granted=known) | Ended(granted=known) | OffRegister(granted=known):
                return Refused(Refusal.LICENCE_EXISTS, {"case_no": known.case_no})
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class End:
    """撤销或撤回：各有其主体与程序，只能终结一份有效的许可。"""

    fact: Revoked | Withdrawn

    def decide(self, state: State) -> Answer:
        """撤销的效力不得溯及许可生效之前；撤回须说明理由。"""
        match state:
            case InForce(granted=granted):
                return self._refusal(granted) or (self.fact,)
            case Ended(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _refusal(self, granted: Granted) -> Refused | None:
        match self.fact:
            case Revoked(ineffective_from=day) if day < granted.valid_from:
                facts = {"valid_from": str(granted.valid_from)}
                return Refused(Refusal.LICENCE_BEFORE_GRANT, facts)
            case Withdrawn(reason=reason) if not reason.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case _:
                return None


@dataclass(frozen=True, slots=True)
class NoticePenalty:
    """吊销前告知。"""

    fact: PenaltyNoticed
    today: date

    def decide(self, state: State) -> Answer:
        """立案未过期限；前一案还在期限之内的，不另告知。"""
        match state:
            case InForce(penalty=Penalty(noticed=known)) if known == self.fact:
                return ()
            case InForce(penalty=Penalty(noticed=known)) if self.today <= known.decide_due_on:
                facts = {"notice_no": known.notice_no, "handler": known.handler}
                return Refused(Refusal.LICENCE_PENALTY_NOTICED, facts)
            case InForce():
                return self._refusal() or (self.fact,)
            case _:
                return standing(state)

    def _refusal(self) -> Refused | None:
        fact = self.fact
        if fact.filed_on > self.today:
            return Refused(Refusal.LICENCE_PENALTY_FILED, {"filed_on": str(fact.filed_on)})
        other = fact.days != PENALTY_DAYS
        if fact.days <= 0 or (other and not fact.days_basis.strip()):
            return Refused(Refusal.LICENCE_PENALTY_DAYS, {"days": str(fact.days)})
        return _penalty_late(fact, self.today)


def _penalty_late(noticed: PenaltyNoticed, today: date) -> Refused | None:
    """自立案之日起的期限已过（处罚法 60 条；自然日）。"""
    if today <= noticed.decide_due_on:
        return None
    facts = {"filed_on": str(noticed.filed_on), "due_on": str(noticed.decide_due_on)}
    return Refused(Refusal.LICENCE_PENALTY_LATE, facts)


@dataclass(frozen=True, slots=True)
class HearPenalty:
    """吊销听证，或期满未要求。"""

    fact: PenaltyHeard
    today: date

    def decide(self, state: State) -> Answer:
        """听证的须有笔录，由非本案调查人员主持；未要求的，五个工作日过完才算（处罚法 64 条）。"""
        match state:
            case InForce(penalty=None):
                return Refused(Refusal.LICENCE_PENALTY_NOT_NOTICED)
            case InForce(penalty=Penalty(heard=PenaltyHeard() as known)):
                if known == self.fact:
                    return ()
                return Refused(Refusal.LICENCE_PENALTY_HEARD, {"handler": known.handler})
            case InForce(penalty=Penalty(noticed=noticed)):
                return self._refusal(noticed) or (self.fact,)
            case _:
                return standing(state)

    def _refusal(self, noticed: PenaltyNoticed) -> Refused | None:
        if self.fact.waived:
            due = noticed.request_due_on
            open_ = self.today <= due
            return Refused(Refusal.LICENCE_PENALTY_OPEN, {"due_on": str(due)}) if open_ else None
        if self.fact.record_no is None or self.fact.record_sha256 is None:
            return Refused(Refusal.LICENCE_PENALTY_NO_RECORD)
        if self.fact.handler == noticed.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": noticed.handler})
        return None


@dataclass(frozen=True, slots=True)
class Forfeit:
    """吊销。"""

    fact: Forfeited
    today: date

    def decide(self, state: State) -> Answer:
        """先告知、听证，再由另一人在期限之内决定（处罚法 57、60、63 条）。"""
        match state:
            case InForce(penalty=penalty):
                return self._refusal(penalty) or (self.fact,)
            case Ended(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _refusal(self, penalty: Penalty | None) -> Refused | None:
        if penalty is None:
            return Refused(Refusal.LICENCE_PENALTY_NOT_NOTICED)
        if penalty.heard is None:
            due = str(penalty.noticed.request_due_on)
            return Refused(Refusal.LICENCE_PENALTY_NOT_HEARD, {"due_on": due})
        if self.fact.handler == penalty.noticed.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        return _penalty_late(penalty.noticed, self.today)


@dataclass(frozen=True, slots=True)
class RevokePart:
    """部分撤销。"""

    fact: PartlyRevoked

    def decide(self, state: State) -> Answer:
        """写明撤销的是哪一部分；效力不得溯及许可生效之前。"""
        match state:
            case InForce() if self.fact in state.known:
                return ()
            case InForce() if not self.fact.part.strip():
                return Refused(Refusal.CASE_REASONS_MISSING)
            case InForce(granted=granted) if self.fact.ineffective_from < granted.valid_from:
                facts = {"valid_from": str(granted.valid_from)}
                return Refused(Refusal.LICENCE_BEFORE_GRANT, facts)
            case InForce():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Reverse:
    """撤销决定被撤销。"""

    decision_no: str
    reasons: str
    handler: PersonId

    def decide(self, state: State) -> Answer:
        """只有被撤销的许可可以这样恢复，说明理由（市场主体登记管理条例 42 条）。"""
        match state:
            case Ended(by=Revoked() as known) | OffRegister(by=Revoked() as known):
                if not self.reasons.strip():
                    return Refused(Refusal.CASE_REASONS_MISSING)
                last = state.before.valid_to
                fact = RevocationReversed(
                    known.revocation_id, self.decision_no, self.reasons, last, self.handler
                )
                return (fact,)
            case InForce(known=known):
                reversed_ = (one for one in known if isinstance(one, RevocationReversed))
                same = any(one.decision_no == self.decision_no for one in reversed_)
                return () if same else Refused(Refusal.LICENCE_NOT_REVOKED)
            case Nothing() | Imported():
                return standing(state)
            case _:
                return Refused(Refusal.LICENCE_NOT_REVOKED)


@dataclass(frozen=True, slots=True)
class Expire:
    """有效期届满。"""

    today: date

    def decide(self, state: State) -> Answer:
        """最后一日过完才届满；长期有效的不届满；依法等着延续决定的，由视为准予延续了结。"""
        match state:
            case InForce(valid_to=None):
                return standing(state)
            case InForce(valid_to=date() as last) if self.today <= last:
                return standing(state)
            case InForce(renewal=RenewalRequested(tacit=True)):
                return renewal_pending(state)
            case InForce(valid_to=date() as last):
                return (Expired(last),)
            case Nothing() | Imported():
                return standing(state)
            case _:  # 已终结、已注销：无可届满
                return ()


@dataclass(frozen=True, slots=True)
class Change:
    """许可变更。"""

    fact: Changed

    def decide(self, state: State) -> Answer:
        """有效的许可才有变更，写明变更了什么、为何准予（许可法 49 条）。"""
        match state:
            case InForce() if self.fact in state.known:
                return ()
            case InForce() if not (self.fact.matters and self.fact.explanation.strip()):
                return Refused(Refusal.CASE_REASONS_MISSING)
            case InForce():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Reissue:
    """另发证照。``licence_no`` is the number of the first certificate."""

    certificate_no: str
    cause: ReissueCause
    handler: PersonId
    licence_no: LicenceNo

    def decide(self, state: State) -> Answer:
        """新号不得是用过的号；换下的号等候公告作废。"""
        match state:
            case InForce(certificates=known):
                current = known.current or self.licence_no
                fact = CertificateReissued(self.certificate_no, current, self.cause, self.handler)
                if any(replace(fact, previous_no=one) in state.known for one in known.used):
                    return ()
                if self.certificate_no in {current, *known.used}:
                    facts = {"certificate_no": self.certificate_no}
                    return Refused(Refusal.LICENCE_CERTIFICATE_USED, facts)
                return (fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class VoidCertificate:
    """公告作废一张证照。``licence_no`` is the number of the first certificate."""

    certificate_no: str
    notice_no: str
    noticed_on: date
    handler: PersonId
    licence_no: LicenceNo

    def decide(self, state: State) -> Answer:
        """只作废换下的；许可终结之后，现用的也可作废；作废一次。"""
        match state:
            case Nothing() | Imported():
                return standing(state)
            case InForce() | Ended() | OffRegister():
                return self._void(state)
            case never:
                assert_never(never)

    def _void(self, state: "InForce | Ended | OffRegister") -> Answer:
        known = state.certificates
        for one in known.voided:
            if (one.certificate_no, one.notice_no) == (self.certificate_no, self.notice_no):
                return ()
        cause = self._cause(state)
        if cause is None:
            facts = {"certificate_no": self.certificate_no}
            return Refused(Refusal.LICENCE_CERTIFICATE_LIVE, facts)
        return (
            CertificateVoided(
                self.certificate_no, cause, self.notice_no, self.noticed_on, self.handler
            ),
        )

    def _cause(self, state: "InForce | Ended | OffRegister") -> VoidCause | None:
        known = state.certificates
        if self.certificate_no in {one.certificate_no for one in known.voided}:
            return None
        for one in known.replaced:
            if one.previous_no == self.certificate_no:
                return VoidCause(one.cause.value)
        in_use = self.certificate_no == (known.current or self.licence_no)
        return VoidCause.ENDED if in_use and not isinstance(state, InForce) else None


def renewal_pending(state: InForce) -> Refused:
    """已有延续申请，等候决定。"""
    facts = {"valid_to": str(state.valid_to)}
    return Refused(Refusal.LICENCE_RENEWAL_PENDING, facts)


@dataclass(frozen=True, slots=True)
class RequestRenewal:
    """延续申请。"""

    fact: RenewalRequested

    def decide(self, state: State) -> Answer:
        """届满之前都可以申请；迟于规定之日的也收，只是没有视为准予（规则 14）。"""
        match state:
            case InForce(renewal=known) if known == self.fact:
                return ()
            case InForce(renewal=RenewalRequested()):
                return renewal_pending(state)
            case InForce(valid_to=last) if last != self.fact.valid_to:
                return Refused(Refusal.LICENCE_RENEWAL_NOT_NEEDED, {"valid_to": str(last or "")})
            case InForce(valid_to=last) if self.fact.applied_on > self.fact.valid_to:
                return Refused(Refusal.LICENCE_LAPSED, {"valid_to": str(last)})
            case InForce():
                return (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Renew:
    """准予延续。"""

    decision_no: str
    valid_to: date
    handler: PersonId
    today: date

    def decide(self, state: State) -> Answer:
        """自原来的一期届满的次日起；届满之前决定。"""
        match state:
            case InForce(renewal=RenewalRequested() as asked):
                first = asked.valid_to + ONE_DAY
                if self.valid_to < first:
                    return Refused(Refusal.LICENCE_VALIDITY, {"decided_on": str(self.today)})
                fact = Renewed(self.decision_no, first, self.valid_to, self.handler)
                return _unanswerable(asked, self.handler, self.today) or (fact,)
            case _:
                return _answered(state, self.decision_no)


@dataclass(frozen=True, slots=True)
class RefuseRenewal:
    """不予延续。"""

    decision_no: str
    reasons: str
    remedies: str
    handler: PersonId
    today: date

    def decide(self, state: State) -> Answer:
        """说明理由、告知救济；许可至原定之日届满。"""
        match state:
            case InForce(renewal=RenewalRequested() as asked):
                if not (self.reasons.strip() and self.remedies.strip()):
                    return Refused(Refusal.CASE_REASONS_MISSING)
                fact = RenewalRefused(
                    self.decision_no, self.reasons, self.remedies, asked.valid_to, self.handler
                )
                return _unanswerable(asked, self.handler, self.today) or (fact,)
            case _:
                return _answered(state, self.decision_no)


def _unanswerable(asked: RenewalRequested, handler: PersonId, today: date) -> Refused | None:
    """届满之后不再决定；收申请的人不决定（SD1）。"""
    if today > asked.valid_to:
        return Refused(Refusal.LICENCE_LAPSED, {"valid_to": str(asked.valid_to)})
    if handler == asked.handler:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": handler})
    return None


def _answered(state: State, decision_no: str) -> Answer:
    """没有待决定的申请：已照此文号决定过的无事可办。"""
    if not isinstance(state, InForce):
        return standing(state)
    answers = (one for one in state.known if isinstance(one, Renewed | RenewalRefused))
    if any(one.decision_no == decision_no for one in answers):
        return ()
    return Refused(Refusal.LICENCE_NO_RENEWAL)


@dataclass(frozen=True, slots=True)
class DeemRenewed:
    """视为准予延续：机器只在最后一日过完之后记下法律已经发生的效果。"""

    today: date

    def decide(self, state: State) -> Answer:
        """及时申请而届满前没有决定的，视为准予延续（许可法 50 条二款；规则 13）。"""
        match state:
            case InForce(renewal=RenewalRequested(tacit=True, valid_to=last)):
                if self.today <= last:
                    return renewal_pending(state)
                first, until = next_term(state.valid_from, last)
                return (DeemedRenewed(first, until),)
            case Nothing() | Imported():
                return standing(state)
            case _:  # 已决定、已终结，或没有可以视为准予的申请
                return ()


def next_term(valid_from: date, valid_to: date) -> tuple[date, date]:
    """接着的一期，与原来的一期同样长：整年的以年计，其余以日计。"""
    first = valid_to + ONE_DAY
    years = first.year - valid_from.year
    if (first.month, first.day) == (valid_from.month, valid_from.day):
        return first, months_after(first, years * 12) - ONE_DAY
    return first, valid_to + (first - valid_from)


# 注销的情形分两类：承接前面的终结，或自有的事由（许可法 70 条）。
_AFTER: Final[dict[DeregistrationReason, tuple[type[Event], ...]]] = {
    DeregistrationReason.EXPIRED: (Expired,),
    DeregistrationReason.ENDED_BY_DECISION: (Revoked, Withdrawn, Forfeited),
}


def _without_ground(state: InForce | Ended, reason: DeregistrationReason) -> Refused | None:
    """注销不是撤销：只在终结之后，或有自己的事由（规则 22）。"""
    needed = _AFTER.get(reason)
    ending = state.by if isinstance(state, Ended) else None
    if needed is None or isinstance(ending, needed):
        return None
    return Refused(Refusal.LICENCE_NO_GROUND, {"reason": reason})


def _life(state: InForce | Ended) -> InForce:
    return state if isinstance(state, InForce) else state.before


@dataclass(frozen=True, slots=True)
class ProposeDeregistration:
    """注销建议。"""

    fact: DeregistrationProposed

    def decide(self, state: State) -> Answer:
        """有注销的情形；账上看不出的（死亡、终止、不可抗力等）须附证据。"""
        match state:
            case InForce() | Ended():
                if _life(state).proposed == self.fact:
                    return ()
                ground = _without_ground(state, self.fact.reason)
                if ground is None and self.fact.reason not in _AFTER and not self.fact.evidence:
                    return Refused(Refusal.LICENCE_NO_EVIDENCE, {"reason": self.fact.reason})
                return ground or (self.fact,)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Deregister:
    """注销。"""

    fact: Deregistered

    def decide(self, state: State) -> Answer:
        """先有同一情形的建议，再由另一人决定（规则 22；权限表：两人）。"""
        match state:
            case Nothing() | Imported():
                return standing(state)
            case OffRegister(deregistered=known):
                return () if known == self.fact else standing(state)
            case InForce() | Ended():
                ground = _without_ground(state, self.fact.reason)
                return ground or self._unproposed(_life(state).proposed) or (self.fact,)
            case never:
                assert_never(never)

    def _unproposed(self, proposed: DeregistrationProposed | None) -> Refused | None:
        if proposed is None or proposed.reason is not self.fact.reason:
            return Refused(Refusal.LICENCE_NOT_PROPOSED, {"reason": self.fact.reason})
        if proposed.proposer == self.fact.handler:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        return None


@dataclass(frozen=True, slots=True)
class TermEnding:
    """一期的终结：怎样终结、何日、来源是否载明此日（否则为该期末日，即不迟于）。"""

    kind: ImportedEnding
    ended_by: date
    exact: bool


@dataclass(frozen=True, slots=True)
class ImportTerm:
    """导入许可的一期；``ending`` 是同一条记录说的终结。"""

    term: LicenceImported
    ending: TermEnding | None

    def decide(self, state: State) -> Answer:
        """最先导入的一期立卷，其余各期为变更；事项、持有人前后须一致，一日只起一期。"""
        match state:
            case Nothing():
                return (self.term, *self._ended())
            case Imported():
                return self._add(state)
            case _:
                return Refused(Refusal.IMPORT_TAKEN, {"record": self.term.origin.record})

    def _add(self, state: Imported) -> Answer:
        term = self.term
        if term.origin in state.taken:
            return ()
        alike = ("item_code", "holder", "approving_body", "supervising_bodies")
        wrong = state.taken.differs(term.origin) or contradicts(state.first, term, alike)
        if wrong is not None:
            return wrong
        if term.valid_from in state.terms:
            return Refused(Refusal.IMPORT_SAME_TERM, {"valid_from": str(term.valid_from)})
        change = ChangeImported(
            term.origin, term.kind, term.region, term.valid_from, term.valid_to, term.source_status
        )
        return (change, *self._ended())

    def _ended(self) -> tuple[EndingImported, ...]:
        term, ending = self.term, self.ending
        if ending is None:
            return ()
        return (
            EndingImported(
                term.origin,
                ending.kind,
                term.valid_from,
                ending.ended_by,
                ending.exact,
                term.source_status,
            ),
        )


Command: TypeAlias = (
    Grant
    | End
    | RevokePart
    | Reverse
    | Expire
    | Change
    | Reissue
    | VoidCertificate
    | RequestRenewal
    | Renew
    | RefuseRenewal
    | DeemRenewed
    | NoticePenalty
    | HearPenalty
    | Forfeit
    | ProposeDeregistration
    | Deregister
    | ImportTerm
)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的许可。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("licence", Nothing(), evolve)
