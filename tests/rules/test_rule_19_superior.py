"""规则 19：撤销的，是作出许可的机关，或者其上级机关（许可法 69 条一款）；谁是上级，以登记为准。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import approval, revocation
from domain.acts.catalogue import MergeOrgan, SetSuperior
from domain.acts.revocations import ProposeRevocation, ReverseRevocation, TakeOverRevocation
from domain.approval import RevocationGround
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import Organ, PersonId, Role
from tests.domain.case_file import APPROVER, STAFF, Book, actor, events_of
from tests.rules.test_rule_19_who_revokes import (
    LAWFUL,
    LICENCE,
    LIST,
    MERGED,
    PROPOSE,
    REVOKE,
    SERVE,
    WAIVED,
    licensed,
    revoked,
)

CITY: Final = Organ("350500-SPJ")  # 市级的审批局，县级审批局的上级
PROVINCE: Final = Organ("350000-SPJ")
TAKE: Final = TakeOverRevocation("CX-19", "泉审提〔2026〕2号", "下级机关拖延不办")
SET: Final = SetSuperior(APPROVER, CITY, date(2026, 4, 1), "泉编〔2026〕1号")
STAFF_OF_CITY: Final = {
    role: actor(f"city_{role.lower()}", role, CITY)
    for role in (Role.REVIEWER, Role.LEGAL, Role.DECIDER)
}
DECIDER: Final = STAFF_OF_CITY[Role.DECIDER]


def proposed() -> Book:
    """有市级机关的人，监管部门 2026-09-01 建议撤销。"""
    book = licensed()
    for role, who in STAFF_OF_CITY.items():
        book.hire(who.officer_id, role, CITY, PersonId(f"P-{who.officer_id}"))
    book.do(PROPOSE, STAFF["supervisor"], "2026-09-01")
    return book


def test_only_a_registered_superior_takes_it_over() -> None:
    """没有登记为上级的，不能提级；登记之后才能，此后原机关不再办。"""
    book = proposed()
    book.refuse(Refusal.REVOCATION_NOT_SUPERIOR, TAKE, DECIDER, "2026-09-02", organ=APPROVER)
    later = replace(SET, effective_from=date(2026, 9, 3))
    book.do(later, LIST, "2026-09-02")
    book.refuse(Refusal.REVOCATION_NOT_SUPERIOR, TAKE, DECIDER, "2026-09-02")
    book.refuse(Refusal.CASE_REASONS_MISSING, replace(TAKE, reasons=" "), DECIDER, "2026-09-03")
    book.refuse(Refusal.REVOCATION_NOT_THE_DECIDER, TAKE, STAFF["supervisor"], "2026-09-03")
    (fact,) = events_of(book.do(TAKE, DECIDER, "2026-09-03"))
    assert isinstance(fact, revocation.TakenOver)
    assert fact.organ == CITY
    assert book.do(TAKE, DECIDER, "2026-09-04") == Plan()
    book.refuse(Refusal.DUTY_ORGAN, SERVE, STAFF["reviewer2"], "2026-09-04", organ=CITY)


def test_the_superior_goes_the_whole_way_in_its_own_name() -> None:
    """告知、陈述申辩、法制审核、决定都由上级以自己的名义办；下级不能再以自己的名义撤。"""
    book = proposed()
    book.do(SET, LIST, "2026-04-01")
    book.do(SERVE, STAFF["reviewer2"], "2026-09-02")
    book.do(TAKE, DECIDER, "2026-09-03")  # 此前的告知照旧有效
    book.do(WAIVED, STAFF_OF_CITY[Role.REVIEWER], "2026-09-10")
    book.do(LAWFUL, STAFF_OF_CITY[Role.LEGAL], "2026-09-11")
    book.refuse(Refusal.DUTY_ORGAN, REVOKE, STAFF["decider2"], "2026-09-14", organ=CITY)
    astray = replace(DECIDER, in_name_of=APPROVER)
    book.refuse(Refusal.DUTY_IN_NAME_OF, REVOKE, astray, "2026-09-14", organ=CITY)
    book.do(REVOKE, DECIDER, "2026-09-14")
    assert revoked(book)
    book.refuse(Refusal.REVOCATION_DECIDED, TAKE, DECIDER, "2026-09-15")


def test_the_superior_may_undo_a_wrong_revocation() -> None:
    """下级撤销错了的，上级也可以撤销该决定，恢复许可。"""
    book = proposed()
    for act, name, day in (
        (SERVE, "reviewer2", "2026-09-02"),
        (WAIVED, "reviewer2", "2026-09-10"),
        (LAWFUL, "legal", "2026-09-11"),
        (REVOKE, "decider2", "2026-09-14"),
    ):
        book.do(act, STAFF[name], day)
    undo = ReverseRevocation(LICENCE, "泉审复〔2026〕9号", "复议决定撤销")
    book.refuse(Refusal.DUTY_ORGAN, undo, DECIDER, "2026-10-09", organ=APPROVER)
    book.do(replace(SET, effective_from=date(2026, 10, 9)), LIST, "2026-10-09")
    book.do(undo, DECIDER, "2026-10-09")
    assert isinstance(book.load(approval.AGGREGATE, LICENCE), approval.InForce)


def test_the_superior_of_the_superior_counts_and_reviewers_may_propose() -> None:
    """逐级上推都是上级；上级的审核人可以建议，别的机关的不行。"""
    book = licensed()
    propose = ProposeRevocation("CX-20", LICENCE, RevocationGround.BEYOND_POWERS, PROPOSE.evidence)
    far = book.hire("far", Role.REVIEWER, PROVINCE, PersonId("P-far"))
    book.refuse(Refusal.DUTY_ORGAN, propose, far, "2026-09-01")
    book.do(SET, LIST, "2026-04-01")
    book.do(replace(SET, organ=CITY, superior=PROVINCE), LIST, "2026-04-01")
    book.do(propose, far, "2026-09-01")


def test_who_may_be_registered_as_superior() -> None:
    """不是自己，不反在其下；写明文件，不倒签；已撤并的机关不再登记；同一登记一次。"""
    book = licensed()
    for wrong, code in (
        (replace(SET, superior=APPROVER), Refusal.ORGAN_SUPERIOR),
        (replace(SET, document_no=" "), Refusal.ITEM_NO_DOCUMENT),
        (replace(SET, effective_from=date(2026, 3, 31)), Refusal.ITEM_BACKDATED),
    ):
        book.refuse(code, wrong, LIST, "2026-04-01")
    book.do(SET, LIST, "2026-04-01")
    assert book.do(SET, LIST, "2026-04-02") == Plan()
    above = replace(SET, organ=CITY, superior=APPROVER, effective_from=date(2026, 5, 6))
    book.refuse(Refusal.ORGAN_SUPERIOR, above, LIST, "2026-04-02", superior=APPROVER)
    earlier = replace(SET, superior=PROVINCE, effective_from=date(2026, 3, 31))
    book.refuse(Refusal.ITEM_BACKDATED, earlier, LIST, "2026-03-20")
    book.do(MergeOrgan(APPROVER, MERGED, date(2026, 7, 1), "泉台编〔2026〕5号"), LIST, "2026-06-01")
    book.refuse(Refusal.ORGAN_MERGED, replace(SET, superior=PROVINCE), LIST, "2026-06-02")


def test_no_procedure_no_taking_over() -> None:
    """没有此程序的，无可提级。"""
    book = licensed()
    book.hire(DECIDER.officer_id, Role.DECIDER, CITY, PersonId("P-city"))
    book.refuse(Refusal.REVOCATION_NOT_FOUND, TAKE, DECIDER, "2026-09-02")
