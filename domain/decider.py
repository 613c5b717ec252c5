"""决定者：由已经发生的事，判断可以发生的事。

The one skeleton of every aggregate file: events → state → commands → evolve → decide. Nothing here
knows a clock, a database or a random number; whoever decides passes the instant in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Generic, Protocol, TypeAlias, TypeVar

from domain.refusals import Refusal

S = TypeVar("S")


class ImpossibleHistory(Exception):  # noqa: N818 -- it names what is wrong with the history
    """账上的事实互相矛盾：立即停下该件并告警，绝不跳过。

    Raised by ``evolve`` when stored events contradict each other (never by a bad command).
    """


class Event:
    """一件已经发生、不再改变的事。

    ``BASIS`` holds codes of the legal basis (``xkf:32.1.4`` = 行政许可法 art 32 ¶1(4)), resolved to
    titles by ``messages/zh_CN.toml``.
    """

    __slots__ = ()
    BASIS: ClassVar[tuple[str, ...]] = ()

    def takes_effect(self, decided_on: date) -> date:
        """法律上生效之日（北京时间）；多数事件即决定之日。"""
        return decided_on

    def was_decided(self, recorded_at: datetime) -> datetime:
        """人作出决定的时刻；在本系统办理的即入账之时，导入的历史以来源所载为准。"""
        return recorded_at


@dataclass(frozen=True, slots=True)
class Refused:
    """依法不予办理：一个答复，不是故障。

    ``code`` is stable and has its Chinese sentence, legal basis and remedy in the message file;
    ``facts`` fills that sentence (never personal data).
    """

    code: Refusal
    facts: dict[str, str] = field(default_factory=dict)


Answer: TypeAlias = tuple[Event, ...] | Refused  # nothing to do = no events


@dataclass(frozen=True)  # without slots: Aggregate[State](...) sets __orig_class__ on itself
class Aggregate(Generic[S]):
    """一类案卷：从空白开始，逐件事实推出现状。

    ``family`` is the first part of the stream id (``case/2026-000001``).
    """

    family: str
    initial: S
    evolve: Callable[[S, Event], S]

    def fold(self, events: Iterable[Event], state: S | None = None) -> S:
        """重放。Raises :class:`ImpossibleHistory` where the events contradict each other."""
        now = self.initial if state is None else state
        for event in events:
            now = self.evolve(now, event)
        return now

    def stream(self, identity: str) -> str:
        """案卷号，例如 ``case/2026-000001``。"""
        return f"{self.family}/{identity}"


class Load(Protocol):
    """调阅一份案卷的现状；调阅过的案卷，其版本在入账时一并核对。"""

    def __call__(self, aggregate: Aggregate[S], identity: str) -> S:
        """一份案卷的现状；没有的案卷是该类的空白。"""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """写入一份案卷的事件；``key`` 是办件号等分区键，同键的事件在主题中保持次序。"""

    stream: str
    key: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """独占：同一事由只许一份案卷持有（如同一人同一事项只有一份有效承诺）。

    A claim that another stream holds makes the ledger refuse with ``ledger.claim_taken``.
    """

    kind: str
    value: str
    holder: str


@dataclass(frozen=True, slots=True)
class RuleUsed:
    """作决定时所依规则或清单的版本。"""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Plan:
    """一次办理的全部后果：要么一起入账，要么都不入账。没有写入即“无事可办”。"""

    writes: tuple[Write, ...] = ()
    claims: tuple[Claim, ...] = ()
    releases: tuple[Claim, ...] = ()
    rules: tuple[RuleUsed, ...] = ()


Decision: TypeAlias = Plan | Refused
