"""规则 19：监管部门不能撤销；谁可以撤销，看决定以哪个机关的名义作出。

委托下放的许可由委托机关撤销，不是受托机关；机关撤并了的，由承受机关撤销。
"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import approval
from domain.acts.catalogue import MergeOrgan, TransferAuthority
from domain.acts.deciding import Approve, Review
from domain.acts.intake import Accept, Receive
from domain.acts.revocations import (
    HearStatement,
    ProposeRevocation,
    ReviewLegality,
    Revoke,
    ServeNotice,
)
from domain.approval import RevocationGround
from domain.case import ReviewOpinion
from domain.catalogue import TransferMode
from domain.refusals import Refusal
from domain.terms import (
    CaseKind,
    CaseNo,
    Channel,
    Evidence,
    LicenceNo,
    Material,
    Organ,
    PersonId,
    Role,
    SubjectId,
)
from tests.domain.case_file import APPROVER, ITEM, SHA, STAFF, Book, actor, town

TOWN: Final = Organ("350505-ZF01")  # 受托的镇政府
MERGED: Final = Organ("350505-ZHJ")  # 撤并之后的机关
CASE: Final = CaseNo("2026-000019")
LICENCE: Final = LicenceNo("JY-19")
PROPOSE: Final = ProposeRevocation(
    "CX-19", LICENCE, RevocationGround.FRAUD_OR_BRIBERY, (Evidence("JC-1", SHA),)
)
SERVE: Final = ServeNotice("CX-19", "GZ-1")
WAIVED: Final = HearStatement("CX-19", waived=True)
LAWFUL: Final = ReviewLegality(
    "CX-19", lawful=True, harms_public_interest=False, explanation="事实清楚"
)
REVOKE: Final = Revoke("CX-19", "CXJD-19", "以欺骗手段取得", "可在六十日内申请行政复议")
LIST: Final = actor("list", Role.CATALOGUE, APPROVER)


def licensed(*, by_town: bool = False) -> Book:
    """2026-03-02 收件受理，03-05 准予；委托的由镇政府以审批局的名义作出。"""
    book = town()
    book.hire("list", Role.CATALOGUE, APPROVER, PersonId("P-list"))
    staff = dict(STAFF)
    if by_town:
        document = "泉台审管〔2026〕3号"
        entrusted = TransferAuthority(
            ITEM, TransferMode.ENTRUSTED, APPROVER, TOWN, date(2026, 3, 1), document
        )
        book.do(entrusted, LIST, "2026-02-27")
        for name, role in (("reviewer", Role.REVIEWER), ("decider", Role.DECIDER)):
            hired = book.hire(f"town_{name}", role, TOWN, PersonId(f"P-town_{name}"))
            staff[name] = replace(hired, in_name_of=APPROVER)
    paper = (Material("申请书", SHA),)
    receive = Receive(CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), paper, "R-19")
    book.do(receive, staff["clerk"], "2026-03-02")
    book.do(Accept(CASE, CaseKind.PLEDGED_TIME, "SL-19"), staff["clerk"], "2026-03-02")
    book.do(Review(CASE, ReviewOpinion.APPROVE, "齐全"), staff["reviewer"], "2026-03-04")
    book.do(Approve(CASE, "XK-19", LICENCE), staff["decider"], "2026-03-05")
    return book


def revoked(book: Book) -> bool:
    """许可撤销了没有。"""
    return approval.was_revoked(book.load(approval.AGGREGATE, LICENCE))


def test_the_supervisor_proposes_and_cannot_revoke() -> None:
    """监管部门撤销被拒，建议照收；审批机关告知、陈述期满之后才能撤销。"""
    book = licensed()
    supervisor, chief = STAFF["supervisor"], STAFF["chief"]
    book.do(PROPOSE, supervisor, "2026-09-01")
    book.refuse(Refusal.REVOCATION_NOT_THE_DECIDER, REVOKE, supervisor, "2026-09-01")
    book.refuse(Refusal.REVOCATION_NOT_THE_DECIDER, REVOKE, chief, "2026-09-01")
    early = book.ask(REVOKE, STAFF["decider"], "2026-09-01")
    assert getattr(early, "code", None) is Refusal.REVOCATION_NOT_NOTIFIED
    book.do(SERVE, STAFF["reviewer2"], "2026-09-02")  # 陈述申辩期至 09-09
    book.refuse(Refusal.REVOCATION_STATEMENT_OPEN, WAIVED, STAFF["reviewer2"], "2026-09-09")
    book.do(WAIVED, STAFF["reviewer2"], "2026-09-10")
    book.do(LAWFUL, STAFF["legal"], "2026-09-11")
    assert not revoked(book)
    book.do(REVOKE, STAFF["decider2"], "2026-09-14")
    assert revoked(book)


def test_an_entrusted_licence_is_revoked_by_the_delegating_organ() -> None:
    """委托下放：镇政府作出的许可，镇政府不能撤，由审批局撤销（许可法 24 条）。"""
    book = licensed(by_town=True)
    town_decider = replace(actor("town_decider", Role.DECIDER, TOWN), in_name_of=APPROVER)
    town_reviewer = actor("town_reviewer", Role.REVIEWER, TOWN)
    book.do(PROPOSE, STAFF["supervisor"], "2026-09-01")
    book.refuse(Refusal.DUTY_ORGAN, SERVE, town_reviewer, "2026-09-02", organ=APPROVER)
    _heard(book, "reviewer2", "legal")
    book.refuse(Refusal.DUTY_ORGAN, REVOKE, town_decider, "2026-09-14", organ=APPROVER)
    book.do(REVOKE, STAFF["decider2"], "2026-09-14")
    assert revoked(book)


def test_after_a_merger_the_successor_revokes() -> None:
    """审批局 2026-07-01 并入综合局：撤销由综合局以自己的名义作出，原机关的账号不行。"""
    book = licensed()
    book.do(MergeOrgan(APPROVER, MERGED, date(2026, 7, 1), "泉台编〔2026〕5号"), LIST, "2026-06-01")
    for name, role in (
        ("new_reviewer", Role.REVIEWER),
        ("new_legal", Role.LEGAL),
        ("new_decider", Role.DECIDER),
    ):
        book.hire(name, role, MERGED, PersonId(f"P-{name}"))
    book.do(PROPOSE, STAFF["supervisor"], "2026-09-01")
    book.refuse(Refusal.DUTY_ORGAN, SERVE, STAFF["reviewer2"], "2026-09-02", organ=MERGED)
    for act, name, role, day in (
        (SERVE, "new_reviewer", Role.REVIEWER, "2026-09-02"),
        (WAIVED, "new_reviewer", Role.REVIEWER, "2026-09-10"),
        (LAWFUL, "new_legal", Role.LEGAL, "2026-09-11"),
    ):
        book.do(act, actor(name, role, MERGED), day)
    book.refuse(Refusal.DUTY_ORGAN, REVOKE, STAFF["decider2"], "2026-09-14", organ=MERGED)
    book.do(REVOKE, actor("new_decider", Role.DECIDER, MERGED), "2026-09-14")
    assert revoked(book)


def test_a_direct_transfer_leaves_old_licences_with_the_old_organ() -> None:
    """直接下放只及于新的决定：此前审批局作出的许可，仍由审批局撤销。"""
    book = licensed()
    document = "泉台审管〔2026〕4号"
    moved = TransferAuthority(ITEM, TransferMode.DIRECT, APPROVER, TOWN, date(2026, 5, 6), document)
    book.do(moved, LIST, "2026-04-01")
    new = book.hire("town_decider", Role.DECIDER, TOWN, PersonId("P-town_decider"))
    book.do(PROPOSE, STAFF["supervisor"], "2026-09-01")
    _heard(book, "reviewer2", "legal")
    book.refuse(Refusal.DUTY_ORGAN, REVOKE, new, "2026-09-14", organ=APPROVER)
    book.do(REVOKE, STAFF["decider2"], "2026-09-14")
    assert revoked(book)


def _heard(book: Book, reviewer: str, legal: str) -> None:
    """告知、陈述期满、法制审核。"""
    book.do(SERVE, STAFF[reviewer], "2026-09-02")
    book.do(WAIVED, STAFF[reviewer], "2026-09-10")
    book.do(LAWFUL, STAFF[legal], "2026-09-11")
