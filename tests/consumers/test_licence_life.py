"""双随机的底册：许可变更、延续不移出名单，终结的移出，撤销被撤销的回到名单。"""

from datetime import date

import pytest

from consumers import inspection_round
from domain import approval
from domain.acts.inspections import FreezeLists
from domain.decider import Event
from tests.deliveries import (
    APPLICANT,
    DECIDER,
    ITEM,
    LICENCE,
    Book,
    granted,
    item,
    plan,
    played,
    registered,
)

REVOKED = approval.Revoked(
    "X-1", approval.RevocationGround.FRAUD_OR_BRIBERY, "D-2", date(2026, 3, 2)
)
BACK = approval.RevocationReversed("X-1", "D-3", "复议撤销", date(2031, 3, 1), DECIDER)
CHANGED = approval.Changed("D-4", (approval.ChangeMatter.NAME,), "更名", DECIDER)


@pytest.mark.parametrize(
    ("events", "listed"),
    [
        ((CHANGED,), 1),
        ((REVOKED,), 0),
        ((REVOKED, BACK), 1),
    ],
)
def test_who_is_on_the_list(events: tuple[Event, ...], listed: int) -> None:
    """名单上是此刻有效的许可的持有人。"""
    book = Book()
    book.add(f"item/{ITEM}", item(), key=ITEM)
    book.add(f"subject/{APPLICANT}", registered(), key=APPLICANT)
    book.add(f"licence/{LICENCE}", granted())
    for event in events:
        book.add(f"licence/{LICENCE}", event)
    book.add("plan/2026-0001", plan(), key="2026-0001")
    (command,) = played(inspection_round.SUPERVISOR, book.kept)
    assert isinstance(command.act, FreezeLists)
    assert len(command.act.objects) == listed
