"""许可：效力与撤销、撤回、吊销、届满四种终结，以及注销。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval
from domain.approval import (
    Deregister,
    Deregistered,
    DeregistrationProposed,
    DeregistrationReason,
    End,
    Expire,
    Expired,
    Forfeited,
    Grant,
    Granted,
    RevocationGround,
    Revoked,
    Withdrawn,
)
from domain.decider import Event
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, Organ, PersonId, SubjectId
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(approval.AGGREGATE, approval.decide)

DECIDER = PersonId("P-D")
BODY = Organ("350505-SPJ")
GRANTED = Granted(
    case_no=CaseNo("2026-000001"),
    item_code=ItemCode("350505-0001"),
    holder=SubjectId("S-1"),
    decision_no="ZY-1",
    approving_body=BODY,
    in_name_of=BODY,
    commitment_id=None,
    valid_from=date(2026, 3, 4),
    valid_to=date(2026, 6, 30),
)
REVOKED = Revoked("CX-1", RevocationGround.COMMITMENT_BROKEN, "CXJD-1", date(2026, 3, 4))
WITHDRAWN = Withdrawn("规划调整", compensation_due=True, decision_no="CH-1", handler=DECIDER)
FORFEITED = Forfeited("CF-1", Organ("350505-SCJG"), PersonId("P-S"))
EXPIRED = Expired(date(2026, 6, 30))
ENDINGS: tuple[approval.Ending, ...] = (REVOKED, WITHDRAWN, FORFEITED, EXPIRED)
LIVES: tuple[tuple[Event, ...], ...] = (
    (GRANTED,),
    *((GRANTED, ending) for ending in ENDINGS),
    (GRANTED, EXPIRED, Deregistered(DeregistrationReason.EXPIRED, DECIDER)),
)
OFF = LIVES[-1]
CLERK = PersonId("P-C")


def _proposed(reason: DeregistrationReason) -> DeregistrationProposed:
    return DeregistrationProposed(reason, (), CLERK)


def _deregister(reason: DeregistrationReason) -> Deregister:
    return Deregister(Deregistered(reason, DECIDER))


def test_a_licence_number_is_granted_once() -> None:
    """一个证号一份许可，终结之后也不再用。"""
    given().when(Grant(GRANTED)).then(GRANTED)
    given(GRANTED).when(Grant(GRANTED)).then()
    other = Grant(replace(GRANTED, case_no=CaseNo("2026-000002")))
    for life in LIVES:
        given(*life).when(other).refused(Refusal.LICENCE_EXISTS, case_no="2026-000001")


@pytest.mark.parametrize("ending", [REVOKED, WITHDRAWN])
def test_a_licence_ends_once(ending: Revoked | Withdrawn) -> None:
    """四种终结各是各的，只能终结有效的许可（吊销见 test_endings）。"""
    given(GRANTED).when(End(ending)).then(ending)
    given(GRANTED, ending).when(End(ending)).then()
    given(GRANTED, EXPIRED).when(End(ending)).refused(Refusal.LICENCE_ENDED, ending="Expired")
    given().when(End(ending)).refused(Refusal.LICENCE_NOT_FOUND)
    given(*OFF).when(End(ending)).refused(Refusal.LICENCE_DEREGISTERED, reason="EXPIRED")


def test_revocation_reaches_back_to_the_grant_at_most() -> None:
    """撤销的效力可溯及许可生效之日，不得更早。"""
    early = replace(REVOKED, ineffective_from=date(2026, 3, 3))
    given(GRANTED).when(End(early)).refused(Refusal.LICENCE_BEFORE_GRANT, valid_from="2026-03-04")


def test_withdrawal_gives_reasons() -> None:
    """撤回合法的许可，须说明理由。"""
    given(GRANTED).when(End(replace(WITHDRAWN, reason=" "))).refused(Refusal.CASE_REASONS_MISSING)


def test_a_licence_expires_when_its_last_day_is_over() -> None:
    """规则 22：最后一日过完才届满；长期有效的不届满；已终结的无事可办。"""
    given(GRANTED).when(Expire(date(2026, 6, 30))).refused(
        Refusal.LICENCE_IN_FORCE, valid_to="2026-06-30"
    )
    given(GRANTED).when(Expire(date(2026, 7, 1))).then(EXPIRED)
    forever = replace(GRANTED, valid_to=None)
    given(forever).when(Expire(date(2099, 1, 1))).refused(Refusal.LICENCE_IN_FORCE, valid_to="")
    for life in LIVES[1:]:
        given(*life).when(Expire(date(2026, 7, 1))).then()
    given().when(Expire(date(2026, 7, 1))).refused(Refusal.LICENCE_NOT_FOUND)


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (EXPIRED, DeregistrationReason.EXPIRED),
        (REVOKED, DeregistrationReason.ENDED_BY_DECISION),
        (WITHDRAWN, DeregistrationReason.ENDED_BY_DECISION),
        (FORFEITED, DeregistrationReason.ENDED_BY_DECISION),
    ],
)
def test_deregistration_follows_an_ending(
    ending: approval.Ending, reason: DeregistrationReason
) -> None:
    """规则 22：注销不是撤销，须先有相应的终结。"""
    command = _deregister(reason)
    given(GRANTED, ending, _proposed(reason)).when(command).then(command.fact)
    given(GRANTED).when(command).refused(Refusal.LICENCE_NO_GROUND, reason=str(reason))


def test_deregistration_for_the_wrong_ending() -> None:
    """届满的不能以撤销为由注销，撤销的不能以届满为由注销。"""
    given(GRANTED, EXPIRED).when(_deregister(DeregistrationReason.ENDED_BY_DECISION)).refused(
        Refusal.LICENCE_NO_GROUND
    )
    given(GRANTED, REVOKED).when(_deregister(DeregistrationReason.EXPIRED)).refused(
        Refusal.LICENCE_NO_GROUND
    )


def test_deregistration_for_its_own_reasons() -> None:
    """许可法 70 条：持有人死亡、法人终止、不可抗力等自有情形，有效的许可也可注销，一次。"""
    command = _deregister(DeregistrationReason.HOLDER_ENDED)
    given(GRANTED, _proposed(command.fact.reason)).when(command).then(command.fact)
    given(GRANTED, command.fact).when(command).then()
    other = _deregister(DeregistrationReason.HOLDER_DEAD)
    given(GRANTED, command.fact).when(other).refused(
        Refusal.LICENCE_DEREGISTERED, reason="HOLDER_ENDED", handler=DECIDER
    )
    given().when(command).refused(Refusal.LICENCE_NOT_FOUND)


def test_what_the_law_dates_by_itself() -> None:
    """许可自有效期起、撤销自失效之日、届满自最后一日生效。"""
    today = date(2026, 7, 1)
    days = [event.takes_effect(today) for event in (GRANTED, REVOKED, EXPIRED, WITHDRAWN)]
    assert days == [date(2026, 3, 4), date(2026, 3, 4), date(2026, 6, 30), today]


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(approval.AGGREGATE, ((), *LIVES), events.values())


def test_decider_laws() -> None:
    """许可守决定者的共同规矩。"""
    check_decider_laws(approval.AGGREGATE, approval.decide, anything(approval.Command), LIVES)
