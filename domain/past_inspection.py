"""历史检查（past inspection）：导入的检查结果；所指许可还没有到的先待关联，到了即关联。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.inspection_task import FindingCode
from domain.refusals import Refusal
from domain.sources import SourceRecord, Taken, midnight
from domain.terms import LicenceNo

# -- events


@dataclass(frozen=True, slots=True)
class InspectionImported(Event):
    """历史检查结果导入。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    origin: SourceRecord
    licence_no: LicenceNo
    licence_known: bool  # 否则待关联
    performed_on: date
    codes: tuple[FindingCode, ...]
    source_result: str
    source_risk: str | None
    critical: int  # 严重、较重、轻微三级违规各几项
    serious: int
    minor: int
    inspector: str | None  # 来源中的检查人员代号
    facility: str | None
    region: str

    def was_decided(self, recorded_at: datetime) -> datetime:  # noqa: ARG002 -- the source says
        """来源所载的检查之日。"""
        return midnight(self.performed_on)


@dataclass(frozen=True, slots=True)
class InspectionLinked(Event):
    """历史检查关联：所指的许可到了。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    licence_no: LicenceNo


PastInspectionEvent: TypeAlias = InspectionImported | InspectionLinked


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这项检查。"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """待关联：所指的许可还不在账上。"""

    imported: InspectionImported


@dataclass(frozen=True, slots=True)
class Linked:
    """已关联到许可。"""

    imported: InspectionImported


State: TypeAlias = Nothing | Waiting | Linked


# -- commands


@dataclass(frozen=True, slots=True)
class Import:
    """导入一项检查结果；``licence_known`` 由调阅许可得知。"""

    fact: InspectionImported
    licence_known: bool

    def decide(self, state: State) -> Answer:
        """一条记录只收一次；内容不同的不收。"""
        if isinstance(state, Nothing):
            return (replace(self.fact, licence_known=self.licence_known),)
        taken, origin = Taken().plus(state.imported.origin), self.fact.origin
        if origin in taken:
            return ()
        return taken.differs(origin) or Refused(Refusal.IMPORT_TAKEN, {"record": origin.record})


@dataclass(frozen=True, slots=True)
class Link:
    """许可到了，关联。"""

    licence_known: bool

    def decide(self, state: State) -> Answer:
        """许可确已在账才关联，一次。"""
        match state:
            case Nothing():
                return Refused(Refusal.INSPECTION_NOT_FOUND)
            case Linked():
                return ()
            case Waiting(imported=known) if not self.licence_known:
                return Refused(Refusal.INSPECTION_NO_LICENCE, {"licence_no": known.licence_no})
            case Waiting(imported=known):
                return (InspectionLinked(known.licence_no),)
            case never:
                assert_never(never)


Command: TypeAlias = Import | Link


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """先导入，后关联。"""
    match state, event:
        case Nothing(), InspectionImported(licence_known=known):
            return Linked(event) if known else Waiting(event)
        case Waiting(imported=imported), InspectionLinked():
            return Linked(imported)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("inspection", Nothing(), evolve)
