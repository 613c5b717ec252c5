"""文书（document）：由办件的事实出具，有文号与内容摘要；寄出、送达各记一件。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Organ, PersonId, Sha256


class DocumentKind(StrEnum):
    """文书的种类。"""

    ACCEPTANCE = "ACCEPTANCE"  # 受理通知书
    SUPPLEMENT = "SUPPLEMENT"  # 一次性告知书
    DECLINE = "DECLINE"  # 不予受理决定书
    APPROVAL = "APPROVAL"  # 准予行政许可决定书
    REJECTION = "REJECTION"  # 不予行政许可决定书
    REVOCATION_NOTICE = "REVOCATION_NOTICE"  # 撤销前告知书
    REVOCATION = "REVOCATION"  # 撤销决定书
    EXTENSION = "EXTENSION"  # 延期告知书
    COMMITMENT = "COMMITMENT"  # 告知承诺书
    GAPS = "GAPS"  # 容缺受理告知书
    HEARING = "HEARING"  # 听证告知书
    RECEIPT = "RECEIPT"  # 收件凭证
    FEE = "FEE"  # 收费告知书
    PAUSE = "PAUSE"  # 特别程序告知书
    PARTY = "PARTY"  # 利害关系人告知书
    HEARING_NOTICE = "HEARING_NOTICE"  # 听证通知书
    WITHDRAWAL = "WITHDRAWAL"  # 撤回申请确认书
    ACCEPTANCE_REVOCATION = "ACCEPTANCE_REVOCATION"  # 撤销受理决定书
    RECTIFICATION = "RECTIFICATION"  # 责令限期整改通知书
    CHANGE = "CHANGE"  # 准予变更决定书
    RENEWAL = "RENEWAL"  # 准予延续决定书
    RENEWAL_REFUSAL = "RENEWAL_REFUSAL"  # 不予延续决定书
    LICENCE_WITHDRAWAL = "LICENCE_WITHDRAWAL"  # 撤回行政许可决定书
    DEREGISTRATION = "DEREGISTRATION"  # 注销行政许可决定书
    COMPENSATION = "COMPENSATION"  # 补偿决定书
    DELIVERY = "DELIVERY"  # 送达回证


class DeliveryMethod(StrEnum):
    """送达的方式（机制 70）。"""

    IN_PERSON = "IN_PERSON"  # 当面领取
    POST = "POST"  # 邮寄送达
    ELECTRONIC = "ELECTRONIC"  # 电子送达
    LEFT = "LEFT"  # 留置送达
    NOTICE = "NOTICE"  # 公告送达


# -- events


@dataclass(frozen=True, slots=True)
class Issued(Event):
    """文书出具：内容以摘要固定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32", "xkf:38", "dzqmf:5")
    kind: DocumentKind
    number: str
    case_no: CaseNo
    organ: Organ  # 以谁的名义出具
    source_stream: str  # 所据事实在哪份案卷
    source_event: str  # 所据事件的编号
    sha256: Sha256
    file_bytes: int
    template: str  # 所用版式及其版本
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Dispatched(Event):
    """文书寄出。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:44",)
    method: DeliveryMethod
    carrier: str
    tracking_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Delivered(Event):
    """文书送达。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:44",)
    method: DeliveryMethod
    delivered_on: date
    proof: str  # 送达回证号、签收记录或公告号
    handler: PersonId


DocumentEvent: TypeAlias = Issued | Dispatched | Delivered


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未出具。"""

    def after(self, event: Event) -> "State":
        """出具。"""
        match event:
            case Issued():
                return Open(event)
            case _:
                raise ImpossibleHistory(f"{event} before the document")


@dataclass(frozen=True, slots=True)
class Open:
    """已出具，待送达；寄出过的记着每一次（退回的可以再寄）。"""

    issued: Issued
    dispatched: tuple[Dispatched, ...] = ()

    def after(self, event: Event) -> "State":
        """寄出或送达。"""
        match event:
            case Dispatched():
                return replace(self, dispatched=(*self.dispatched, event))
            case Delivered():
                return Served(self.issued, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Served:
    """已送达。"""

    issued: Issued
    delivered: Delivered

    def after(self, event: Event) -> "State":
        """送达之后再无文书上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Open | Served


def standing(state: State) -> Refused:
    """文书现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.DOCUMENT_NOT_FOUND)
        case Open(issued=known):
            facts = {"number": known.number, "handler": str(known.handler)}
            return Refused(Refusal.DOCUMENT_ISSUED, facts)
        case Served(delivered=known):
            facts = {"on": str(known.delivered_on), "handler": str(known.handler)}
            return Refused(Refusal.DOCUMENT_DELIVERED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Issue:
    """出具。``grounded``: the ledger holds the fact that this document tells of."""

    fact: Issued
    grounded: bool

    def decide(self, state: State) -> Answer:
        """账上确有其事才出具，一次；同一份再出具无事可办。"""
        match state:
            case Nothing() if not self.grounded:
                return Refused(Refusal.DOCUMENT_NO_GROUND, {"number": self.fact.number})
            case Nothing():
                return (self.fact,)
            case Open(issued=known) | Served(issued=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """寄出。``sealed``: the seal has been put to it."""

    fact: Dispatched
    sealed: bool

    def decide(self, state: State) -> Answer:
        """加盖印章之后才寄（许可法 32 条二款），须有寄送单号；退回的可以换单号再寄。"""
        match state:
            case Open(dispatched=known) if self.fact in known:
                return ()
            case Open() if not self.sealed:
                return Refused(Refusal.DOCUMENT_NOT_SEALED)
            case Open() if not self.fact.tracking_no.strip():
                return Refused(Refusal.DOCUMENT_NO_PROOF)
            case Open():
                return (self.fact,)
            case Nothing() | Served():
                return standing(state)
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Deliver:
    """送达。``sealed`` as for :class:`Dispatch`."""

    fact: Delivered
    sealed: bool
    today: date

    def decide(self, state: State) -> Answer:
        """加盖印章之后才送达，须有凭据；邮寄的先有寄出；不得送达于将来。"""
        match state:
            case Open():
                return self._barrier(state) or (self.fact,)
            case Served(delivered=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _barrier(self, state: Open) -> Refused | None:
        if not self.sealed:
            return Refused(Refusal.DOCUMENT_NOT_SEALED)
        if self.fact.method is DeliveryMethod.POST and not state.dispatched:
            return Refused(Refusal.DOCUMENT_NOT_DISPATCHED)
        if not self.fact.proof.strip():
            return Refused(Refusal.DOCUMENT_NO_PROOF)
        if self.fact.delivered_on > self.today:
            return Refused(Refusal.DOCUMENT_TIME, {"on": str(self.fact.delivered_on)})
        return None


Command: TypeAlias = Issue | Dispatch | Deliver


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的文书。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("document", Nothing(), evolve)
