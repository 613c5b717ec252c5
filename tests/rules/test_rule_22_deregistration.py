"""规则 22：注销不是撤销；换证不是终结。"""

from dataclasses import replace
from datetime import date

from domain import approval, case
from domain.acts.endings import ProposeDeregistration
from domain.acts.licences import ReissueCertificate, VoidCertificate
from domain.acts.revocations import DeregisterLicence, ExpireLicence
from domain.approval import DeregistrationReason, ReissueCause
from domain.refusals import Refusal
from domain.terms import LicenceNo
from projections import statistics
from tests.deliveries import Book as Ledger
from tests.deliveries import folded
from tests.domain.case_file import MACHINE, Book, person
from tests.domain.test_case_acts import DECIDER
from tests.domain.test_licence_acts import licensed

NO = LicenceNo("JY-1")
EXPIRE = ExpireLicence(NO)
OFF = DeregisterLicence(NO, DeregistrationReason.EXPIRED)


def over() -> Book:
    """2026 年 6 月 30 日届满而没有延续，七月二日注销。"""
    book = licensed(date(2026, 6, 30))
    book.refuse(Refusal.LICENCE_IN_FORCE, EXPIRE, MACHINE, "2026-06-30 23:59")
    book.refuse(Refusal.LICENCE_NO_GROUND, OFF, DECIDER, "2026-06-30")
    book.do(EXPIRE, MACHINE, "2026-07-01 00:00")
    book.refuse(Refusal.LICENCE_NOT_PROPOSED, OFF, DECIDER, "2026-07-01")
    book.do(ProposeDeregistration(NO, DeregistrationReason.EXPIRED), MACHINE, "2026-07-01")
    book.do(OFF, DECIDER, "2026-07-02")
    return book


def test_expired_at_midnight_then_deregistered_for_reason_one() -> None:
    """六月三十日二十四时届满，再以第一种情形注销；届满之日是六月三十日。"""
    _, expired, _, off = over().streams["licence/JY-1"]
    assert expired == approval.Expired(date(2026, 6, 30))
    assert expired.takes_effect(date(2026, 7, 1)) == date(2026, 6, 30)
    assert isinstance(off, approval.Deregistered)
    assert off.reason is DeregistrationReason.EXPIRED


def test_statistics_of_revocations_stay_at_zero() -> None:
    """届满、注销的不计入撤销；也没有信用、承诺上的后果。"""
    book, ledger = over(), Ledger()
    for stream, events in book.streams.items():
        for event in events:
            if isinstance(event, case.CaseEvent | approval.LicenceEvent):
                ledger.add(stream, event, key="2026-000001")
    (row,) = folded(statistics.PROJECTION, ledger.kept).values()
    assert row["outcome"] == "APPROVED"
    assert row.get("revoked_on") is None
    assert {stream.partition("/")[0] for stream in book.streams} == {
        "item",
        "calendar",
        "officer",
        "case",
        "licence",
    }


def test_a_revocation_that_was_itself_revoked_does_not_count() -> None:
    """撤销决定被撤销的，不再计入撤销。"""
    ledger = Ledger()
    revoked = approval.Revoked(
        "CX-1", approval.RevocationGround.BEYOND_POWERS, "D-2", date(2026, 3, 2)
    )
    back = approval.RevocationReversed("CX-1", "HF-1", "复议撤销", None, person("decider"))
    ledger.add("licence/JY-1", revoked)
    (row,) = folded(statistics.PROJECTION, ledger.kept).values()
    assert row["revoked_on"] is not None
    ledger.add("licence/JY-1", back)
    row, again = folded(statistics.PROJECTION, ledger.kept).values()
    assert row["revoked_on"] is None
    assert (again["what"], again["opened_on"]) == ("REVERSAL", date(2026, 3, 2))


def test_an_exchanged_certificate_dies_and_the_approval_lives() -> None:
    """换证：旧证照自公告之日作废，许可仍然有效。"""
    book = licensed(date(2026, 6, 30))
    book.do(ReissueCertificate(NO, "JY-1-2", ReissueCause.REPLACED), DECIDER, "2026-05-06")
    void = VoidCertificate(NO, "JY-1", "GG-1")
    book.refuse(
        Refusal.LICENCE_CERTIFICATE_LIVE,
        replace(void, certificate_no="JY-1-2"),
        DECIDER,
        "2026-05-07",
    )
    book.do(void, DECIDER, "2026-05-07")
    state = book.load(approval.AGGREGATE, NO)
    assert isinstance(state, approval.InForce)
    (dead,) = state.certificates.voided
    assert (dead.certificate_no, dead.takes_effect(date(2026, 5, 8))) == ("JY-1", date(2026, 5, 7))
