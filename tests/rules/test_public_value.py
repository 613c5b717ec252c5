"""公开值（trust.md B.2、B.3）：写法事先说定，一个值一种写法；来源没有公布的，到时才用说定的替代来源。"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import fallback, inspection_plan, public_value
from domain.acts.inspections import AnnulPlan, FixPublicValue, RegisterPlan
from domain.acts.public_values import UseFallbackValue
from domain.inspection_plan import FallbackUsed, PublicValueFixed, draw_by
from domain.public_value import ValueFormat
from domain.refusals import Refusal
from domain.terms import Evidence, OfficerId, PersonId, Sha256
from tests.domain.case_file import at, check_impossible
from tests.domain.hall import Hall
from tests.domain.laws import check_decider_laws
from tests.rules.draws import NO, PLAN, RUNNER, hall, promised, revealed

VALUE_AT: Final = PLAN.public_value_at
PROOF: Final = (Evidence("停开公告", Sha256("a" * 64)),)
LATER: Final = at("2026-09-03 21:15")
TWO: Final = replace(PLAN, value_format="SSQ", fallback_source="双色球下一期", fallback_at=LATER)
NUMBERS: Final = "03 06 13 25 28 29+06"
FALLBACK: Final = UseFallbackValue(NO, NUMBERS, "本期停开", PROOF, OfficerId("witness"))

# 各种写法：合的，不合的
SOUND: Final = [(name, public_value.example(name)) for name in ValueFormat if name != "DRAND"]
WRONG: Final = {
    "SSQ": (
        "3 6 13 25 28 29+06",
        "03.06.13.25.28.29+06",
        "06 03 13 25 28 29+06",
        "03 03 13 25 28 29+06",
        "03 06 13 25 28 34+06",
        "00 06 13 25 28 29+06",
        "03 06 13 25 28+06",
        "03 06 13 25 28 29",
        "03 06 13 25 28 29+17",
        "03 06 13 25 28 29+06 ",
        "０3 06 13 25 28 29+06",
    ),
    "KL8": ("01 02", " ".join(f"{one:02d}" for one in range(62, 82))),
    "FC3D": ("307", "3 0 10", "3 0", "3 0 x"),
    "DICE": ("3 5 1", " ".join("7" * 24), " ".join("1" * 201), ""),
    "FREE": ("", "  "),
}

# drand quicknet 第 657413 轮（trust.md C），与它公布的时刻
ROUND: Final = 657_413
ROUND_AT: Final = datetime(2023, 9, 15, 11, 0, 3, tzinfo=UTC)
SIGNATURE: Final = (
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be"
    "41076862b98fad56e91a6b85b89cd97b"
)
RANDOMNESS: Final = "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"


@pytest.mark.parametrize(("name", "text"), SOUND)
def test_each_format_has_one_written_form(name: str, text: str) -> None:
    """每种写法的样子合自己的写法；空的写法是旧计划，原文照录。"""
    assert public_value.known(name)
    assert public_value.sound(name, text, VALUE_AT)
    assert public_value.sound("", text, VALUE_AT)


@pytest.mark.parametrize(("name", "text"), [(name, one) for name in WRONG for one in WRONG[name]])
def test_another_way_of_writing_it_is_refused(name: str, text: str) -> None:
    """少一位、乱了次序、超出范围、多一个空格、别的数字：都不合。"""
    assert not public_value.sound(name, text, VALUE_AT)


def test_a_round_of_quicknet_is_checked_by_its_hash_and_its_instant() -> None:
    """随机数是签名的 SHA-256；轮次是说定的时刻那一轮，不能挑。签名本身不验。"""
    text = f"{ROUND} {SIGNATURE} {RANDOMNESS}"
    assert public_value.example("DRAND") == text
    assert sha256(bytes.fromhex(SIGNATURE)).hexdigest() == RANDOMNESS
    assert public_value.quicknet_round(ROUND_AT) == ROUND
    assert public_value.quicknet_round(ROUND_AT - timedelta(seconds=2)) == ROUND
    assert public_value.quicknet_round(ROUND_AT + timedelta(seconds=1)) == ROUND + 1
    assert public_value.quicknet_round(datetime(2026, 4, 20, tzinfo=UTC)) == 27_946_612
    assert public_value.quicknet_round(datetime(2020, 1, 1, tzinfo=UTC)) == 1
    assert public_value.sound("DRAND", text, ROUND_AT)
    assert not public_value.sound("DRAND", text, ROUND_AT + timedelta(seconds=1))
    for wrong in (
        f"{ROUND} {SIGNATURE[:-1]}c {RANDOMNESS}",
        f"{ROUND} {SIGNATURE} {RANDOMNESS.upper()}",
        f"0{ROUND} {SIGNATURE} {RANDOMNESS}",
        RANDOMNESS,
    ):
        assert not public_value.sound("DRAND", wrong, ROUND_AT)


def planned(plan: RegisterPlan = TWO) -> Hall:
    """从登记走到揭示截止。"""
    return revealed(promised(hall(), plan))


def test_a_value_must_be_written_as_was_announced() -> None:
    """不合写法的拒绝并告知一个样子；合的记下，公开值的文字不变。"""
    new = planned()
    wrong = FixPublicValue(NO, "03.06.13.25.28.29+06")
    assert new.refusal(wrong, RUNNER, "2026-09-02") is Refusal.PLAN_VALUE_FORMAT
    (fixed,) = new.record(FixPublicValue(NO, NUMBERS), RUNNER, "2026-09-02")
    assert fixed == PublicValueFixed(NUMBERS)
    old = planned(PLAN)
    (kept,) = old.record(wrong, RUNNER, "2026-12-02")  # 没有说定写法的，原文照录，不限日子
    assert kept == PublicValueFixed("03.06.13.25.28.29+06")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value_format": "六合彩"}, Refusal.PLAN_VALUE_FORMAT_UNKNOWN),
        ({"fallback_at": None}, Refusal.PLAN_FALLBACK),
        ({"fallback_source": " "}, Refusal.PLAN_FALLBACK),
        ({"fallback_at": VALUE_AT}, Refusal.PLAN_FALLBACK),
        ({"fallback_at": at("2026-10-01 21:15")}, Refusal.PLAN_FALLBACK),
    ],
)
def test_the_plan_says_both_or_is_refused(change: dict[str, object], code: Refusal) -> None:
    """没有的写法、只写一半的替代来源、不在其后的时刻，登记不了。"""
    wrong = replace(TWO, **change)  # type: ignore[arg-type]
    assert hall().refusal(wrong, RUNNER, "2026-08-31") is code


def test_the_fallback_comes_only_when_its_time_has_come() -> None:
    """替代来源的时刻之前没有它；到时两人记下，说明理由、附证据；公开值随即记下。"""
    new = planned()
    early = "2026-09-03 21:14"
    assert new.refusal(FALLBACK, RUNNER, early) is Refusal.PLAN_FALLBACK_EARLY
    day = "2026-09-04"
    for change, code in (
        ({"reason": " "}, Refusal.PLAN_NO_REASON),
        ({"evidence": ()}, Refusal.PLAN_NO_EVIDENCE),
        ({"value": "03.06"}, Refusal.PLAN_VALUE_FORMAT),
        ({"second": OfficerId("fire")}, Refusal.PLAN_NOT_RUNNER),
        ({"second": OfficerId("nobody")}, Refusal.OFFICER_UNKNOWN),
    ):
        assert new.refusal(replace(FALLBACK, **change), RUNNER, day) is code
    used, fixed = new.record(FALLBACK, RUNNER, day)
    assert isinstance(used, FallbackUsed)
    assert (used.source, fixed) == ("双色球下一期", PublicValueFixed(NUMBERS))
    new.idle(FALLBACK, RUNNER, day)
    other = replace(FALLBACK, value="01 06 13 25 28 29+06")
    assert new.refusal(other, RUNNER, day) is Refusal.PLAN_VALUE_FIXED


def test_the_fallback_never_stands_beside_the_first_value() -> None:
    """来源的值记下了，就没有替代；没有说定替代来源的，事后不能添。"""
    new = planned()
    new.record(FixPublicValue(NO, "01 06 13 25 28 29+06"), RUNNER, "2026-09-02")
    assert new.refusal(FALLBACK, RUNNER, "2026-09-04") is Refusal.PLAN_VALUE_FIXED
    bare = planned(replace(PLAN, value_format="SSQ"))
    assert bare.refusal(FALLBACK, RUNNER, "2026-09-04") is Refusal.PLAN_NO_FALLBACK
    early = hall()
    early.record(TWO, RUNNER, "2026-08-31")
    assert early.refusal(FALLBACK, RUNNER, "2026-09-04") is Refusal.PLAN_AWAITS_LISTS


def test_neither_came_in_time() -> None:
    """两处都没有来：抽取期限从替代来源的时刻起十日，过了不能再记，只有公开作废。"""
    new = planned()
    plan = inspection_plan.plan_of(new.load(inspection_plan.AGGREGATE, NO))
    assert plan is not None
    assert str(draw_by(plan)) == "2026-09-13"
    late = "2026-09-14"
    assert new.refusal(FALLBACK, RUNNER, late) is Refusal.PLAN_VALUE_OVERDUE
    first = FixPublicValue(NO, NUMBERS)
    assert new.refusal(first, RUNNER, late) is Refusal.PLAN_VALUE_OVERDUE
    new.record(AnnulPlan(NO, "两处都没有公布", OfficerId("witness")), RUNNER, late)
    assert new.refusal(FALLBACK, RUNNER, late) is Refusal.PLAN_ANNULLED


def test_the_fallback_obeys_the_laws_of_deciders() -> None:
    """替代来源守共同规矩；用两次、抽取之后再用，都是不可能的历史。"""
    new = planned()
    life = new.streams[f"plan/{NO}"]
    used, fixed = new.record(FALLBACK, RUNNER, "2026-09-04")
    people = [PersonId("p-runner"), PersonId("p-witness"), PersonId("p-fire")]
    commands = [
        fallback.UseFallback(value, "停开", proof, one, other, when)
        for value in (NUMBERS, "01 06 13 25 28 29+06", "")
        for proof in (PROOF, ())
        for one in people
        for other in people
        for when in (LATER, LATER - timedelta(seconds=1))
    ]
    check_decider_laws(
        inspection_plan.AGGREGATE,
        lambda state, command: command.decide(state),
        st.sampled_from(commands),
        [life, (*life, used, fixed)],
    )
    check_impossible(
        inspection_plan.AGGREGATE, [(), life[:1], (*life, used), (*life, used, fixed)], [used]
    )
