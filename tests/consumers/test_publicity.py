"""公示：该公示的开，该撤的撤，该恢复的恢复；一事一次。"""

from datetime import date

from consumers.publicity import SUPERVISOR
from domain import approval, case, publication
from domain.acts import Act
from domain.acts.publications import (
    OpenPublication,
    OverturnRevoked,
    Publish,
    RestorePublished,
    WithdrawPublication,
)
from domain.decider import Event
from domain.publication import PublicMatter
from domain.terms import LicenceNo
from tests.deliveries import BUREAU, CASE, DECIDER, LICENCE, MARKET, Book, approved, played

DAY = date(2026, 3, 2)
REVOKED = approval.Revoked("V-1", approval.RevocationGround.NOT_QUALIFIED, "D-2", DAY)


def told(stream: str, event: Event) -> list[Act]:
    """只有这一件事的账上，机器提出的办理。"""
    book = Book()
    book.add(stream, event)
    return [command.act for command in played(SUPERVISOR, book.kept)]


def test_what_is_decided_is_to_be_published() -> None:
    """准予、视为准予、吊销：应予公示。"""
    opened = OpenPublication(CASE, PublicMatter.APPROVED)
    assert told(f"case/{CASE}", approved()) == [opened]
    deemed = case.DeemedApproved("文", DAY, "D-1", LicenceNo("L-1"), DAY, DAY)
    assert told(f"case/{CASE}", deemed) == [opened]
    forfeited = approval.Forfeited("CF-1", MARKET, DECIDER)
    penalty = OpenPublication(CASE, PublicMatter.PENALTY)
    assert told(f"licence/{LICENCE}", forfeited) == [penalty]


def test_a_revocation_overturns_what_was_published_and_is_published_itself() -> None:
    """撤销：先推翻准予的公示，再开撤销的公示。"""
    assert told(f"licence/{LICENCE}", REVOKED) == [
        OverturnRevoked(CASE),
        OpenPublication(CASE, PublicMatter.REVOKED),
    ]


def test_a_revocation_that_is_reversed_restores_the_publication() -> None:
    """撤销被撤销：公示恢复。"""
    reversal = approval.RevocationReversed("V-1", "D-3", "复议撤销", None, DECIDER)
    assert told(f"licence/{LICENCE}", reversal) == [RestorePublished(CASE, "V-1")]


def test_what_is_overturned_is_withdrawn_at_once() -> None:
    """推翻了的当即撤下；异议处理了的、恢复的当即公示；公示本身不再引出什么。"""
    stream, number = f"publication/APPROVED.{CASE}", f"APPROVED.{CASE}"
    overturned = publication.Overturned("D-2", "撤销", DAY, DAY, None)
    assert told(stream, overturned) == [WithdrawPublication(number)]
    assert told(stream, publication.ObjectionDecided((), "不成立", DECIDER)) == [Publish(number)]
    assert told(stream, publication.Restored("D-3", "复议撤销", DAY)) == [Publish(number)]
    shown = publication.Published(
        PublicMatter.APPROVED, "D-1", "某许可", BUREAU, "S-1", DAY, None, None, ()
    )
    assert told(stream, shown) == []
