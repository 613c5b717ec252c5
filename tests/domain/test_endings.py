"""吊销的程序（告知、听证、另一人决定）与注销的两人（一人建议、另一人决定）。"""

from dataclasses import replace
from datetime import date

from domain import approval
from domain.acts import endings
from domain.acts.revocations import DeregisterLicence, ForfeitLicence
from domain.approval import (
    Deregister,
    Deregistered,
    DeregistrationProposed,
    DeregistrationReason,
    Forfeit,
    Forfeited,
    HearPenalty,
    InForce,
    NoticePenalty,
    PenaltyHeard,
    PenaltyNoticed,
    ProposeDeregistration,
)
from domain.decider import Event, Plan
from domain.refusals import Refusal
from domain.terms import Evidence, LicenceNo, OfficerId, Organ, PersonId, Role
from domain.timers import Timer, TimerKind, advance
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    MACHINE,
    SECOND_SUPERVISOR,
    SHA,
    STAFF,
    case_files,
    check_impossible,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_approval import EXPIRED, FORFEITED, GRANTED, OFF, REVOKED
from tests.domain.test_licence_acts import licensed
from tests.rules.papers import only

given = case_files(approval.AGGREGATE, approval.decide)

CHECKER, CHIEF, HOST = PersonId("P-V"), PersonId("P-S"), PersonId("P-L")
NOTICED = PenaltyNoticed(
    filing_no="LA-1",
    filed_on=date(2026, 3, 9),
    days=90,
    days_basis="",
    decide_due_on=date(2026, 6, 8),
    notice_no="GZ-1",
    noticed_on=date(2026, 5, 25),
    request_due_on=date(2026, 6, 1),
    organ=Organ("350505-SCJG"),
    handler=CHECKER,
)
DAY, AFTER, LATE = date(2026, 5, 25), date(2026, 6, 2), date(2026, 6, 9)
SILENT = PenaltyHeard(waived=True, record_no=None, record_sha256=None, handler=CHECKER)
HEARD = PenaltyHeard(waived=False, record_no="BL-1", record_sha256=SHA, handler=HOST)
DEAD = DeregistrationReason.HOLDER_DEAD
PROOF = (Evidence("SW-1", SHA),)
PROPOSED = DeregistrationProposed(DEAD, PROOF, CHECKER)
OVER = DeregistrationProposed(DeregistrationReason.EXPIRED, (), None)
LIVES: tuple[tuple[Event, ...], ...] = (
    (GRANTED, NOTICED),
    (GRANTED, NOTICED, SILENT),
    (GRANTED, NOTICED, HEARD),
    (GRANTED, NOTICED, HEARD, FORFEITED),
    (GRANTED, PROPOSED),
    (GRANTED, EXPIRED, OVER),
    (GRANTED, EXPIRED, OVER, Deregistered(DeregistrationReason.EXPIRED, CHIEF)),
)


def test_a_penalty_is_noticed_once_within_its_term() -> None:
    """一案告知一次；前一案过了期限，才另行立案、告知。"""
    given(GRANTED).when(NoticePenalty(NOTICED, DAY)).then(NOTICED)
    given(GRANTED, NOTICED).when(NoticePenalty(NOTICED, DAY)).then()
    other = replace(NOTICED, filing_no="LA-2", decide_due_on=date(2026, 9, 7))
    given(GRANTED, NOTICED).when(NoticePenalty(other, AFTER)).refused(
        Refusal.LICENCE_PENALTY_NOTICED, notice_no="GZ-1", handler=CHECKER
    )
    given(GRANTED, NOTICED).when(NoticePenalty(other, LATE)).then(other)
    given(GRANTED, FORFEITED).when(NoticePenalty(NOTICED, DAY)).refused(Refusal.LICENCE_ENDED)


def test_the_filing_lies_in_the_past() -> None:
    """立案之日不在将来。"""
    future = NoticePenalty(replace(NOTICED, filed_on=AFTER), DAY)
    given(GRANTED).when(future).refused(Refusal.LICENCE_PENALTY_FILED, filed_on="2026-06-02")


def test_a_hearing_has_a_record_and_another_chair() -> None:
    """听证附笔录，由非本案调查人员主持；没有告知的谈不上听证；一次。"""
    hear = HearPenalty(HEARD, AFTER)
    given(GRANTED).when(hear).refused(Refusal.LICENCE_PENALTY_NOT_NOTICED)
    given(GRANTED, NOTICED).when(hear).then(HEARD)
    given(GRANTED, NOTICED, HEARD).when(hear).then()
    given(GRANTED, NOTICED, HEARD).when(HearPenalty(SILENT, AFTER)).refused(
        Refusal.LICENCE_PENALTY_HEARD, handler=HOST
    )
    for bare in (replace(HEARD, record_no=None), replace(HEARD, record_sha256=None)):
        given(GRANTED, NOTICED).when(HearPenalty(bare, AFTER)).refused(
            Refusal.LICENCE_PENALTY_NO_RECORD
        )
    own = HearPenalty(replace(HEARD, handler=CHECKER), AFTER)
    given(GRANTED, NOTICED).when(own).refused(Refusal.DUTY_SAME_PERSON, person=CHECKER)
    given(GRANTED, FORFEITED).when(hear).refused(Refusal.LICENCE_ENDED)


def test_silence_counts_after_the_last_day() -> None:
    """五个工作日过完，没有要求的才算没有要求。"""
    early = HearPenalty(SILENT, date(2026, 6, 1))
    given(GRANTED, NOTICED).when(early).refused(Refusal.LICENCE_PENALTY_OPEN, due_on="2026-06-01")
    given(GRANTED, NOTICED).when(HearPenalty(SILENT, AFTER)).then(SILENT)


def test_a_licence_is_forfeited_after_notice_and_hearing_by_another() -> None:
    """先告知、后听证、另一人决定，在期限之内；已吊销的无事可办。"""
    forfeit = Forfeit(FORFEITED, AFTER)
    given(GRANTED).when(forfeit).refused(Refusal.LICENCE_PENALTY_NOT_NOTICED)
    given(GRANTED, NOTICED).when(forfeit).refused(
        Refusal.LICENCE_PENALTY_NOT_HEARD, due_on="2026-06-01"
    )
    for heard in (SILENT, HEARD):
        given(GRANTED, NOTICED, heard).when(forfeit).then(FORFEITED)
    own = Forfeit(Forfeited("CF-1", NOTICED.organ, CHECKER), AFTER)
    given(GRANTED, NOTICED, SILENT).when(own).refused(Refusal.DUTY_SAME_PERSON, person=CHECKER)
    given(GRANTED, NOTICED, SILENT).when(Forfeit(FORFEITED, LATE)).refused(
        Refusal.LICENCE_PENALTY_LATE, due_on="2026-06-08"
    )
    given(GRANTED, FORFEITED).when(forfeit).then()
    given(GRANTED, REVOKED).when(forfeit).refused(Refusal.LICENCE_ENDED, ending="Revoked")
    given().when(forfeit).refused(Refusal.LICENCE_NOT_FOUND)


def test_deregistration_is_proposed_with_evidence() -> None:
    """账上看不出的情形须附证据；届满、被撤的，账上就是证据；没有情形的不能建议。"""
    given(GRANTED).when(ProposeDeregistration(PROPOSED)).then(PROPOSED)
    given(GRANTED, PROPOSED).when(ProposeDeregistration(PROPOSED)).then()
    bare = ProposeDeregistration(replace(PROPOSED, evidence=()))
    given(GRANTED).when(bare).refused(Refusal.LICENCE_NO_EVIDENCE, reason="HOLDER_DEAD")
    given(GRANTED).when(ProposeDeregistration(OVER)).refused(
        Refusal.LICENCE_NO_GROUND, reason="EXPIRED"
    )
    given(GRANTED, EXPIRED).when(ProposeDeregistration(OVER)).then(OVER)
    given(*OFF).when(ProposeDeregistration(OVER)).refused(Refusal.LICENCE_DEREGISTERED)


def test_deregistration_takes_two() -> None:
    """没有同一情形的建议不能注销；建议的人不能决定；机器建议的，人决定。"""
    gone = Deregister(Deregistered(DEAD, CHIEF))
    given(GRANTED).when(gone).refused(Refusal.LICENCE_NOT_PROPOSED, reason="HOLDER_DEAD")
    ended = replace(PROPOSED, reason=DeregistrationReason.HOLDER_ENDED)
    given(GRANTED, ended).when(gone).refused(Refusal.LICENCE_NOT_PROPOSED)
    given(GRANTED, PROPOSED).when(gone).then(gone.fact)
    own = Deregister(Deregistered(DEAD, CHECKER))
    given(GRANTED, PROPOSED).when(own).refused(Refusal.DUTY_SAME_PERSON, person=CHECKER)
    over = Deregister(Deregistered(DeregistrationReason.EXPIRED, CHIEF))
    given(GRANTED, EXPIRED, OVER).when(over).then(over.fact)


def test_contradictions_stop_the_file() -> None:
    """没有告知就听证、听证两次：账上不可能。"""
    events = (NOTICED, HEARD, PROPOSED, FORFEITED)
    check_impossible(approval.AGGREGATE, ((), (GRANTED,), *LIVES), events)
    state = approval.AGGREGATE.fold(LIVES[2])
    assert isinstance(state, InForce)
    assert state.penalty == approval.Penalty(NOTICED, HEARD)


def test_decider_laws() -> None:
    """吊销与注销的各步守决定者的共同规矩。"""
    check_decider_laws(approval.AGGREGATE, approval.decide, anything(approval.Command), LIVES)


def _open(*events: Event) -> set[tuple[TimerKind, date]]:
    timers: tuple[Timer, ...] = ()
    for version, event in enumerate(events, 1):
        timers = advance(timers, event, version)
    return {(timer.kind, timer.due_on) for timer in timers}


def test_the_deadlines_of_a_penalty_are_kept() -> None:
    """告知之后两项期限；听证了结一项，吊销或许可别样终结了结其余；另案的取代前一案的。"""
    forever = replace(GRANTED, valid_to=None)
    hearing = (TimerKind.PENALTY_HEARING, date(2026, 6, 1))
    decision = (TimerKind.PENALTY, date(2026, 6, 8))
    assert _open(forever, NOTICED) == {hearing, decision}
    assert _open(forever, NOTICED, SILENT) == {decision}
    again = replace(NOTICED, request_due_on=LATE, decide_due_on=date(2026, 9, 7))
    assert _open(forever, NOTICED, again) == {
        (TimerKind.PENALTY_HEARING, LATE),
        (TimerKind.PENALTY, date(2026, 9, 7)),
    }
    for ending in (FORFEITED, REVOKED, EXPIRED):
        assert _open(forever, NOTICED, ending) == set()


# -- the acts

NO = LicenceNo("JY-1")
NOTICE = endings.NoticePenalty(NO, "LA-1", date(2026, 3, 9), "GZ-1")
RECORD = endings.HearPenalty(NO, waived=False, record_no="BL-1", record_sha256=SHA)
FORFEIT = ForfeitLicence(NO, "CF-1")
PROPOSE = endings.ProposeDeregistration(NO, DEAD, PROOF)
GONE = DeregisterLicence(NO, DEAD)


def test_the_department_that_filed_decides() -> None:
    """立案、告知、听证、吊销是同一个监管部门；别的部门不行，别的机关也不行。"""
    book = licensed(None)
    stranger = book.hire("stranger", Role.SUPERVISOR, Organ("350505-ZJJ"), person("stranger"))
    book.refuse(Refusal.DUTY_ORGAN, NOTICE, stranger, "2026-05-25")
    book.do(NOTICE, STAFF["supervisor"], "2026-05-25")
    host = book.hire("host", Role.SUPERVISION_HEAD, SECOND_SUPERVISOR, person("host"))
    for act in (RECORD, FORFEIT):
        book.refuse(Refusal.DUTY_ORGAN, act, host, "2026-06-01")
    ours = book.hire("ours", Role.LEGAL, STAFF["chief"].organ, person("ours"))
    only(book.do(RECORD, ours, "2026-06-01"), PenaltyHeard)
    only(book.do(FORFEIT, STAFF["chief"], "2026-06-02"), Forfeited)
    book.refuse(Refusal.LICENCE_ENDED, RECORD, ours, "2026-06-03")
    assert book.do(FORFEIT, STAFF["chief"], "2026-06-03") == Plan()


def test_a_holder_asks_for_his_own_licence_only() -> None:
    """持证人只能就自己的许可申请注销；审核人须属作出许可的机关；决定的是另一人。"""
    book = licensed(None)
    foreign = book.hire("foreign", Role.REVIEWER, SECOND_SUPERVISOR, person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, PROPOSE, foreign, "2026-05-25", organ=APPROVER)
    other = replace(APPLICANT, officer_id=OfficerId("S-2"))
    book.refuse(Refusal.DUTY_SELF, PROPOSE, other, "2026-05-25")
    fact = only(book.do(PROPOSE, APPLICANT, "2026-05-25"), DeregistrationProposed)
    assert fact.proposer is None
    only(book.do(PROPOSE, STAFF["reviewer"], "2026-05-26"), DeregistrationProposed)
    only(book.do(GONE, STAFF["decider"], "2026-05-26"), Deregistered)


def test_nothing_is_done_without_a_licence() -> None:
    """没有此证的，告知、听证、建议都无从办起。"""
    for act, who in (
        (NOTICE, STAFF["supervisor"]),
        (RECORD, STAFF["chief"]),
        (PROPOSE, STAFF["clerk"]),
    ):
        town().refuse(Refusal.LICENCE_NOT_FOUND, act, who, "2026-05-25")
    book = licensed(None)
    book.refuse(Refusal.LICENCE_PENALTY_NOT_NOTICED, RECORD, STAFF["chief"], "2026-05-25")
    book.refuse(
        Refusal.LICENCE_NO_GROUND, replace(PROPOSE, reason=OVER.reason), MACHINE, "2026-05-25"
    )
