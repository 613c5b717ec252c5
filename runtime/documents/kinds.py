"""每种文书出自哪件事：正文在 messages 的 [document] 表，空格由这里的事实来填。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from string import Formatter
from typing import Final

from domain.document import DocumentKind
from runtime.messages import tables
from schemas.registry import EVENT_NAMES

# What every paper can say besides the facts of its event (runtime/documents/paper.py).
COMMON: Final = frozenset({"applicant", "case_no", "item", "received_on"})


@dataclass(frozen=True, slots=True)
class Source:
    """所据的事件，与文号所在的字段；``also``：同一案卷里更早的、正文也要引的事件。

    Events are named without their version: a grown event is still the same fact. ``number`` None:
    the number is that of the file itself.
    """

    event: str
    number: str | None
    also: tuple[str, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """这些事件的全部字段名。"""
        kinds = [
            EVENT_NAMES[name] for name in EVENT_NAMES if bare(name) in {self.event, *self.also}
        ]
        return frozenset(item.name for kind in kinds for item in fields(kind))  # type: ignore[arg-type]


SOURCES: Final[Mapping[DocumentKind, Source]] = {
    DocumentKind.ACCEPTANCE: Source("case.accepted", "document_no"),
    DocumentKind.SUPPLEMENT: Source("case.supplement_requested", "notice_no"),
    DocumentKind.DECLINE: Source("case.declined", "document_no"),
    DocumentKind.APPROVAL: Source("case.approved", "decision_no"),
    DocumentKind.REJECTION: Source("case.rejected", "decision_no"),
    DocumentKind.REVOCATION_NOTICE: Source(
        "revocation.notice_served", "notice_no", ("revocation.proposed",)
    ),
    DocumentKind.REVOCATION: Source("revocation.decided", "decision_no", ("revocation.proposed",)),
    DocumentKind.COMMITMENT: Source("commitment.made", None),
}


def bare(event: str) -> str:
    """事件名去掉版本，如 ``case.accepted``。"""
    return event.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Wording:
    """一种文书的写法：标题、正文、救济各段，与所引的依据。"""

    title: str
    text: str
    remedy: str
    basis: tuple[str, ...]

    @property
    def blanks(self) -> frozenset[str]:
        """正文与救济里的空格。"""
        return frozenset(_blanks(self.text + self.remedy))


def wording(kind: DocumentKind) -> Wording:
    """一种文书的写法。Raises KeyError: a kind without words is a bug."""
    entry = tables()["document"][kind]
    if not isinstance(entry, dict):
        raise TypeError(kind)
    return Wording(entry["title"], entry["text"], entry["remedy"], tuple(entry["basis"]))


def _blanks(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(text) if name)
