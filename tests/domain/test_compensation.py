"""补偿与赔偿：立案一次，决定一次，说明理由。"""

from dataclasses import replace

from domain import compensation
from domain.compensation import CompensationCause, Decide, Decided, Opened, OpenTask
from domain.decider import Event
from domain.refusals import Refusal
from domain.terms import CaseNo, LicenceNo, Organ, PersonId, SubjectId
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(compensation.AGGREGATE, compensation.decide)

OPENED = Opened(
    CompensationCause.WITHDRAWN,
    LicenceNo("JY-1"),
    CaseNo("2026-000001"),
    SubjectId("S-1"),
    Organ("350505-SPJ"),
    "CH-1",
)
DECIDED = Decided(120_000, "BC-1", "搬迁与停业损失", PersonId("P-D"))
LIVES: tuple[tuple[Event, ...], ...] = ((OPENED,), (OPENED, DECIDED))


def test_a_task_is_opened_once() -> None:
    """一项决定只立一次。"""
    given().when(OpenTask(OPENED)).then(OPENED)
    for life in LIVES:
        given(*life).when(OpenTask(OPENED)).then()


def test_the_amount_is_decided_with_reasons() -> None:
    """给多少、为何，一次说清；不给的为零，也说明理由。"""
    given(OPENED).when(Decide(DECIDED)).then(DECIDED)
    nothing = replace(DECIDED, amount_yuan=0, reasons="没有实际损失")
    given(OPENED).when(Decide(nothing)).then(nothing)
    for wrong in (replace(DECIDED, amount_yuan=-1), replace(DECIDED, reasons=" ")):
        given(OPENED).when(Decide(wrong)).refused(Refusal.COMPENSATION_REASONS)
    given(OPENED, DECIDED).when(Decide(DECIDED)).then()
    given(OPENED, DECIDED).when(Decide(nothing)).refused(
        Refusal.COMPENSATION_DECIDED, document_no="BC-1", handler="P-D"
    )
    given().when(Decide(DECIDED)).refused(Refusal.COMPENSATION_NOT_FOUND)


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    check_impossible(compensation.AGGREGATE, ((), *LIVES), (OPENED, DECIDED))


def test_decider_laws() -> None:
    """补偿守决定者的共同规矩。"""
    commands = anything(compensation.Command)
    check_decider_laws(compensation.AGGREGATE, compensation.decide, commands, LIVES)
