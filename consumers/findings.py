"""检查结果：复核同意的“不符合承诺内容”，报疑似承诺落空；撤销与否由承诺盯办和人接着办。

Other findings on a licence lead to no proposal of the machine's: a problem in running a business is
no ground of 许可法 69 by itself, whether it is one is for the supervising department to say.
"""

from dataclasses import dataclass, replace
from typing import Final

from consumers.common import evidence, machine
from domain import inspection
from domain.acts.pledges import SuspectBreach
from domain.commitment import BreachGround
from domain.inspection import FindingCode
from domain.refusals import Refusal
from domain.terms import Actor, CommitmentId, Evidence
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from schemas.registry import EVENT_NAMES

NAME: Final = "findings"
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


@dataclass(frozen=True, slots=True)
class Task:
    """底册的一行：一项检查任务所核的承诺，及最近一次录入的结果。"""

    commitment_id: CommitmentId
    codes: tuple[FindingCode, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一项任务一行。"""
    return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下结果，复核同意后再报。"""
    event = delivered.event
    if isinstance(event, inspection.TaskAssigned):
        followed = event.commitment_id and pack(Task(event.commitment_id))
        return Reaction({delivered.stream: followed} if followed else {})
    row = rows.get(delivered.stream)
    if row is None:
        return Reaction()
    task = unpack(row, Task)
    match event:
        case inspection.Inspected():
            shown = (*event.evidence, evidence(delivered))
            recorded = replace(task, codes=event.codes, evidence=shown)
            return Reaction({delivered.stream: pack(recorded)})
        case inspection.FindingReviewed(agreed=True):
            return Reaction({delivered.stream: None}, _suspicions(task, delivered))
        case _:
            return Reaction()


def _suspicions(task: Task, delivered: Delivered) -> tuple[Command, ...]:
    if FindingCode.NOT_AS_PROMISED not in task.codes:
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
    version=1,
    reads=frozenset(name for name in EVENT_NAMES if name.startswith("task.")),
    keys=keys,
    react=react,
)
