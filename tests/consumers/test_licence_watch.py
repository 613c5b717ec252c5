"""许可盯办：所依的许可一终结，凡复用它的办件得到提醒；载明它的综合证同步调整。"""

from datetime import date

import pytest

from consumers import licence_watch
from domain import approval, composite, reliance
from domain.acts.composites import AdjustComposite
from domain.acts.endings import ProposeDeregistration
from domain.acts.reliances import BreakDependency, RestoreDependency
from domain.approval import DeregistrationReason
from domain.decider import Event
from domain.terms import CaseNo, LicenceNo
from tests.deliveries import (
    APPLICANT,
    BUREAU,
    DECIDER,
    ITEM,
    LICENCE,
    MARKET,
    Book,
    granted,
    played,
)

OTHER = LicenceNo("L-2")
REVOKED = approval.Revoked(
    "X-1", approval.RevocationGround.FRAUD_OR_BRIBERY, "D-2", date(2026, 3, 2)
)
BACK = approval.RevocationReversed("X-1", "D-3", "复议撤销", date(2031, 3, 1), DECIDER)
ENDINGS = (
    REVOKED,
    approval.Withdrawn("规划调整", True, "D-4", DECIDER),  # noqa: FBT003
    approval.Forfeited("F-1", MARKET, DECIDER),
    approval.Expired(date(2031, 3, 1)),
    approval.Deregistered(approval.DeregistrationReason.HOLDER_ENDED, DECIDER),
)
CHANGES = (
    approval.Changed("D-5", (approval.ChangeMatter.NAME,), "更名", DECIDER),
    approval.Renewed("D-6", date(2031, 3, 2), date(2036, 3, 1), DECIDER),
    approval.DeemedRenewed(date(2031, 3, 2), date(2036, 3, 1)),
    approval.PartlyRevoked(
        "X-1", approval.RevocationGround.NOT_QUALIFIED, "D-7", "热食", date(2026, 3, 2)
    ),
)


def used(number: LicenceNo) -> reliance.CertificateReused:
    """复用一份许可。"""
    return reliance.CertificateReused("营业执照", number, ITEM, BUREAU, None, None, None)


def relied() -> Book:
    """两件复用同一份许可（其中一件充作两份材料），一件复用别的；一张综合证载明两份。"""
    book = Book()
    for number in (LICENCE, OTHER):
        book.add(f"licence/{number}", granted())
    for case_no, number in (("A", LICENCE), ("B", LICENCE), ("B", LICENCE), ("C", OTHER)):
        book.add(f"reliance/{case_no}", used(number), key=case_no)
    parts = tuple(composite.Component(one, ITEM, BUREAU, None) for one in (LICENCE, OTHER))
    issued = composite.Issued(
        "便利店", APPLICANT, parts, None, BUREAU, "ZH-1", date(2026, 5, 6), DECIDER
    )
    book.add("composite/Z-1", issued, key="Z-1")
    return book


def test_nothing_is_said_while_the_licence_stands() -> None:
    """许可有效，无事可提。"""
    assert played(licence_watch.SUPERVISOR, relied().kept) == ()


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda one: type(one).__name__)
def test_every_ending_alarms_each_dependent_once(ending: Event) -> None:
    """撤销、撤回、吊销、届满、注销：依靠它的逐件提醒一次，综合证调整一次；届满的另建议注销。"""
    book = relied()
    source = book.add(f"licence/{LICENCE}", ending).entry.event_id
    acts = [command.act for command in played(licence_watch.SUPERVISOR, book.kept)]
    over = isinstance(ending, approval.Expired)
    assert acts == [
        AdjustComposite("Z-1", LICENCE, source),
        BreakDependency(CaseNo("A"), LICENCE, source),
        BreakDependency(CaseNo("B"), LICENCE, source),
        *([ProposeDeregistration(LICENCE, DeregistrationReason.EXPIRED)] if over else []),
    ]


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: type(one).__name__)
def test_a_change_only_adjusts_the_composite(change: Event) -> None:
    """变更、延续、部分撤销：综合证同步调整，依靠没有中断。"""
    book = relied()
    source = book.add(f"licence/{LICENCE}", change).entry.event_id
    acts = [command.act for command in played(licence_watch.SUPERVISOR, book.kept)]
    assert acts == [AdjustComposite("Z-1", LICENCE, source)]


def test_a_reversed_revocation_mends_what_it_broke() -> None:
    """撤销被撤销：综合证与依靠都恢复。"""
    book = relied()
    book.add(f"licence/{LICENCE}", REVOKED)
    book.add(f"licence/{LICENCE}", BACK)
    kinds = [type(command.act) for command in played(licence_watch.SUPERVISOR, book.kept)]
    assert kinds == [
        *(AdjustComposite, BreakDependency, BreakDependency),
        *(AdjustComposite, RestoreDependency, RestoreDependency),
    ]
