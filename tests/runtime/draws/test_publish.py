"""公布：没有抽取的、封存份额没有开启的，说明理由而不公布。"""

import pytest

from runtime.commands import draw
from runtime.draws import package
from runtime.exits import Exit, Stop
from tests.verifiers.test_replay import followed, plan_events, sealed_share

SEALED = 3


def test_what_is_published_carries_the_opened_share() -> None:
    """开启之后：网页、输入与卷宗都写着份额。"""
    share = sealed_share(SEALED)
    assert share is not None
    files = draw.published("000001", plan_events(SEALED))
    assert set(files) == {"draw.json", "input.json", "index.html"}
    assert all(share.hex() in text for text in files.values())


@pytest.mark.parametrize(("less", "code"), [(1, "draw.unopened"), (2, "draw.not_drawn")])
def test_a_draw_that_nobody_could_recompute_is_not_published(less: int, code: str) -> None:
    """封存份额未开启、尚未抽定：拒绝，写明理由。"""
    with pytest.raises(Stop) as stopped:
        draw.published("000001", plan_events(SEALED)[:-less])
    assert (stopped.value.code, stopped.value.exit_code) == (code, Exit.REFUSED)


def test_a_follower_is_published_with_its_leads_seed() -> None:
    """联合抽查：网页说与哪一份共用种子；牵头的份额没有开启，跟随的也不公布。"""
    lead, events = followed(SEALED)
    whole = plan_events(SEALED)
    files = draw.published("000002", events, ("000001", whole))
    assert "与计划 000001 共用一个种子" in files["index.html"]
    assert lead.state.lists.frozen.plan_leaf_hash in files["input.json"]
    assert package.lead_of(events) == "000001"
    assert package.lead_of(whole) is None
    assert package.lead_of([]) is None
    with pytest.raises(Stop) as stopped:
        draw.published("000002", events, ("000001", whole[:-1]))
    assert stopped.value.code == "draw.unopened"
