"""变更、换证、延续的办理：由作出许可的机关以自己的名义办。"""

from dataclasses import replace
from datetime import date

from domain import approval
from domain.acts.licences import (
    ChangeLicence,
    DeemRenewed,
    RefuseRenewal,
    ReissueCertificate,
    Renew,
    RequestRenewal,
    VoidCertificate,
)
from domain.acts.revocations import ExpireLicence
from domain.approval import ChangeMatter, ReissueCause
from domain.decider import Plan, RuleUsed
from domain.refusals import Refusal
from domain.terms import LicenceNo, OfficerId, Organ, Role
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    MACHINE,
    STAFF,
    Book,
    events_of,
    person,
    town,
)
from tests.domain.test_case_acts import ACCEPT, APPROVE, CLERK, DECIDER, REVIEW, REVIEWER, received

NO = LicenceNo("JY-1")
CHANGE = ChangeLicence(NO, "BG-1", (ChangeMatter.ADDRESS,), "迁至新址")
REISSUE = ReissueCertificate(NO, "JY-1-2", ReissueCause.CHANGED)
VOID = VoidCertificate(NO, "JY-1", "GG-1")
REQUEST = RequestRenewal(NO, "YX-1")
RENEW = Renew(NO, "YXJD-1", date(2031, 10, 15))
REFUSE = RefuseRenewal(NO, "BYX-1", "不再符合条件", "可申请复议、提起诉讼")
DEEM = DeemRenewed(NO)
ISSUER = replace(STAFF["issuer"], in_name_of=APPROVER)


def licensed(valid_to: date | None = date(2026, 10, 15), book: Book | None = None) -> Book:
    """三月四日准予、有效至某日的许可。"""
    book = received(book=book)
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.do(replace(APPROVE, valid_to=valid_to), DECIDER, "2026-03-04")
    return book


def test_only_the_organ_in_its_own_name() -> None:
    """别的机关、以别人的名义，都不能办；没有此证的无从办起。"""
    book = licensed()
    book.do(REQUEST, APPLICANT, "2026-09-01")
    other = Organ("350505-ZJJ")
    foreign = book.hire("foreign", Role.DECIDER, other, person("foreign"))
    astray = replace(DECIDER, in_name_of=other)
    for act in (CHANGE, REISSUE, VOID, RENEW, REFUSE):
        book.refuse(Refusal.DUTY_ORGAN, act, foreign, "2026-09-02", organ=APPROVER)
        book.refuse(Refusal.DUTY_IN_NAME_OF, act, astray, "2026-09-02", organ=APPROVER)
        town().refuse(Refusal.LICENCE_NOT_FOUND, act, DECIDER, "2026-09-02")
    book.refuse(Refusal.DUTY_IN_NAME_OF, REISSUE, STAFF["issuer"], "2026-09-02")
    town().refuse(Refusal.LICENCE_NOT_FOUND, REQUEST, APPLICANT, "2026-09-02")
    town().refuse(Refusal.LICENCE_NOT_FOUND, DEEM, MACHINE, "2026-09-02")


def test_change_reissue_notice() -> None:
    """变更之后由出证窗口换证，机关公告旧证作废；再办一次无事可办。"""
    book = licensed()
    book.do(CHANGE, DECIDER, "2026-05-06")
    (reissued,) = events_of(book.do(REISSUE, ISSUER, "2026-05-06"))
    assert isinstance(reissued, approval.CertificateReissued)
    assert reissued.previous_no == "JY-1"
    (voided,) = events_of(book.do(VOID, DECIDER, "2026-05-07"))
    assert isinstance(voided, approval.CertificateVoided)
    assert (voided.noticed_on, voided.cause) == (date(2026, 5, 7), approval.VoidCause.CHANGED)
    for act, who in ((CHANGE, DECIDER), (REISSUE, ISSUER), (VOID, DECIDER)):
        assert book.do(act, who, "2026-05-08") == Plan()


def test_what_is_over_cannot_be_changed() -> None:
    """有效期已过而届满还没有记下的，也不能变更、换证、延续。"""
    book = licensed()
    for act, who in ((CHANGE, DECIDER), (REISSUE, DECIDER), (REQUEST, APPLICANT)):
        book.refuse(Refusal.LICENCE_LAPSED, act, who, "2026-10-16", valid_to="2026-10-15")
    book.do(ExpireLicence(NO), MACHINE, "2026-10-16")
    book.refuse(Refusal.LICENCE_ENDED, REQUEST, APPLICANT, "2026-10-17")
    for ended in (CHANGE, RENEW, REFUSE):
        book.refuse(Refusal.LICENCE_ENDED, ended, DECIDER, "2026-10-17")


def test_who_asks_and_who_decides() -> None:
    """申请人只为自己申请；窗口代收的，收的人不决定；长期有效的不必延续。"""
    book = licensed()
    stranger = replace(APPLICANT, officer_id=OfficerId("S-2"))
    book.refuse(Refusal.DUTY_SELF, REQUEST, stranger, "2026-09-01")
    plan = book.do(REQUEST, CLERK, "2026-09-01")
    assert plan.rules == (RuleUsed("item/350505-0001", "1"),)
    twin = book.hire("twin", Role.DECIDER, APPROVER, person("clerk"))
    book.refuse(Refusal.DUTY_SAME_PERSON, RENEW, twin, "2026-09-02")
    book.do(RENEW, DECIDER, "2026-09-02")
    forever = licensed(None)
    forever.refuse(Refusal.LICENCE_RENEWAL_NOT_NEEDED, REQUEST, APPLICANT, "2026-09-01")


def test_an_item_that_is_not_on_the_list_any_more() -> None:
    """事项不在清单上的，延续无从依据。"""
    book = licensed()
    del book.streams["item/350505-0001"]
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, REQUEST, APPLICANT, "2026-09-01")
