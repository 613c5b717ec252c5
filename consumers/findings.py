"""检查结果：复核同意的“不符合承诺内容”，报疑似承诺落空；所查的是报备的，疑其合格报告。
撤销与否由承诺盯办和人接着办。无法联系的立项核实；被推翻的撤下。导入的历史检查，所指的许可到了即关联。

Rows: ``task/…``, and ``licence/…`` for the imported inspections that wait for that licence.

Other findings on a licence lead to no proposal of the machine's: a problem in running a business is
no ground of 许可法 69 by itself, whether it is one is for the supervising department to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from consumers.common import evidence, machine
from domain import approval, check_result, inspection_task, past_inspection
from domain.acts.check_results import WithdrawResult
from domain.acts.filings import ChallengeReport
from domain.acts.follow_ups import OpenContactCheck
from domain.acts.imports import LinkInspection
from domain.acts.pledges import SuspectBreach
from domain.code_set import CodeKind
from domain.commitment import BreachGround
from domain.refusals import Refusal
from domain.terms import Actor, CommitmentId, Evidence
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import EVENT_NAMES, names_of_kinds

NAME: Final = "findings"
READS: Final = frozenset(
    {check_result.ResultFormed, check_result.ResultCorrected, check_result.ResultOverturned}
)
ACTOR: Final[Actor] = machine(NAME)

# The commitment is already suspected or broken, or is over: nothing left to report.
SETTLED: Final = frozenset(
    {
        Refusal.COMMITMENT_SUSPECTED,
        Refusal.COMMITMENT_BROKEN,
        Refusal.COMMITMENT_FULFILLED,
        Refusal.COMMITMENT_VOIDED,
    }
)
# The filing ended before the result stood: nothing left to doubt.
STRUCK: Final = frozenset({Refusal.FILING_CANCELLED, Refusal.FILING_WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Task:
    """底册的一行：一项检查任务所核的承诺，及最近一次录入的结果。"""

    commitment_id: CommitmentId
    kinds: tuple[CodeKind, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """底册的一行：等着一份许可的各项历史检查。"""

    inspections: tuple[str, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项任务一行；历史检查归到它所指的许可。"""
    event = delivered.event
    if isinstance(event, past_inspection.InspectionImported):
        return (f"licence/{event.licence_no}",)
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下结果，复核同意后再报；许可到了，把等着它的历史检查关联上。"""
    event = delivered.event
    match event:
        case past_inspection.InspectionImported(licence_known=False):
            return _wait(rows, delivered, event)
        case past_inspection.InspectionImported():
            return Reaction()
        case approval.LicenceImported() | approval.Granted():
            return _link(rows, delivered.stream)
        case check_result.ResultFormed() | check_result.ResultCorrected():
            return Reaction(commands=tuple(_formed(delivered, event)))
        case check_result.ResultOverturned():
            act = WithdrawResult(delivered.identity)
            return Reaction(commands=(Command("withdraw", act, ACTOR),))
        case _:
            return _followed(rows, delivered)


def _formed(
    delivered: Delivered, event: check_result.ResultFormed | check_result.ResultCorrected
) -> Iterator[Command]:
    """What a result that stands sets going by itself; what it means people decide."""
    if event.outcome.automatic:
        yield Command("contact", OpenContactCheck(delivered.identity), ACTOR)
    first = event if isinstance(event, check_result.ResultFormed) else None
    if first and first.filing_no and CodeKind.BREACH in first.outcome.kinds:
        doubt = ChallengeReport(first.filing_no, (evidence(delivered),))
        yield Command("challenge", doubt, ACTOR, STRUCK)


def _wait(rows: Rows, delivered: Delivered, event: past_inspection.InspectionImported) -> Reaction:
    stream = f"licence/{event.licence_no}"
    waiting = _waiting(rows, stream)
    return Reaction({stream: pack(Waiting((*waiting, delivered.identity)))})


def _link(rows: Rows, stream: str) -> Reaction:
    """What was imported before the licence waits; what comes after it is linked at once."""
    waiting = _waiting(rows, stream)
    commands = tuple(Command(f"link.{one}", LinkInspection(one), ACTOR) for one in waiting)
    return Reaction({stream: None} if waiting else {}, commands)


def _waiting(rows: Rows, stream: str) -> tuple[str, ...]:
    row = rows.get(stream)
    return unpack(row, Waiting).inspections if row else ()


def _followed(rows: Rows, delivered: Delivered) -> Reaction:
    event = delivered.event
    if isinstance(event, inspection_task.TaskAssigned):
        followed = event.commitment_id and pack(Task(event.commitment_id))
        return Reaction({delivered.stream: followed} if followed else {})
    row = rows.get(delivered.stream)
    if row is None:
        return Reaction()
    task = unpack(row, Task)
    match event:
        case inspection_task.Inspected():
            shown = (*event.evidence, evidence(delivered))
            recorded = replace(task, kinds=event.meant, evidence=shown)
            return Reaction({delivered.stream: pack(recorded)})
        case inspection_task.TaskWithdrawn():
            return Reaction({delivered.stream: None})
        case inspection_task.FindingReviewed(agreed=True):
            return Reaction({delivered.stream: None}, _suspicions(task, delivered))
        case _:
            return Reaction()


def _suspicions(task: Task, delivered: Delivered) -> tuple[Command, ...]:
    if CodeKind.BREACH not in task.kinds:
        return ()
    act = SuspectBreach(
        task.commitment_id,
        BreachGround.NOT_AS_PROMISED,
        (*task.evidence, evidence(delivered)),
        delivered.identity,
    )
    return (Command("suspect", act, ACTOR, SETTLED),)


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=3,
    reads=frozenset(
        {
            "inspection.imported.v1",
            "licence.imported.v1",
            "licence.granted.v1",
            *(name for name in EVENT_NAMES if name.startswith("task.")),
            *names_of_kinds(READS),
        }
    ),
    keys=keys,
    react=react,
)
