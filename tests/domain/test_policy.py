"""承诺办法：三类情形各怎样处理，逐版公布；随附的六个办法与 Table C-policy 一致。"""

from dataclasses import replace
from datetime import date
from pathlib import Path as File

import pytest

from domain import calendar, policy
from domain.acts.policies import policies
from domain.commitment import BreachGround, BreachPolicy
from domain.decider import Plan
from domain.policy import Handling, Path, PolicyPublished, Publish, Trigger, handling, version_on
from domain.refusals import Refusal
from domain.terms import Role
from tests.domain.case_file import APPROVER, Book, case_files, check_impossible, person
from tests.domain.laws import anything, check_decider_laws

given = case_files(policy.AGGREGATE, policy.decide)
TODAY = date(2026, 3, 2)
SHIPPED = policies(
    (File(calendar.__file__).parent / "data" / "policies.toml").read_text(encoding="utf-8")
)


def same(path: Path, *triggers: Trigger) -> tuple[Handling, ...]:
    """各类情形都走同一路径。"""
    return tuple(
        Handling(
            trigger,
            path,
            terminate=False,
            credit_record=True,
            no_more_commitments=False,
            penalty=False,
        )
        for trigger in triggers or Trigger
    )


V1 = PolicyPublished(1, date(2025, 1, 1), "办法", "某市", "第一条", same(Path.REVOKE_AT_ONCE))
V2 = replace(V1, version=2, effective_from=TODAY, handlings=same(Path.RECTIFY_FIRST))


def test_versions_follow_one_another() -> None:
    """逐版公布，版本号由账本排定；内容相同即无事可办。"""
    given().when(Publish(replace(V1, version=0), TODAY)).then(V1)
    given(V1).when(Publish(replace(V1, version=0), TODAY)).then()
    given(V1).when(Publish(replace(V2, version=0), TODAY)).then(V2)


def test_a_new_version_never_reaches_back() -> None:
    """新版本不溯及既往；须有出处，三类情形各写一次。"""
    late = replace(V2, effective_from=date(2026, 3, 1))
    given(V1).when(Publish(late, TODAY)).refused(
        Refusal.POLICY_BACKDATED, effective_from="2026-03-01"
    )
    given().when(Publish(replace(V1, source=" "), TODAY)).refused(Refusal.POLICY_NO_SOURCE)
    twice = same(Path.RECTIFY_FIRST, *Trigger, Trigger.FALSE_PROMISE)
    for wrong in (twice, twice[:2]):
        given().when(Publish(replace(V1, handlings=wrong), TODAY)).refused(Refusal.POLICY_TRIGGERS)


def test_the_version_of_the_application_day_counts() -> None:
    """承诺依申请之日的版本；尚未生效的不算，没有公布的没有。"""
    state = policy.AGGREGATE.fold((V1, V2))
    assert version_on(state, date(2026, 3, 1)) == V1
    assert version_on(state, TODAY) == V2
    assert version_on(state, date(2024, 12, 31)) is None
    assert version_on(policy.Nothing(), TODAY) is None
    assert V2.takes_effect(date(2026, 3, 9)) == TODAY


@pytest.mark.parametrize("own", BreachPolicy)
@pytest.mark.parametrize("ground", BreachGround)
def test_an_item_without_a_policy_follows_its_own(own: BreachPolicy, ground: BreachGround) -> None:
    """没有指明办法的，依事项自定的路径；虚假承诺不经整改。"""
    false = ground is BreachGround.FALSE_PROMISE
    told = handling(None, own, ground)
    assert told.rectify is (own is BreachPolicy.RECTIFY_FIRST and not false)
    assert told.no_more_commitments is false


@pytest.mark.parametrize(
    ("number", "paths", "false"),
    [
        ("quanzhou-taishang-2021", ("AT_ONCE", "AT_ONCE", "AT_ONCE"), (False, False, False)),
        ("anyang", ("AT_ONCE", "FIRST", "FIRST"), (True, True, False)),
        ("shanghai-2024", ("FIRST", "FIRST", "FIRST"), (False, False, False)),
        ("beijing-2024", ("FIRST", "FIRST", "AT_ONCE"), (False, False, True)),
        ("zhejiang", ("FIRST", "FIRST", "FIRST"), (True, True, False)),
        ("shenzhen-credit", ("SUSPENDED",) * 3, (False, False, True)),
    ],
)
def test_the_six_texts(
    number: str, paths: tuple[str, str, str], false: tuple[bool, bool, bool]
) -> None:
    """Table C-policy：六个文本逐格核对；后三项是虚假承诺的记信用、不再适用承诺、移送处罚。"""
    (act,) = (one for one in SHIPPED if one.policy_id == number)
    assert tuple(one.path.rpartition("_")[2] for one in act.handlings) == tuple(
        path.rpartition("_")[2] for path in paths
    )
    (last,) = (one for one in act.handlings if one.trigger is Trigger.FALSE_PROMISE)
    assert (last.credit_record, last.no_more_commitments, last.penalty) == false


def test_the_six_texts_can_be_published() -> None:
    """随附的六个办法都能公布；再公布一次无事可办；指明办法的依办法处理。"""
    book = Book()
    publisher = book.hire("K01", Role.CATALOGUE, APPROVER, person("K"))
    assert len(SHIPPED) == 6
    for act in SHIPPED:
        book.do(act, publisher, "2026-03-02")
        assert book.do(act, publisher, "2026-03-02") == Plan()
    state = book.load(policy.AGGREGATE, "beijing-2024")
    known = version_on(state, TODAY)
    assert handling(known, BreachPolicy.REVOKE, BreachGround.NOT_CONFORMING).rectify
    assert not handling(known, BreachPolicy.REVOKE, BreachGround.FALSE_PROMISE).rectify


def test_contradictions_stop_the_policy() -> None:
    """版本跳号即矛盾。"""
    check_impossible(policy.AGGREGATE, ((), (V1,)), (V2, replace(V2, version=3)))


def test_decider_laws() -> None:
    """承诺办法守决定者的共同规矩。"""
    check_decider_laws(policy.AGGREGATE, policy.decide, anything(Publish), ((V1,), (V1, V2)))
