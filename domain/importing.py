"""导入（importing）：一次导入的始末——哪份文件、依哪张对照表、收了多少、拒了哪些。"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Sha256


class ImportKind(StrEnum):
    """导入的是什么。"""

    CASES = "CASES"  # 办件
    LICENCES = "LICENCES"  # 许可
    INSPECTIONS = "INSPECTIONS"  # 检查结果
    SUBJECTS = "SUBJECTS"  # 监管对象名录
    INSPECTORS = "INSPECTORS"  # 检查人员名录


# -- events


@dataclass(frozen=True, slots=True)
class ImportStarted(Event):
    """导入开始。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    kind: ImportKind
    source: str
    file_sha256: Sha256
    file_bytes: int
    mapping_sha256: Sha256
    mapping: str  # 对照表全文：日后据此复算


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """因同一理由没有收的各行；``rows`` 是行号，标题行为 1，如 ``3、7-9``，过长的截断。"""

    code: str
    count: int
    rows: str


@dataclass(frozen=True, slots=True)
class ImportFinished(Event):
    """导入完毕：收了多少、早已在账的多少、因何没收的各多少；完整的报告以摘要为凭。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2023-26",)
    rows: int
    taken: int
    known: int
    refused: tuple[RefusedRows, ...]
    report_sha256: Sha256


ImportEvent: TypeAlias = ImportStarted | ImportFinished


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这次导入。"""


@dataclass(frozen=True, slots=True)
class Open:
    """导入进行中；中断了的可以接着来。"""

    started: ImportStarted


@dataclass(frozen=True, slots=True)
class Finished:
    """导入完毕。"""

    started: ImportStarted
    finished: ImportFinished


State: TypeAlias = Nothing | Open | Finished


def not_open(state: State) -> Refused | None:
    """各行只在导入进行中收。"""
    match state:
        case Nothing():
            return Refused(Refusal.IMPORT_NOT_STARTED)
        case Open():
            return None
        case Finished():
            return Refused(Refusal.IMPORT_FINISHED)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Start:
    """开始，或接着中断了的来。"""

    fact: ImportStarted

    def decide(self, state: State) -> Answer:
        """同一编号只对一份文件、一张对照表。"""
        if isinstance(state, Nothing):
            return (self.fact,)
        return () if state.started == self.fact else Refused(Refusal.IMPORT_OTHER_FILE)


@dataclass(frozen=True, slots=True)
class Finish:
    """完毕，连同报告的各项数目。"""

    fact: ImportFinished

    def decide(self, state: State) -> Answer:
        """一次导入只完毕一次。"""
        match state:
            case Open():
                return (self.fact,)
            case Finished(finished=known) if known == self.fact:
                return ()
            case _:
                return not_open(state) or ()


Command: TypeAlias = Start | Finish


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """先开始，后完毕。"""
    match state, event:
        case Nothing(), ImportStarted():
            return Open(event)
        case Open(started=started), ImportFinished():
            return Finished(started, event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """依导入到了哪一步决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("import", Nothing(), evolve)
