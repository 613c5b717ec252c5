"""文书与用印：账上确有其事才出具，加盖印章之后才寄出、送达。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import document, seal
from domain.decider import Event
from domain.document import (
    Deliver,
    Delivered,
    DeliveryMethod,
    Dispatch,
    Dispatched,
    DocumentKind,
    Issue,
    Issued,
)
from domain.refusals import Refusal
from domain.seal import SealSource, Use, Used
from domain.terms import CaseNo, Organ, PersonId, Sha256
from tests.domain.case_file import SHA, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(document.AGGREGATE, document.decide)
given_seal = case_files(seal.AGGREGATE, seal.decide)

CLERK = PersonId("P-W")
NEW = Sha256("b" * 64)
TODAY = date(2026, 3, 5)
ISSUED = Issued(
    kind=DocumentKind.ACCEPTANCE,
    number="SL-1",
    case_no=CaseNo("2026-000001"),
    organ=Organ("350505-SPJ"),
    source_stream="case/2026-000001",
    source_event="e-1",
    sha256=SHA,
    file_bytes=900,
    template="paper/v1",
    handler=CLERK,
)
SENT = Dispatched(DeliveryMethod.POST, "中国邮政", "EA1", CLERK)
SERVED = Delivered(DeliveryMethod.POST, date(2026, 3, 4), "EA1", CLERK)
LIVES: tuple[tuple[Event, ...], ...] = ((ISSUED,), (ISSUED, SENT), (ISSUED, SENT, SERVED))
USED = Used(
    document="document/2026-000001.acceptance",
    number="SL-1",
    organ=Organ("350505-SPJ"),
    source=SealSource.EMBEDDED,
    sha256=SHA,
    sealed_sha256=NEW,
    certificate_sha256=NEW,
    handler=CLERK,
)


def test_a_document_rests_on_a_fact() -> None:
    """账上确有其事才出具；同一份再出具无事可办，内容不同的看到已由谁出具。"""
    given().when(Issue(ISSUED, grounded=True)).then(ISSUED)
    given().when(Issue(ISSUED, grounded=False)).refused(Refusal.DOCUMENT_NO_GROUND, number="SL-1")
    given(ISSUED).when(Issue(ISSUED, grounded=False)).then()
    other = Issue(replace(ISSUED, sha256=NEW), grounded=True)
    given(ISSUED).when(other).refused(Refusal.DOCUMENT_ISSUED, number="SL-1", handler=CLERK)
    given(ISSUED, SENT, SERVED).when(other).refused(Refusal.DOCUMENT_DELIVERED, on="2026-03-04")


def test_a_sealed_document_is_dispatched() -> None:
    """用印之后才寄，须有单号；退回的换单号再寄，同一单号不记第二次。"""
    given(ISSUED).when(Dispatch(SENT, sealed=True)).then(SENT)
    given(ISSUED).when(Dispatch(SENT, sealed=False)).refused(Refusal.DOCUMENT_NOT_SEALED)
    mute = replace(SENT, tracking_no=" ")
    given(ISSUED).when(Dispatch(mute, sealed=True)).refused(Refusal.DOCUMENT_NO_PROOF)
    given(ISSUED, SENT).when(Dispatch(SENT, sealed=True)).then()
    again = replace(SENT, tracking_no="EA2")
    given(ISSUED, SENT).when(Dispatch(again, sealed=True)).then(again)
    given().when(Dispatch(SENT, sealed=True)).refused(Refusal.DOCUMENT_NOT_FOUND)
    given(ISSUED, SENT, SERVED).when(Dispatch(again, sealed=True)).refused(
        Refusal.DOCUMENT_DELIVERED, handler=CLERK
    )


def test_a_document_is_delivered_once_with_proof() -> None:
    """送达一次，有凭据；邮寄的先有寄出；不得送达于将来，也不得未用印。"""

    def deliver(fact: Delivered = SERVED, *, sealed: bool = True) -> Deliver:
        return Deliver(fact, sealed, TODAY)

    given(ISSUED, SENT).when(deliver()).then(SERVED)
    given(ISSUED, SENT, SERVED).when(deliver()).then()
    given(ISSUED, SENT).when(deliver(sealed=False)).refused(Refusal.DOCUMENT_NOT_SEALED)
    given(ISSUED).when(deliver()).refused(Refusal.DOCUMENT_NOT_DISPATCHED)
    by_hand = replace(SERVED, method=DeliveryMethod.IN_PERSON)
    given(ISSUED).when(deliver(by_hand)).then(by_hand)
    given(ISSUED).when(deliver(replace(by_hand, proof=""))).refused(Refusal.DOCUMENT_NO_PROOF)
    early = replace(by_hand, delivered_on=date(2026, 3, 6))
    given(ISSUED).when(deliver(early)).refused(Refusal.DOCUMENT_TIME, on="2026-03-06")
    given(ISSUED, SENT, SERVED).when(deliver(by_hand)).refused(Refusal.DOCUMENT_DELIVERED)
    given().when(deliver()).refused(Refusal.DOCUMENT_NOT_FOUND)


def test_a_seal_is_put_once_to_what_was_issued() -> None:
    """只盖已出具的文书、盖的是出具的内容，一份一次。"""
    given_seal().when(Use(USED, SHA)).then(USED)
    given_seal(USED).when(Use(USED, SHA)).then()
    other = replace(USED, sealed_sha256=SHA)
    given_seal(USED).when(Use(other, SHA)).refused(Refusal.SEAL_USED, number="SL-1", handler=CLERK)
    given_seal().when(Use(USED, None)).refused(Refusal.DOCUMENT_NOT_FOUND)
    given_seal().when(Use(USED, NEW)).refused(Refusal.SEAL_OTHER_CONTENT, number="SL-1")


def test_contradictions_stop_the_document() -> None:
    """互相矛盾的历史当即停下。"""
    check_impossible(document.AGGREGATE, ((), *LIVES), (ISSUED, SENT, SERVED))
    check_impossible(seal.AGGREGATE, ((USED,), ()), (USED, SENT))


def test_decider_laws() -> None:
    """文书与用印守决定者的共同规矩。"""
    check_decider_laws(document.AGGREGATE, document.decide, anything(document.Command), LIVES)
    check_decider_laws(seal.AGGREGATE, seal.decide, anything(seal.Command), ((USED,),))


@pytest.mark.parametrize("life", LIVES)
def test_whatever_does_not_fit_says_where_it_stands(life: tuple[Event, ...]) -> None:
    """不合时宜的办理，答复文书现在到了哪一步。"""
    assert document.standing(document.AGGREGATE.fold(life)).facts
