"""封存份额三分之二托管（trust.md B.3）：三家收妥才揭示；部门压着不开，任意两家即可开启。"""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, permutations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import escrow, inspection_plan, sampling, shamir
from domain.acts.escrows import ConfirmPiece, EscrowShare, OpenPiece
from domain.acts.inspections import (
    AnnulPlan,
    CloseReveals,
    DrawSealed,
    FixPublicValue,
    OpenSealedShare,
    RegisterPlan,
    RevealShare,
    VoidPlan,
)
from domain.escrow import PieceConfirmed, PieceDeposited, PieceOpened
from domain.inspection_plan import SealedShareOpened, open_by, plan_of, void_by
from domain.refusals import Refusal
from domain.shamir import Piece
from domain.terms import HashName, OfficerId, Organ, PersonId, Role
from tests.domain.case_file import MACHINE, actor
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import (
    FIRE,
    NO,
    PLAN,
    RUNNER,
    SHARERS,
    SHARES,
    hall,
    inspector,
    promised,
    revealed,
    shop,
)

SECRET: Final = bytes(range(32))
NOISE: Final = bytes(range(100, 132))
KEEPERS: Final = (Organ("司法局"), Organ("档案局"), FIRE)
HOLDERS: Final = tuple(actor(f"k{n}", Role.SUPERVISOR, one) for n, one in enumerate(KEEPERS))
KEPT: Final = replace(
    PLAN,
    sealed_share_commitment=sampling.share_commitment(HashName.SHA256, SECRET),
    share_keepers=KEEPERS,
)
PIECES: Final = shamir.split(SECRET, NOISE)
TOLD: Final = tuple(escrow.commitment(HashName.SHA256, NO, one) for one in PIECES)
DAY: Final = "2026-09-01"


# -- the arithmetic


def test_the_field_is_the_one_of_aes() -> None:
    """乘法与倒数：AES 标准（FIPS 197 第 4.2 节）的例子；零没有倒数。"""
    assert shamir.times(0x57, 0x83) == 0xC1
    assert shamir.times(0x57, 0x13) == 0xFE
    assert shamir.inverse(0x53) == 0xCA
    assert all(shamir.times(one, shamir.inverse(one)) == 1 for one in range(1, 256))
    with pytest.raises(ZeroDivisionError):
        shamir.inverse(0)


def test_the_pieces_of_one_share() -> None:
    """手算的一例：份额 0x00、0x01，随机 0x01、0x80；写法一种，别的读不出。"""
    assert [one.value for one in shamir.split(b"\x00\x01", b"\x01\x80")] == [
        b"\x01\x81",
        b"\x02\x1a",
        b"\x03\x9a",
    ]
    for one in PIECES:
        assert shamir.parse(one.text) == one
    for wrong in ("", "4-" + "0" * 64, "1-" + "0" * 63, "1-" + "A" * 64, "1 " + "0" * 64):
        assert shamir.parse(wrong) is None
    with pytest.raises(ValueError, match="random"):
        shamir.split(SECRET, b"")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_any_two_make_the_share_and_one_says_nothing(share: bytes, noise: bytes) -> None:
    """任意两份、不论先后，合出份额；任何一份配上适当的随机，可以是任何份额的一份。"""
    pieces = shamir.split(share, noise)
    for one, other in permutations(pieces, 2):
        assert shamir.combine(one, other) == share
    for piece in pieces:
        scale = shamir.inverse(piece.number)
        fitting = bytes(shamir.times(y, scale) for y in piece.value)  # for the share of zeros
        assert shamir.split(bytes(32), fitting)[piece.number - 1] == piece


# -- the ceremony


def kept(plan: RegisterPlan = KEPT) -> Hall:
    """承诺齐备，托管人各有经办。"""
    new = hall()
    for one in HOLDERS:
        new.employ(one.officer_id, one.role, one.organ)
    people = tuple(map(inspector, ("A", "B")))
    return promised(new, plan, (shop(1),), people)


def confirmed() -> Hall:
    """三家都收妥。"""
    new = kept()
    new.record(EscrowShare(NO, TOLD), RUNNER, "2026-08-31")
    for one, told in zip(HOLDERS, TOLD, strict=True):
        new.record(ConfirmPiece(NO, told), one, "2026-08-31")
    return new


def drawn() -> Hall:
    """收妥、揭示、抽定，部门压着份额不开。"""
    new = revealed(confirmed())
    new.record(FixPublicValue(NO, "03.06.13.25.28.29+06"), RUNNER, "2026-09-02")
    new.record(DrawSealed(NO, SECRET.hex()), RUNNER, "2026-09-02")
    return new


def test_nothing_is_revealed_before_all_three_confirmed() -> None:
    """写明了托管人的，三家都收妥之前，份额不能揭示，揭示也不能截止。"""
    new = kept()
    reveal = RevealShare(NO, SHARES[0])
    assert new.refusal(ConfirmPiece(NO, TOLD[0]), HOLDERS[0], DAY) is Refusal.ESCROW_AWAITS
    deposit = EscrowShare(NO, TOLD)
    events = new.record(deposit, RUNNER, DAY)
    assert [(one.keeper, one.number) for one in events if isinstance(one, PieceDeposited)] == [
        (keeper, number) for number, keeper in enumerate(KEEPERS, 1)
    ]
    new.idle(deposit, RUNNER, DAY)
    for one, told in zip(HOLDERS, TOLD, strict=True):
        assert new.refusal(reveal, SHARERS[0], DAY) is Refusal.PLAN_AWAITS_ESCROW
        assert new.refusal(CloseReveals(NO), MACHINE, DAY) is Refusal.PLAN_AWAITS_ESCROW
        (sure,) = new.record(ConfirmPiece(NO, told), one, DAY)
        assert isinstance(sure, PieceConfirmed)
        new.idle(ConfirmPiece(NO, told), one, DAY)
    new.record(reveal, SHARERS[0], DAY)


def test_what_is_deposited_is_fixed() -> None:
    """不是三份、两份相同、不是杂凑、改口、别的部门、公开值之后：都不行；收到的不符的不能确认。"""
    new = kept()
    deposit = EscrowShare(NO, TOLD)
    for wrong in (TOLD[:2], (*TOLD[:2], TOLD[0]), (*TOLD[:2], "x")):
        assert new.refusal(EscrowShare(NO, wrong), RUNNER, DAY) is Refusal.ESCROW_PIECES
    assert new.refusal(deposit, HOLDERS[2], DAY) is Refusal.DUTY_ORGAN
    late = "2026-09-01 21:15"
    assert new.refusal(deposit, RUNNER, late) is Refusal.ESCROW_LATE
    new.record(deposit, RUNNER, DAY)
    other = EscrowShare(NO, TOLD[::-1])
    assert new.refusal(other, RUNNER, DAY) is Refusal.ESCROW_DEPOSITED
    swapped = ConfirmPiece(NO, TOLD[1])
    assert new.refusal(swapped, HOLDERS[0], DAY) is Refusal.ESCROW_PIECE_WRONG
    right = ConfirmPiece(NO, TOLD[0])
    assert new.refusal(right, RUNNER, DAY) is Refusal.ESCROW_NOT_KEEPER
    assert new.refusal(right, HOLDERS[0], late) is Refusal.ESCROW_LATE
    new.record(AnnulPlan(NO, "托管有误", OfficerId("witness")), RUNNER, DAY)
    assert new.refusal(right, HOLDERS[0], DAY) is Refusal.PLAN_ANNULLED
    assert new.refusal(deposit, RUNNER, DAY) is Refusal.PLAN_ANNULLED


def test_who_may_keep_it() -> None:
    """三家不同、不含组织抽取的部门、封存了份额的才托管；没有写明的不必，事后不能添。"""
    for wrong in (
        replace(KEPT, share_keepers=KEEPERS[:2]),
        replace(KEPT, share_keepers=(*KEEPERS[:2], KEEPERS[0])),
        replace(KEPT, share_keepers=(*KEEPERS[:2], BUREAU)),
        replace(KEPT, sealed_share_commitment=None),
    ):
        assert hall().refusal(wrong, RUNNER, "2026-08-31") is Refusal.PLAN_KEEPERS
    bare = kept(replace(KEPT, share_keepers=()))
    assert bare.refusal(EscrowShare(NO, TOLD), RUNNER, DAY) is Refusal.ESCROW_NO_KEEPERS
    bare.record(RevealShare(NO, SHARES[0]), SHARERS[0], DAY)
    absent = hall()
    assert absent.refusal(EscrowShare(NO, TOLD), RUNNER, DAY) is Refusal.PLAN_NOT_FOUND
    early = RevealShare(NO, SHARES[0])
    assert absent.refusal(early, SHARERS[0], DAY) is Refusal.PLAN_NOT_FOUND


def opening(number: int) -> OpenPiece:
    """某家开启自己的一份。"""
    return OpenPiece(NO, PIECES[number].text)


@pytest.mark.parametrize("two", list(combinations(range(3), 2)))
def test_two_keepers_open_what_the_department_withholds(two: tuple[int, int]) -> None:
    """公布期限（检查限期起三十日）过后，任意两家各开一份，份额即公布；失效的期限晚十日。"""
    new = drawn()
    plan = plan_of(new.load(inspection_plan.AGGREGATE, NO))
    assert plan is not None
    assert (open_by(plan), void_by(plan)) == (date(2026, 10, 30), date(2026, 11, 9))
    first, second = two
    assert new.refusal(opening(first), HOLDERS[first], "2026-10-30") is Refusal.ESCROW_TIME
    late = OpenSealedShare(NO, SECRET.hex())
    assert new.refusal(late, RUNNER, "2026-10-31") is Refusal.PLAN_SHARE_LATE
    (given_first,) = new.record(opening(first), HOLDERS[first], "2026-10-31")
    assert isinstance(given_first, PieceOpened)
    new.idle(opening(first), HOLDERS[first], "2026-10-31")
    assert new.refusal(VoidPlan(NO), MACHINE, "2026-11-09") is Refusal.PLAN_NOT_YET_DUE
    opened, share = new.record(opening(second), HOLDERS[second], "2026-11-09")
    assert isinstance(opened, PieceOpened)
    assert share == SealedShareOpened(SECRET.hex(), PersonId(f"p-k{second}"))
    third = ({0, 1, 2} - set(two)).pop()
    assert new.refusal(opening(third), HOLDERS[third], "2026-11-09") is Refusal.ESCROW_OPENED


def test_a_false_piece_is_refused_by_its_commitment() -> None:
    """改一位、拿别家的一份、别的写法：与托管的承诺不符，不收；不是托管人的不收。"""
    new = drawn()
    when = "2026-10-31"
    false = Piece(1, bytes(32)).text
    for wrong in (false, PIECES[1].text, PIECES[0].text.upper(), ""):
        act = OpenPiece(NO, wrong)
        assert new.refusal(act, HOLDERS[0], when) is Refusal.ESCROW_PIECE_WRONG
    assert new.refusal(opening(0), RUNNER, when) is Refusal.ESCROW_NOT_KEEPER
    assert new.refusal(opening(0), HOLDERS[0], "2026-11-10") is Refusal.ESCROW_TIME
    (void,) = new.record(VoidPlan(NO), MACHINE, "2026-11-10")
    assert void == inspection_plan.PlanVoided(date(2026, 11, 9))
    assert new.refusal(opening(0), HOLDERS[0], "2026-11-10") is Refusal.PLAN_VOIDED


def test_false_pieces_from_the_department_are_shown_up() -> None:
    """部门托管的与承诺相符而合不出份额：各份都开在账上，到期失效，谁都看得出。"""
    junk = tuple(Piece(number, bytes([7 * number**2] * 32)) for number in (1, 2, 3))
    told = tuple(escrow.commitment(HashName.SHA256, NO, one) for one in junk)
    new = kept()
    new.record(EscrowShare(NO, told), RUNNER, "2026-08-31")
    for holder, mine in zip(HOLDERS, told, strict=True):
        new.record(ConfirmPiece(NO, mine), holder, "2026-08-31")
    revealed(new)
    new.record(FixPublicValue(NO, "03.06.13.25.28.29+06"), RUNNER, "2026-09-02")
    act = OpenPiece(NO, junk[0].text)
    assert new.refusal(act, HOLDERS[0], "2026-10-31") is Refusal.PLAN_AWAITS_DRAW
    new.record(DrawSealed(NO, SECRET.hex()), RUNNER, "2026-09-02")
    for holder, one in zip(HOLDERS, junk, strict=True):
        (opened,) = new.record(OpenPiece(NO, one.text), holder, "2026-10-31")
        assert isinstance(opened, PieceOpened)
    new.record(VoidPlan(NO), MACHINE, "2026-11-10")


def test_an_unconfirmed_piece_is_not_opened() -> None:
    """没有收妥的一家开启不了。"""
    plan = plan_of(drawn().load(inspection_plan.AGGREGATE, NO))
    assert plan is not None
    day = open_by(plan) + timedelta(days=1)
    act = escrow.Open(NO, plan, KEEPERS[0], PIECES[0].text, PersonId("p-k0"), day)
    none = escrow.decide(escrow.Escrow(), act)
    assert getattr(none, "code", None) is Refusal.ESCROW_AWAITS
