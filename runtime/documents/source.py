"""文书所据：从账上找到那件事、收件、事项版本与申请人的名称。"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from domain import catalogue, subject
from domain.case import Received
from domain.catalogue import ItemPublished, Listed
from domain.decider import Event, ImpossibleHistory
from domain.document import DocumentKind
from domain.officer import OfficerAppointed
from domain.terms import CaseNo, Sealed, SubjectId
from ledger.application import Ledger
from ledger.mapper import Fact
from runtime.documents.kinds import SOURCES, bare
from runtime.documents.paper import Told
from runtime.exits import Exit, Stop
from runtime.words import title

_REGISTERED: Final = (subject.SubjectRegistered, subject.SubjectImported)


def told(
    ledger: Ledger,
    case_no: CaseNo,
    kind: DocumentKind,
    streams: Iterable[str],
    accounts: Mapping[str, str] = MappingProxyType({}),
) -> Told:
    """出具这种文书所知的一切；``streams`` 是属于本件的其他案卷（承诺、撤销程序……），
    ``accounts`` 是自然人的账号：听证通知书要写明主持人是谁。

    Raises :class:`Stop` ``document.no_case``, ``document.no_event``.
    """
    own = f"case/{case_no}"
    files = {stream: ledger.events(stream) for stream in dict.fromkeys((own, *streams))}
    received = _received(files[own], case_no)
    fact = _latest(kind, files)
    if fact is None:
        event = title("event", SOURCES[kind].event)
        raise Stop(Exit.REFUSED, "document.no_event", case_no=case_no, event=event)
    earlier = [one for one in files[fact.originator_id] if one is not fact]
    wanted = SOURCES[kind].also
    return Told(
        kind=kind,
        fact=fact,
        before=tuple(one.event for one in earlier if _name(one) in wanted),
        case_no=case_no,
        received=received,
        item=_edition(ledger, received),
        applicant=applicant_of(ledger, received.applicant),
        names=dict(_names(ledger, fact.event, accounts)),
    )


def _names(ledger: Ledger, event: Event, accounts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Whom the fact names: parties by the register of subjects, the chair by the officers'."""
    parties: tuple[SubjectId, ...] = getattr(event, "parties", ())
    if (party := getattr(event, "party", None)) is not None:
        parties = (*parties, party)
    for number in parties:
        yield number, applicant_of(ledger, number)
    if (chair := getattr(event, "chair", None)) is not None and chair in accounts:
        yield chair, _opened(ledger, f"officer/{accounts[chair]}", (OfficerAppointed,), chair)


def _name(fact: Fact) -> str:
    return bare(fact.entry.name) if fact.entry else ""


def _received(facts: Iterable[Fact], case_no: str) -> Received:
    for fact in facts:
        if isinstance(fact.event, Received):
            return fact.event
    raise Stop(Exit.REFUSED, "document.no_case", case_no=case_no)


def _latest(kind: DocumentKind, files: dict[str, list[Fact]]) -> Fact | None:
    found = [one for facts in files.values() for one in facts if _name(one) == SOURCES[kind].event]
    return max(found, key=lambda one: one.entry.position if one.entry else -1, default=None)


def _edition(ledger: Ledger, received: Received) -> ItemPublished:
    state = ledger.load(catalogue.AGGREGATE, received.item_code)
    if not isinstance(state, Listed):
        raise ImpossibleHistory(f"item {received.item_code} was never published")
    return state.versions[received.item_version - 1]


def applicant_of(ledger: Ledger, number: SubjectId) -> str:
    """申请人的名称，启封自名册；没有登记过的写编号。

    Raises :class:`~ledger.errors.LedgerError` ``ledger.key_destroyed`` where it may no longer be
    read.
    """
    return _opened(ledger, f"subject/{number}", _REGISTERED, number)


def _opened(ledger: Ledger, stream: str, kinds: tuple[type, ...], number: str) -> str:
    for fact in reversed(ledger.events(stream)):
        name = getattr(fact.event, "name", None) if isinstance(fact.event, kinds) else None
        if isinstance(name, Sealed) and fact.entry is not None:
            place = (fact.entry.name, "name", fact.originator_id, fact.originator_version)
            return ledger.keys.open(name, *place)
    return number
