"""用印（seal）：一份文书由谁、以哪枚印章盖过，盖的是哪些字节（机制 79）。"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, Sha256


class SealSource(StrEnum):
    """印章的来源。"""

    EMBEDDED = "EMBEDDED"  # 内置密钥；系统自己生成，不具有法定印章的效力
    EXTERNAL = "EXTERNAL"  # 单位的电子印章系统


# -- events


@dataclass(frozen=True, slots=True)
class Used(Event):
    """用印：盖前盖后的摘要与签名证书都记下。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:32.2", "dzqmf:13")
    document: str  # 文书案卷号
    number: str
    organ: Organ  # 谁的印章
    source: SealSource
    sha256: Sha256  # 盖章之前的内容
    sealed_sha256: Sha256  # 盖章之后的文件
    certificate_sha256: Sha256
    handler: PersonId


SealEvent: TypeAlias = Used


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚未用印。"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """已用印。"""

    used: Used


State: TypeAlias = Nothing | Sealed


# -- commands


@dataclass(frozen=True, slots=True)
class Use:
    """用印。``issued``: the hash of the document as it was issued, None where it was not."""

    fact: Used
    issued: Sha256 | None

    def decide(self, state: State) -> Answer:
        """只盖已出具的文书、盖的是出具的内容，一份只盖一次。"""
        match state:
            case Sealed(used=known) if known == self.fact:
                return ()
            case Sealed(used=known):
                facts = {"number": known.number, "handler": known.handler}
                return Refused(Refusal.SEAL_USED, facts)
            case _ if self.issued is None:
                return Refused(Refusal.DOCUMENT_NOT_FOUND)
            case _ if self.issued != self.fact.sha256:
                return Refused(Refusal.SEAL_OTHER_CONTENT, {"number": self.fact.number})
            case _:
                return (self.fact,)


Command: TypeAlias = Use


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """用印一次。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), Used():
            return Sealed(event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("seal", Nothing(), evolve)
