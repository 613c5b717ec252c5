"""出具：排版、存入材料库、入账、用印；断在哪一步，再来一次就从那一步接着。"""

from dataclasses import dataclass
from uuid import uuid4

from domain import document, seal
from domain.acts import Act
from domain.acts.documents import IssueDocument, UseSeal, document_id
from domain.terms import Actor, Sha256
from ledger.application import Ledger, OutcomeKind, Request
from runtime.documents.paper import Told, compose
from runtime.documents.render import TEMPLATE_VERSION, render
from runtime.documents.seal import Seal
from runtime.exits import Exit, Stop
from runtime.materials.port import Store


@dataclass(frozen=True, slots=True)
class Paper:
    """一份文书：编号、文号、盖前与盖后的摘要；没有出具、没有用印的空着。"""

    identity: str
    number: str
    sha256: Sha256 | None
    sealed_sha256: Sha256 | None


def standing(ledger: Ledger, told: Told) -> Paper:
    """这份文书办到了哪一步。"""
    identity = document_id(told.fact.originator_id, told.kind, told.number)
    state = ledger.load(document.AGGREGATE, identity)
    sealed = ledger.load(seal.AGGREGATE, identity)
    return Paper(
        identity,
        told.number,
        None if isinstance(state, document.Nothing) else state.issued.sha256,
        sealed.used.sealed_sha256 if isinstance(sealed, seal.Sealed) else None,
    )


def draft(told: Told, chosen: Seal) -> bytes:
    """只看一看：页面上打着“草稿”，不入账。"""
    return render(compose(told, chosen.note, draft=True))


def issue(ledger: Ledger, store: Store, chosen: Seal, told: Told, actor: Actor) -> Paper:
    """出具并用印；早已出具、用印的照旧。Raises :class:`Stop` with the ledger's refusal."""
    paper = standing(ledger, told)
    if paper.sha256 is None:
        held = store.put([render(compose(told, chosen.note))])
        act = IssueDocument(
            case_no=told.case_no,
            kind=told.kind,
            number=told.number,
            source_stream=told.fact.originator_id,
            source_event=told.fact.meta.event_id,
            sha256=held.sha256,
            file_bytes=held.file_bytes,
            template=TEMPLATE_VERSION,
        )
        execute(ledger, act, actor)
        paper = standing(ledger, told)
    if paper.sealed_sha256 is None and paper.sha256 is not None:
        with store.open(paper.sha256) as file:
            sealed = chosen.apply(file.read(), told.organ)
        kept = store.put([sealed.content])
        use = UseSeal(
            document_id=paper.identity,
            source=chosen.source,
            sha256=paper.sha256,
            sealed_sha256=kept.sha256,
            certificate_sha256=sealed.certificate_sha256,
        )
        execute(ledger, use, actor)
    return standing(ledger, told)


def execute(ledger: Ledger, act: Act, actor: Actor) -> OutcomeKind:
    """办一件事；依法不予办理的停下说明。"""
    outcome = ledger.execute(Request(act, actor, uuid4()))
    if outcome.kind is OutcomeKind.REFUSED:
        raise Stop(Exit.REFUSED, outcome.code or "", **outcome.facts)
    return outcome.kind
