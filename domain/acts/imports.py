"""导入的办理（imports）：把来源记下的历史收进账里；只由档案人员办，一次导入有始有终。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import approval, case, importing, inspector, past_inspection, subject
from domain.acts.base import Desk, combine, handles, write
from domain.acts.lookups import CASE, LICENCE
from domain.case import CaseImported, StepImported
from domain.decider import Claim, Decision, Refused
from domain.importing import ImportKind, RefusedRows
from domain.inspector import RecusalGround
from domain.refusals import Refusal
from domain.sources import SourceRecord
from domain.subject import OffReason
from domain.terms import CaseNo, Evidence, LicenceNo, Organ, Sha256, SubjectId


@dataclass(frozen=True, slots=True)
class StartImport:
    """开始一次导入；编号由文件与对照表推出，故同一份文件总是同一次导入。"""

    import_id: str
    kind: ImportKind
    source: str
    file_sha256: Sha256
    file_bytes: int
    mapping_sha256: Sha256
    mapping: str


@dataclass(frozen=True, slots=True)
class FinishImport:
    """一次导入完毕。"""

    import_id: str
    rows: int
    taken: int
    known: int
    refused: tuple[RefusedRows, ...]
    report_sha256: Sha256


@dataclass(frozen=True, slots=True)
class ImportCaseStep:
    """导入历史办件的一步。"""

    case_no: CaseNo
    case: CaseImported
    step: StepImported


@dataclass(frozen=True, slots=True)
class ImportLicenceTerm:
    """导入历史许可的一期，连同持有人与终结。"""

    licence_no: LicenceNo
    holder: subject.SubjectImported
    term: approval.LicenceImported
    ending: approval.TermEnding | None


@dataclass(frozen=True, slots=True)
class ImportInspection:
    """导入一项历史检查结果；``fact.licence_known`` 由账本填。"""

    inspection_id: str
    fact: past_inspection.InspectionImported


@dataclass(frozen=True, slots=True)
class LinkInspection:
    """机器：待关联的历史检查，所指的许可到了。"""

    inspection_id: str


@dataclass(frozen=True, slots=True)
class ImportSubject:
    """导入对象名录的一户；来源说已经终止的，随即出库。"""

    subject_id: SubjectId
    fact: subject.SubjectImported
    off: OffReason | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class ImportInspector:
    """导入检查人员名录的一人，连同他申明的回避（对象编号，或者机关代码）。"""

    import_id: str
    fact: inspector.InspectorRegistered
    recused_subjects: tuple[SubjectId, ...]
    recused_organs: tuple[Organ, ...]
    ground: RecusalGround


ImportAct: TypeAlias = (
    StartImport
    | FinishImport
    | ImportCaseStep
    | ImportLicenceTerm
    | ImportInspection
    | LinkInspection
    | ImportSubject
    | ImportInspector
)

IMPORT: Final = importing.AGGREGATE
SUBJECT: Final = subject.AGGREGATE
INSPECTOR: Final = inspector.AGGREGATE
INSPECTION: Final = past_inspection.AGGREGATE


@handles(StartImport)
def start_import(act: StartImport, desk: Desk) -> Decision:
    """开始导入。"""
    fact = importing.ImportStarted(
        act.kind, act.source, act.file_sha256, act.file_bytes, act.mapping_sha256, act.mapping
    )
    outcome = importing.decide(desk.load(IMPORT, act.import_id), importing.Start(fact))
    return write(IMPORT, act.import_id, act.import_id, outcome)


@handles(FinishImport)
def finish_import(act: FinishImport, desk: Desk) -> Decision:
    """导入完毕。"""
    fact = importing.ImportFinished(act.rows, act.taken, act.known, act.refused, act.report_sha256)
    outcome = importing.decide(desk.load(IMPORT, act.import_id), importing.Finish(fact))
    return write(IMPORT, act.import_id, act.import_id, outcome)


@handles(ImportCaseStep)
def import_case_step(act: ImportCaseStep, desk: Desk) -> Decision:
    """历史办件的一步。"""
    command = case.ImportStep(act.case, act.step)
    outcome = case.decide(desk.load(CASE, act.case_no), command)
    decision = write(CASE, act.case_no, act.case_no, outcome)
    return _under_way(desk, act.step.origin.import_id, decision)


@handles(ImportLicenceTerm)
def import_licence_term(act: ImportLicenceTerm, desk: Desk) -> Decision:
    """历史许可的一期；持有人第一次出现时一并记下。没有新的一期，也就不记持有人。"""
    command = approval.ImportTerm(act.term, act.ending)
    outcome = approval.decide(desk.load(LICENCE, act.licence_no), command)
    decision = write(LICENCE, act.licence_no, act.licence_no, outcome)
    if isinstance(outcome, tuple) and outcome:
        decision = combine(_holder(desk, act.term.holder, act.holder), decision)
    return _under_way(desk, act.term.origin.import_id, decision)


def _holder(desk: Desk, identity: SubjectId, fact: subject.SubjectImported) -> Decision:
    outcome = subject.decide(desk.load(SUBJECT, identity), subject.Import(fact))
    return write(SUBJECT, identity, identity, outcome)


@handles(ImportInspection)
def import_inspection(act: ImportInspection, desk: Desk) -> Decision:
    """一项历史检查结果；许可在账即关联，不在账的待关联。"""
    command = past_inspection.Import(act.fact, _is_known(desk, act.fact.licence_no))
    state = desk.load(INSPECTION, act.inspection_id)
    decision = write(
        INSPECTION, act.inspection_id, act.inspection_id, past_inspection.decide(state, command)
    )
    return _under_way(desk, act.fact.origin.import_id, decision)


@handles(LinkInspection)
def link_inspection(act: LinkInspection, desk: Desk) -> Decision:
    """待关联的关联。"""
    state = desk.load(INSPECTION, act.inspection_id)
    known = isinstance(state, past_inspection.Waiting) and _is_known(
        desk, state.imported.licence_no
    )
    outcome = past_inspection.decide(state, past_inspection.Link(known))
    return write(INSPECTION, act.inspection_id, act.inspection_id, outcome)


@handles(ImportSubject)
def import_subject(act: ImportSubject, desk: Desk) -> Decision:
    """对象名录的一户；来源里的同一条记录内容变了的不收，变更由监管部门登记。"""
    state, origin = desk.load(SUBJECT, act.subject_id), act.fact.origin
    if isinstance(state, subject.Imported) and _changed(state.fact.origin, origin):
        return Refused(Refusal.IMPORT_DIFFERS, {"record": origin.record})
    outcome = subject.decide(state, subject.Import(act.fact))
    if isinstance(outcome, Refused):
        return outcome
    if act.off is not None and act.ended_on is not None:
        now = SUBJECT.fold(outcome, state)
        proof = Evidence(f"{origin.source} {origin.record}", origin.sha256)
        fact = subject.Deregistered(act.off, act.ended_on, (proof,), desk.handler)
        ended = subject.decide(now, subject.Deregister(fact, desk.today))
        if isinstance(ended, Refused):
            return ended
        outcome = (*outcome, *ended)
    decision = write(SUBJECT, act.subject_id, act.subject_id, outcome)
    return _under_way(desk, origin.import_id, decision)


def _changed(known: SourceRecord, now: SourceRecord) -> bool:
    """The same record of the same source, with another content."""
    same = (known.source, known.record) == (now.source, now.record)
    return same and known.sha256 != now.sha256


@handles(ImportInspector)
def import_inspector(act: ImportInspector, desk: Desk) -> Decision:
    """检查人员名录的一人；在库而内容不同的不收，换证、换所站由所在部门登记。"""
    person = act.fact.person
    state = desk.load(INSPECTOR, person)
    known = inspector.entered(state)
    if known is not None and known != act.fact:
        return Refused(Refusal.IMPORT_DIFFERS, {"record": person})
    if isinstance(state, inspector.Removed):
        return Refused(Refusal.INSPECTOR_REMOVED, {"last_day": str(state.by.last_day)})
    outcome = inspector.decide(state, inspector.Register(act.fact))
    if isinstance(outcome, Refused):
        return outcome
    events = outcome
    for target in (*act.recused_subjects, *act.recused_organs):
        own = target in act.recused_subjects
        fact = inspector.RecusalDeclared(
            SubjectId(target) if own else None,
            None if own else Organ(target),
            act.ground,
            "",
            desk.handler,
        )
        declared = inspector.decide(INSPECTOR.fold(events, state), inspector.DeclareRecusal(fact))
        events = (*events, *(declared if isinstance(declared, tuple) else ()))
    holder = INSPECTOR.stream(person)
    claims = (Claim("certificate", act.fact.certificate_no, holder),) if outcome else ()
    decision = write(INSPECTOR, person, person, events, claims=claims)
    return _under_way(desk, act.import_id, decision)


def _is_known(desk: Desk, licence_no: LicenceNo) -> bool:
    return not isinstance(desk.load(LICENCE, licence_no), approval.Nothing)


def _under_way(desk: Desk, import_id: str, decision: Decision) -> Decision:
    """有东西要记，就须在一次开始了而没有完毕的导入之内。"""
    if isinstance(decision, Refused) or not decision.writes:
        return decision
    return importing.not_open(desk.load(IMPORT, import_id)) or decision
