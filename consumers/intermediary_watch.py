"""中介盯办：一家中介被暂停、退出，或一份报告被认定无效，凡靠这家中介报告通过的备案都提出疑问。

Rows: ``intermediary/<id>`` → the filings that rest on its reports. A doubt is no judgment: the
supervising department upholds or invalidates each report.
"""

from dataclasses import dataclass
from typing import Final

from consumers.common import evidence, machine
from domain import filing, intermediary
from domain.acts.filings import ChallengeReport
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor

NAME: Final = "intermediary_watch"
ACTOR: Final[Actor] = machine(NAME)

# Not on file yet (pending filings are not void), or no longer: nothing to doubt.
SETTLED: Final = frozenset(
    {
        Refusal.FILING_LODGED,
        Refusal.FILING_SENT_BACK,
        Refusal.FILING_CANCELLED,
        Refusal.FILING_WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class Resting:
    """底册的一行：靠一家中介报告的各件报备。"""

    filings: tuple[CaseNo, ...] = ()


def keys(delivered: Delivered) -> tuple[str, ...]:
    """一家中介一行。"""
    match delivered.event:
        case filing.Submitted(intermediary=name) | filing.ReportInvalidated(intermediary=name):
            return (intermediary.AGGREGATE.stream(name),)
        case _:
            return (delivered.stream,)


def react(rows: Rows, delivered: Delivered) -> Reaction:
    """记下新的报备；中介出了事，逐件提出疑问。"""
    (key,) = keys(delivered)
    row = rows.get(key)
    resting = unpack(row, Resting).filings if row else ()
    number = CaseNo(delivered.identity)
    match delivered.event:
        case filing.Submitted() if number in resting:
            return Reaction()
        case filing.Submitted():
            return Reaction({key: pack(Resting((*resting, number)))})
        case filing.ReportInvalidated():
            return _doubt(tuple(one for one in resting if one != number), delivered)
        case _:
            return _doubt(resting, delivered)


def _doubt(filings: tuple[CaseNo, ...], delivered: Delivered) -> Reaction:
    proof = (evidence(delivered),)
    return Reaction(
        commands=tuple(
            Command(f"challenge {number}", ChallengeReport(number, proof), ACTOR, SETTLED)
            for number in filings
        )
    )


SUPERVISOR: Final = Supervisor(
    name=NAME,
    version=1,
    reads=frozenset(
        {
            "filing.submitted.v1",
            "filing.report_invalidated.v1",
            "intermediary.suspended.v1",
            "intermediary.exited.v1",
        }
    ),
    keys=keys,
    react=react,
)
