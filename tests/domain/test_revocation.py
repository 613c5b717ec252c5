"""撤销程序：建议、告知、陈述申辩、法制审核、决定或终止。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import revocation
from domain.approval import RevocationGround
from domain.decider import Event
from domain.refusals import Refusal
from domain.revocation import (
    Decide,
    Decided,
    Drop,
    Dropped,
    FollowUpMeasure,
    FollowUpOrdered,
    Hear,
    LegalReviewed,
    NoticeServed,
    Propose,
    Proposed,
    ReviewLegality,
    Serve,
    StatementHeard,
)
from domain.terms import CaseNo, CommitmentId, Evidence, LicenceNo, Organ, PersonId
from tests.domain.case_file import SHA, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(revocation.AGGREGATE, revocation.decide)

PROPOSER, SERVER, CONFIRMER, LEGAL, DECIDER = (PersonId(f"P-{n}") for n in "PSCLD")
PROOF = Evidence("JC-1", SHA)
DUE = date(2026, 10, 20)
PROPOSED = Proposed(
    licence_no=LicenceNo("JY-1"),
    case_no=CaseNo("2026-000001"),
    commitment_id=CommitmentId("C-1"),
    ground=RevocationGround.COMMITMENT_BROKEN,
    deciding_organ=Organ("350505-SPJ"),
    proposing_organ=Organ("350505-SCJG"),
    evidence=(PROOF,),
    proposer=PROPOSER,
)
NOTICE = NoticeServed("GZ-1", DUE, None, SERVER)
HEARD = StatementHeard(waived=False, record_sha256=SHA, handler=SERVER)
WAIVED = StatementHeard(waived=True, record_sha256=None, handler=SERVER)
LAWFUL = LegalReviewed(
    lawful=True, harms_public_interest=False, explanation="合法适当", handler=LEGAL
)
DECIDED = Decided("CXJD-1", "承诺落空", "可申请复议、提起诉讼", DECIDER)
DROPPED = Dropped("损害公共利益", DECIDER)
FOLLOW_UP = FollowUpOrdered(
    FollowUpMeasure.RECTIFY, Organ("350505-SLJ"), "补齐水质检测", date(2026, 12, 31), DECIDER
)
READY = (PROPOSED, NOTICE, HEARD, LAWFUL)
LIVES: tuple[tuple[Event, ...], ...] = (
    (PROPOSED,),
    (PROPOSED, NOTICE),
    (PROPOSED, NOTICE, HEARD),
    READY,
    (*READY, DECIDED),
    (*READY, DROPPED),
)


def test_a_proposal_rests_on_evidence() -> None:
    """建议撤销须有证据；以承诺落空为由的，账上须已有疑似或确认。"""
    given().when(Propose(PROPOSED, breach_found=True)).then(PROPOSED)
    given(PROPOSED).when(Propose(PROPOSED, breach_found=True)).then()
    given().when(Propose(PROPOSED, breach_found=False)).refused(
        Refusal.REVOCATION_NO_BREACH, licence_no="JY-1"
    )
    given().when(Propose(replace(PROPOSED, evidence=()), breach_found=True)).refused(
        Refusal.REVOCATION_NO_EVIDENCE
    )
    fraud = replace(PROPOSED, ground=RevocationGround.FRAUD_OR_BRIBERY)
    given().when(Propose(fraud, breach_found=False)).then(fraud)
    given(*READY, DECIDED).when(Propose(fraud, breach_found=False)).refused(
        Refusal.REVOCATION_DECIDED, decision_no="CXJD-1", handler=DECIDER
    )


def test_notice_waits_for_a_person_to_confirm_the_breach() -> None:
    """机器或监管发现的落空，由人确认之后才能告知撤销；其他理由不待确认。"""
    given(PROPOSED).when(Serve(NOTICE, breach_confirmed=True, rectify_first=False)).then(NOTICE)
    given(PROPOSED).when(Serve(NOTICE, breach_confirmed=False, rectify_first=False)).refused(
        Refusal.REVOCATION_BREACH_UNCONFIRMED
    )
    fraud = replace(PROPOSED, ground=RevocationGround.FRAUD_OR_BRIBERY)
    given(fraud).when(Serve(NOTICE, breach_confirmed=False, rectify_first=False)).then(NOTICE)
    given(PROPOSED, NOTICE).when(Serve(NOTICE, breach_confirmed=True, rectify_first=False)).then()
    given().when(Serve(NOTICE, breach_confirmed=True, rectify_first=False)).refused(
        Refusal.REVOCATION_NOT_FOUND
    )


def test_rectification_comes_first_where_the_policy_says_so() -> None:
    """先责令整改的事项，须附整改未果的证明才能告知撤销。"""
    given(PROPOSED).when(Serve(NOTICE, breach_confirmed=True, rectify_first=True)).refused(
        Refusal.REVOCATION_RECTIFY_FIRST
    )
    proven = replace(NOTICE, rectification=PROOF)
    given(PROPOSED).when(Serve(proven, breach_confirmed=True, rectify_first=True)).then(proven)


def test_the_party_is_heard_or_lets_the_time_pass() -> None:
    """听取的附笔录；期满之日过完才算放弃。"""
    life = (PROPOSED, NOTICE)
    given(*life).when(Hear(HEARD, DUE)).then(HEARD)
    given(*life).when(Hear(replace(HEARD, record_sha256=None), DUE)).refused(
        Refusal.REVOCATION_NO_RECORD
    )
    given(*life).when(Hear(WAIVED, DUE)).refused(
        Refusal.REVOCATION_STATEMENT_OPEN, due_on="2026-10-20"
    )
    given(*life).when(Hear(WAIVED, date(2026, 10, 21))).then(WAIVED)
    given(*life, HEARD).when(Hear(HEARD, DUE)).then()
    given(PROPOSED).when(Hear(HEARD, DUE)).refused(
        Refusal.REVOCATION_NOT_NOTIFIED, licence_no="JY-1"
    )


def test_legal_review_by_another_person_than_the_proposer() -> None:
    """法制审核在听取之后，审核人不得是建议人。"""
    life = (PROPOSED, NOTICE, HEARD)
    given(*life).when(ReviewLegality(LAWFUL)).then(LAWFUL)
    given(*life).when(ReviewLegality(replace(LAWFUL, handler=PROPOSER))).refused(
        Refusal.DUTY_SAME_PERSON, person=PROPOSER
    )
    given(*READY).when(ReviewLegality(LAWFUL)).then()
    given(PROPOSED, NOTICE).when(ReviewLegality(LAWFUL)).refused(
        Refusal.REVOCATION_NOT_HEARD, due_on="2026-10-20", handler=SERVER
    )


def test_the_decision_is_taken_by_a_different_person() -> None:
    """SD6：决定人与建议、确认落空、法制审核的人都不同；机器建议不算一个人。"""
    given(*READY).when(Decide(DECIDED, CONFIRMER)).then(DECIDED)
    given(*READY, DECIDED).when(Decide(DECIDED, CONFIRMER)).then()
    for same in (PROPOSER, CONFIRMER, LEGAL):
        own = replace(DECIDED, handler=same)
        given(*READY).when(Decide(own, CONFIRMER)).refused(Refusal.DUTY_SAME_PERSON, person=same)
    machine = (replace(PROPOSED, proposer=None), NOTICE, HEARD, LAWFUL)
    given(*machine).when(Decide(DECIDED, None)).then(DECIDED)


def test_the_public_interest_gate() -> None:
    """规则 20：损害公共利益的不予撤销，终止须有后续；法制审核不通过的只能说明理由终止。"""
    harmful = (*READY[:3], replace(LAWFUL, harms_public_interest=True))
    given(*harmful).when(Decide(DECIDED, None)).refused(Refusal.REVOCATION_PUBLIC_INTEREST)
    given(*harmful).when(Drop(DROPPED)).refused(Refusal.REVOCATION_FOLLOW_UP_NEEDED)
    given(*harmful).when(Drop(DROPPED, FOLLOW_UP)).then(DROPPED, FOLLOW_UP)
    unlawful = (*READY[:3], replace(LAWFUL, lawful=False))
    given(*unlawful).when(Decide(DECIDED, None)).refused(Refusal.REVOCATION_UNLAWFUL, handler=LEGAL)


def test_a_revocation_gives_reasons_and_remedies() -> None:
    """撤销决定须说明理由，告知救济途径。"""
    for mute in (replace(DECIDED, reasons=""), replace(DECIDED, remedies="")):
        given(*READY).when(Decide(mute, None)).refused(Refusal.CASE_REASONS_MISSING)
    given(PROPOSED, NOTICE, HEARD).when(Decide(DECIDED, None)).refused(
        Refusal.REVOCATION_NOT_REVIEWED, handler=SERVER
    )


@pytest.mark.parametrize("life", LIVES[:4])
def test_any_stage_can_be_dropped_with_reasons(life: tuple[Event, ...]) -> None:
    """任何一步都可终止，须说明理由：不得无声无息。"""
    given(*life).when(Drop(DROPPED)).then(DROPPED)
    given(*life, DROPPED).when(Drop(DROPPED)).then()
    given(*life).when(Drop(replace(DROPPED, reasons=""))).refused(Refusal.CASE_REASONS_MISSING)
    given(*life, DROPPED).when(Decide(DECIDED, None)).refused(
        Refusal.REVOCATION_DROPPED, handler=DECIDER
    )


def test_a_reviewed_procedure_waits_for_the_decision() -> None:
    """法制审核之后只待决定，不再回头。"""
    given(*READY).when(Hear(HEARD, DUE)).refused(Refusal.REVOCATION_REVIEWED, handler=LEGAL)


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(revocation.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """撤销程序守决定者的共同规矩。"""
    check_decider_laws(revocation.AGGREGATE, revocation.decide, anything(revocation.Command), LIVES)
