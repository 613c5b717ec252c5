"""许可（approval）：一份许可的效力与四种各不相同的终结。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.sources import SourceRecord, Taken, contradicts, midnight
from domain.terms import CaseNo, CommitmentId, ItemCode, Organ, PersonId, SubjectId


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

    EXPIRED = "EXPIRED"
    HOLDER_DEAD = "HOLDER_DEAD"
    HOLDER_ENDED = "HOLDER_ENDED"
    ENDED_BY_DECISION = "ENDED_BY_DECISION"  # 依法被撤销、撤回或吊销
    FORCE_MAJEURE = "FORCE_MAJEURE"
    OTHER_LAWFUL = "OTHER_LAWFUL"


class TermKind(StrEnum):
    """导入的许可，一期因何而起。"""

    ISSUED = "ISSUED"  # 首发
    RENEWED = "RENEWED"  # 延续
    RELOCATED = "RELOCATED"  # 变更地址
    EXPANDED = "EXPANDED"  # 扩大范围
    CHANGED = "CHANGED"  # 其他变更


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
                return InForce(event)
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
class InForce:
    """许可有效。"""

    granted: Granted

    def after(self, event: Event) -> "State":
        """四种终结之一，或因自有情形注销。"""
        match event:
            case Revoked() | Withdrawn() | Forfeited() | Expired():
                return Ended(self.granted, event)
            case Deregistered():
                return OffRegister(self.granted, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Ended:
    """许可已终结（撤销、撤回、吊销或届满），待注销。"""

    granted: Granted
    by: Ending

    def after(self, event: Event) -> "State":
        """终结之后办理注销。"""
        match event:
            case Deregistered():
                return OffRegister(self.granted, event, self.by)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class OffRegister:
    """已注销；``by`` 是先前的终结，因自有情形注销的没有。"""

    granted: Granted
    deregistered: Deregistered
    by: Ending | None = None

    def after(self, event: Event) -> "State":
        """注销之后再无许可上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Imported | InForce | Ended | OffRegister


def was_revoked(state: State) -> bool:
    """是否被撤销过；撤销之后已注销的也算。"""
    return isinstance(state, Ended | OffRegister) and isinstance(state.by, Revoked)


def standing(state: State) -> Refused:
    """许可现在的效力。"""
    match state:
        case Nothing():
            return Refused(Refusal.LICENCE_NOT_FOUND)
        case Imported(first=first):
            return Refused(Refusal.LICENCE_IMPORTED, {"source": first.origin.source})
        case InForce(granted=granted):
            return Refused(Refusal.LICENCE_IN_FORCE, {"valid_to": str(granted.valid_to or "")})
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
    """撤销、撤回或吊销：三种行为各有其主体与程序，只能终结一份有效的许可。"""

    fact: Revoked | Withdrawn | Forfeited

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
class Expire:
    """有效期届满。"""

    today: date

    def decide(self, state: State) -> Answer:
        """最后一日过完才届满；长期有效的不届满。"""
        match state:
            case InForce(granted=Granted(valid_to=None)):
                return standing(state)
            case InForce(granted=Granted(valid_to=date() as last)):
                return (Expired(last),) if self.today > last else standing(state)
            case Nothing() | Imported():
                return standing(state)
            case _:  # 已终结、已注销：无可届满
                return ()


# 注销的情形分两类：承接前面的终结，或自有的事由（许可法 70 条）。
_AFTER: Final[dict[DeregistrationReason, tuple[type[Event], ...]]] = {
    DeregistrationReason.EXPIRED: (Expired,),
    DeregistrationReason.ENDED_BY_DECISION: (Revoked, Withdrawn, Forfeited),
}


@dataclass(frozen=True, slots=True)
class Deregister:
    """注销。"""

    fact: Deregistered

    def decide(self, state: State) -> Answer:
        """注销不是撤销：只在终结之后，或有自己的事由（规则 22）。"""
        match state:
            case Nothing() | Imported():
                return standing(state)
            case OffRegister(deregistered=known):
                return () if known == self.fact else standing(state)
            case InForce() | Ended():
                ending = state.by if isinstance(state, Ended) else None
                needed = _AFTER.get(self.fact.reason)
                if needed is not None and not isinstance(ending, needed):
                    return Refused(Refusal.LICENCE_NO_GROUND, {"reason": self.fact.reason})
                return (self.fact,)
            case never:
                assert_never(never)


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


Command: TypeAlias = Grant | End | Expire | Deregister | ImportTerm


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的许可。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("licence", Nothing(), evolve)
