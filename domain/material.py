"""材料卷（material）：一件办件的各份材料、各自的版本，以及审核、决定的人看到的是哪一版。

The folder holds hashes only; the bytes lie in a content-addressed store outside the ledger. What
somebody decided on is therefore fixed: another byte is another hash.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Material, PersonId, Sha256
from domain.texts import is_sound_name


class MediaType(StrEnum):
    """材料的类型，由内容认定，不看文件名。"""

    PDF = "PDF"  # 版式文件
    OFD = "OFD"  # 国产版式文件（GB/T 33190）
    PNG = "PNG"  # 无损图像
    JPEG = "JPEG"  # 照片图像
    TEXT = "TEXT"  # 纯文本


class SeenAt(StrEnum):
    """在哪一步看的材料。"""

    REVIEW = "REVIEW"  # 审核
    APPROVAL = "APPROVAL"  # 准予许可
    REJECTION = "REJECTION"  # 不予许可


# -- events


@dataclass(frozen=True, slots=True)
class Stored(Event):
    """材料存入：一份新的材料。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:29", "dzqmf:5")
    name: str
    sha256: Sha256
    file_bytes: int
    media_type: MediaType
    handler: PersonId | None  # 申请人自己提交的没有


@dataclass(frozen=True, slots=True)
class Superseded(Event):
    """材料换版：旧版仍在。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:29", "dzqmf:5")
    name: str
    version: int
    sha256: Sha256
    file_bytes: int
    media_type: MediaType
    replaces: Sha256
    reason: str
    handler: PersonId | None


@dataclass(frozen=True, slots=True)
class Reused(Event):
    """材料复用：同一申请人在别的办件里交过的，不必再交。"""

    BASIS: ClassVar[tuple[str, ...]] = ("zxzwfw:7",)
    name: str
    sha256: Sha256
    file_bytes: int
    media_type: MediaType
    source_case: CaseNo
    handler: PersonId | None


@dataclass(frozen=True, slots=True)
class Seen(Event):
    """审核、决定时所看的材料，以摘要固定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:34", "dzqmf:5")
    step: SeenAt
    materials: tuple[Material, ...]
    not_held: tuple[str, ...]  # 收件时登记过、内容没有存入的材料
    handler: PersonId


MaterialEvent: TypeAlias = Stored | Superseded | Reused | Seen
Arrival: TypeAlias = Stored | Superseded | Reused


# -- state


@dataclass(frozen=True, slots=True)
class Paper:
    """一份材料的各版，先后有序；末一版是现行的。"""

    versions: tuple[Arrival, ...]

    @property
    def current(self) -> Arrival:
        """现行的一版。"""
        return self.versions[-1]

    @property
    def version(self) -> int:
        """现行版的序号，从一起。"""
        return len(self.versions)


@dataclass(frozen=True, slots=True)
class Folder:
    """一件办件的材料卷；空的即尚无材料。"""

    papers: dict[str, Paper] = field(default_factory=dict)
    looks: tuple[Seen, ...] = ()

    @property
    def current(self) -> tuple[Material, ...]:
        """各份材料的现行版。"""
        return tuple(Material(name, paper.current.sha256) for name, paper in self.papers.items())

    def decided_on(self, sha256: Sha256) -> Seen | None:
        """据这一版材料作出的决定；审核还不是决定。"""
        for look in self.looks:
            if look.step is not SeenAt.REVIEW and sha256 in {m.sha256 for m in look.materials}:
                return look
        return None

    def with_version(self, event: Arrival) -> "Folder":
        """添上一版。"""
        known = self.papers[event.name].versions if event.name in self.papers else ()
        papers = self.papers | {event.name: Paper((*known, event))}
        return Folder(papers, self.looks)


State: TypeAlias = Folder


def held_otherwise(name: str, paper: Paper) -> Refused:
    """这个名字下已有别的内容，由谁交来。"""
    facts = {"name": name, "version": str(paper.version), "handler": _who(paper.current)}
    return Refused(Refusal.MATERIAL_HELD, facts)


def _who(event: Arrival) -> str:
    return event.handler or "?"


# -- commands


@dataclass(frozen=True, slots=True)
class Store:
    """存入。``registered``: the hash under which the case took this material in, if it did."""

    fact: Stored
    registered: Sha256 | None

    def decide(self, state: State) -> Answer:
        """与收件时登记的摘要相符；名下已有别的内容的，须换版。"""
        return _arrive(state, self.fact, self.registered)


def _arrive(state: State, fact: "Stored | Reused", registered: Sha256 | None) -> Answer:
    """新的一份：名字要好，名下没有别的内容，与收件时登记的是同一份。"""
    known = state.papers.get(fact.name)
    if known is not None and known.current.sha256 == fact.sha256:
        return ()
    if known is not None:
        return held_otherwise(fact.name, known)
    if not is_sound_name(fact.name):
        return Refused(Refusal.MATERIAL_NAME, {"name": fact.name})
    if registered not in {None, fact.sha256}:
        return Refused(Refusal.MATERIAL_DIFFERS, {"name": fact.name})
    return (fact,)


@dataclass(frozen=True, slots=True)
class Supersede:
    """换版；``fact.version`` and ``fact.replaces`` are set here, whatever they carry."""

    fact: Superseded

    def decide(self, state: State) -> Answer:
        """须说明理由；已据以作出决定的一版不得替换。"""
        fact = self.fact
        known = state.papers.get(fact.name)
        if known is None:
            return Refused(Refusal.MATERIAL_NOT_HELD, {"name": fact.name})
        current = known.current
        if current.sha256 == fact.sha256:
            return ()
        if not fact.reason.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        if (look := state.decided_on(current.sha256)) is not None:
            facts = {"name": fact.name, "handler": look.handler}
            return Refused(Refusal.MATERIAL_DECIDED_ON, facts)
        return (
            Superseded(
                name=fact.name,
                version=known.version + 1,
                sha256=fact.sha256,
                file_bytes=fact.file_bytes,
                media_type=fact.media_type,
                replaces=current.sha256,
                reason=fact.reason,
                handler=fact.handler,
            ),
        )


@dataclass(frozen=True, slots=True)
class Reuse:
    """复用别的办件里的现行版；``registered`` as for :class:`Store`."""

    fact: Reused
    registered: Sha256 | None = None

    def decide(self, state: State) -> Answer:
        """与收件时登记的摘要相符；名下已有别的内容的不能复用。"""
        return _arrive(state, self.fact, self.registered)


@dataclass(frozen=True, slots=True)
class Look:
    """记下看了什么。"""

    fact: Seen

    def decide(self, state: State) -> Answer:
        """卷里没有材料的，没有可固定的；同样的不再记。"""
        if not state.papers or self.fact in state.looks:
            return ()
        return (self.fact,)


Command: TypeAlias = Store | Supersede | Reuse | Look


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的材料卷。Raises ImpossibleHistory."""
    match event:
        case Stored() | Reused() if event.name not in state.papers:
            return state.with_version(event)
        case Superseded(name=name) if name in state.papers:
            paper = state.papers[name]
            told = (paper.version + 1, paper.current.sha256)
            if told == (event.version, event.replaces):
                return state.with_version(event)
        case Seen() if state.papers:
            return Folder(state.papers, (*state.looks, event))
        case _:
            pass
    raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("material", Folder(), evolve)
