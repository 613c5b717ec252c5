"""每种文书出自哪件事：正文在 messages 的 [document] 表，空格由这里的事实来填。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from string import Formatter
from typing import Final

from domain.clock import Dues
from domain.document import DocumentKind
from runtime.messages import tables
from schemas.registry import EVENT_NAMES

# What every paper can say besides the facts of its event (runtime/documents/paper.py).
COMMON: Final = frozenset({"applicant", "case_no", "file", "item", "received_on"})


@dataclass(frozen=True, slots=True)
class Source:
    """所据的事件，与文号所在的字段；``also``：同一案卷里更早的、正文也要引的事件。

    Events are named without their version: a grown event is still the same fact. ``number`` None:
    the number is that of the file itself. ``adverse``: it takes something from the person, or
    refuses it, and must say how to be reviewed. ``to``: the field that names whom it is for, where
    that is not the applicant.
    """

    event: str
    number: str | None
    also: tuple[str, ...] = ()
    adverse: bool = False
    to: str | None = None

    @property
    def facts(self) -> frozenset[str]:
        """这些事件的全部字段名；``dues`` 里的各项期限也在内。"""
        kinds = [
            EVENT_NAMES[name] for name in EVENT_NAMES if bare(name) in {self.event, *self.also}
        ]
        known = {item.name for kind in kinds for item in fields(kind)}  # type: ignore[arg-type]
        return frozenset(known | ({one.name for one in fields(Dues)} if DUES in known else set()))


DUES: Final = "dues"  # where the deadlines of a case stand: a record inside the event
_PROPOSED: Final = ("revocation.proposed", "revocation.taken_over")
SOURCES: Final[Mapping[DocumentKind, Source]] = {
    # 收件、受理
    DocumentKind.RECEIPT: Source("case.received", "receipt_no"),
    DocumentKind.SUPPLEMENT: Source("case.supplement_requested", "notice_no"),
    DocumentKind.ACCEPTANCE: Source("case.accepted", "document_no"),
    DocumentKind.GAPS: Source("case.gaps_accepted", "document_no", ("case.accepted",)),
    DocumentKind.DECLINE: Source("case.declined", "document_no", adverse=True),
    DocumentKind.ACCEPTANCE_REVOCATION: Source(
        "case.acceptance_revoked", "document_no", adverse=True
    ),
    DocumentKind.WITHDRAWAL: Source("case.withdrawn", None),
    # 办理之中
    DocumentKind.FEE: Source("case.fee_notified", "notice_no"),
    DocumentKind.PAUSE: Source("case.paused", "notice_no"),
    DocumentKind.EXTENSION: Source("case.extended", "notice_no"),
    DocumentKind.PARTY: Source("hearing.party_notified", "notice_no", to="party"),
    DocumentKind.HEARING: Source("hearing.right_told", "notice_no"),
    DocumentKind.HEARING_NOTICE: Source("hearing.announced", "notice_no"),
    DocumentKind.COMMITMENT: Source("commitment.made", None),
    DocumentKind.RECTIFICATION: Source(
        "commitment.rectification_ordered", "document_no", adverse=True
    ),
    # 决定、送达
    DocumentKind.APPROVAL: Source("case.approved", "decision_no"),
    DocumentKind.REJECTION: Source("case.rejected", "decision_no", adverse=True),
    DocumentKind.DELIVERY: Source("document.delivered", "proof", ("document.issued",)),
    # 许可的一生
    DocumentKind.CHANGE: Source("licence.changed", "decision_no"),
    DocumentKind.RENEWAL: Source("licence.renewed", "decision_no"),
    DocumentKind.RENEWAL_REFUSAL: Source("licence.renewal_refused", "decision_no", adverse=True),
    DocumentKind.REVOCATION_NOTICE: Source("revocation.notice_served", "notice_no", _PROPOSED),
    DocumentKind.REVOCATION: Source("revocation.decided", "decision_no", _PROPOSED, adverse=True),
    DocumentKind.LICENCE_WITHDRAWAL: Source("licence.withdrawn", "decision_no", adverse=True),
    DocumentKind.DEREGISTRATION: Source("licence.deregistered", None, adverse=True),
    DocumentKind.COMPENSATION: Source(
        "compensation.decided", "document_no", ("compensation.opened",), adverse=True
    ),
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
