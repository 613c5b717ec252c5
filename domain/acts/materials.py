"""材料的办理：存入、换版、复用，以及在审核、决定时固定所看的材料。"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from domain import case, material
from domain.acts.base import Desk, combine, handles, write
from domain.acts.lookups import CASE, not_self
from domain.decider import Decision, Refused
from domain.material import MediaType, SeenAt
from domain.refusals import Refusal
from domain.terms import CaseNo, PersonId, Role, Sha256


@dataclass(frozen=True, slots=True)
class StoreMaterial:
    """存入一份材料；内容已在材料库里，这里只记其摘要、大小与类型。"""

    case_no: CaseNo
    name: str
    sha256: Sha256
    file_bytes: int
    media_type: MediaType


@dataclass(frozen=True, slots=True)
class ReplaceMaterial:
    """以新版替换一份材料，须说明理由；旧版仍在。"""

    case_no: CaseNo
    name: str
    sha256: Sha256
    file_bytes: int
    media_type: MediaType
    reason: str


@dataclass(frozen=True, slots=True)
class ReuseMaterial:
    """复用同一申请人在另一办件里交过的同名材料。"""

    case_no: CaseNo
    name: str
    source_case: CaseNo


MaterialAct: TypeAlias = StoreMaterial | ReplaceMaterial | ReuseMaterial


# -- handlers

FOLDER: Final = material.AGGREGATE
_Running: TypeAlias = (
    case.Checking | case.AwaitingSupplement | case.UnderReview | case.Concluded | case.Closed
)


@handles(StoreMaterial)
def store_material(act: StoreMaterial, desk: Desk) -> Decision:
    """存入：须有此件，申请人只交自己的。"""
    state = _own_case(act.case_no, desk)
    if isinstance(state, Refused):
        return state
    fact = material.Stored(act.name, act.sha256, act.file_bytes, act.media_type, _handler(desk))
    command = material.Store(fact, _registered(state, act.name))
    return _record(act.case_no, command, desk)


@handles(ReplaceMaterial)
def replace_material(act: ReplaceMaterial, desk: Desk) -> Decision:
    """换版。"""
    state = _own_case(act.case_no, desk)
    if isinstance(state, Refused):
        return state
    fact = material.Superseded(
        name=act.name,
        version=0,
        sha256=act.sha256,
        file_bytes=act.file_bytes,
        media_type=act.media_type,
        replaces=act.sha256,
        reason=act.reason,
        handler=_handler(desk),
    )
    return _record(act.case_no, material.Supersede(fact), desk)


@handles(ReuseMaterial)
def reuse_material(act: ReuseMaterial, desk: Desk) -> Decision:
    """复用：只用同一申请人的，取其现行版。"""
    state = _own_case(act.case_no, desk)
    source = desk.load(CASE, act.source_case)
    if isinstance(state, Refused):
        return state
    if isinstance(source, case.Nothing | case.Imported):
        return case.standing(source)
    if source.received.applicant != state.received.applicant:
        return Refused(Refusal.MATERIAL_OTHER_APPLICANT)
    paper = desk.load(FOLDER, act.source_case).papers.get(act.name)
    if paper is None:
        return Refused(Refusal.MATERIAL_NOT_HELD, {"name": act.name})
    known = paper.current
    fact = material.Reused(
        name=act.name,
        sha256=known.sha256,
        file_bytes=known.file_bytes,
        media_type=known.media_type,
        source_case=act.source_case,
        handler=_handler(desk),
    )
    return _record(act.case_no, material.Reuse(fact, _registered(state, act.name)), desk)


def seen(desk: Desk, case_no: CaseNo, step: SeenAt, decision: Decision) -> Decision:
    """审核、决定一入账，所看材料的摘要一同入账；没有办成的不记。"""
    if isinstance(decision, Refused) or not decision.writes:
        return decision
    folder, state = desk.load(FOLDER, case_no), desk.load(CASE, case_no)
    registered = () if isinstance(state, case.Nothing | case.Imported) else state.received.materials
    names = tuple(one.name for one in registered if one.name not in folder.papers)
    fact = material.Seen(step, folder.current, names, desk.handler)
    answer = material.decide(folder, material.Look(fact))
    return combine(decision, write(FOLDER, case_no, case_no, answer))


def _registered(state: _Running, name: str) -> Sha256 | None:
    """收件时以这个名字登记的摘要。"""
    found = (one.sha256 for one in state.received.materials if one.name == name)
    return next(found, None)


def _own_case(case_no: CaseNo, desk: Desk) -> _Running | Refused:
    state = desk.load(CASE, case_no)
    if isinstance(state, case.Nothing | case.Imported):
        return case.standing(state)
    return not_self(desk, state.received.applicant) or state


def _handler(desk: Desk) -> PersonId | None:
    return None if desk.actor.role is Role.APPLICANT else desk.handler


def _record(case_no: CaseNo, command: material.Command, desk: Desk) -> Decision:
    folder = desk.load(FOLDER, case_no)
    return write(FOLDER, case_no, case_no, material.decide(folder, command))
