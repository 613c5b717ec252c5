"""办理过程：一步推一次；受理的了结预登记；有代办人的，决定之后记一次分。"""

from dataclasses import replace
from datetime import date

from consumers.progress import SUPERVISOR
from domain import case
from domain.acts import Act
from domain.acts.oversight import ClosePreregistration
from domain.acts.services import AwardPoints, PushProgress
from domain.decider import Event
from domain.record import ProgressStage
from domain.terms import PersonId
from runtime.scenarios.book import Notes
from tests.deliveries import CASE, CLERK, REVIEWER, Book, accepted, approved, played, received

DAY = date(2026, 3, 2)
REVIEWED = case.Reviewed(case.ReviewOpinion.APPROVE, "齐全", REVIEWER)
AGENTED = replace(received(), agent=PersonId("P-agent"))


def acts(*events: Event, rows: Notes | None = None) -> list[Act]:
    """这一件办件引出的办理。"""
    book = Book()
    for event in events:
        book.add(f"case/{CASE}", event)
    return [command.act for command in played(SUPERVISOR, book.kept, rows)]


def stages(*events: Event) -> list[ProgressStage]:
    """推送了哪几步。"""
    return [act.stage for act in acts(*events) if isinstance(act, PushProgress)]


def test_every_step_is_pushed_once() -> None:
    """受理（含视为受理）、不予受理、审核、送达各推送一次；收件与决定不在此推送。"""
    delivered = case.Delivered("D-1", "窗口", CLERK)
    deemed = case.DeemedAccepted(
        DAY, accepted().kind, 7, 20, date(2026, 3, 11), date(2026, 3, 30), provisional=False
    )
    declined = case.Declined(case.DeclineReason.NOT_REQUIRED, None, "无须", DAY, "BS-1", CLERK)
    whole = stages(received(), accepted(), REVIEWED, approved(), delivered)
    assert whole == [ProgressStage.ACCEPTED, ProgressStage.REVIEWED, ProgressStage.DELIVERED]
    assert stages(received(), deemed) == [ProgressStage.ACCEPTED]
    assert stages(received(), declined) == [ProgressStage.DECLINED]


def test_acceptance_closes_the_preregistration() -> None:
    """受理：窗口了结，重新计数（规则 4）。"""
    assert ClosePreregistration(CASE) in acts(received(), accepted())
    assert ClosePreregistration(CASE) not in acts(received(), REVIEWED)


def test_the_agent_has_his_points_when_it_is_decided() -> None:
    """有代办人的，决定之后记一次分；没有代办人的、撤回的没有。"""
    assert acts(AGENTED, accepted(), approved()).count(AwardPoints(CASE)) == 1
    assert AwardPoints(CASE) not in acts(received(), accepted(), approved())
    withdrawn = case.Withdrawn(case.WithdrawalGround.APPLICANT, "不办了", DAY, CLERK)
    rows = Notes()
    assert AwardPoints(CASE) not in acts(AGENTED, accepted(), withdrawn, rows=rows)
    assert list(rows.scan("")) == []
