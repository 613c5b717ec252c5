"""公布：没有抽取的、封存份额没有开启的，说明理由而不公布；检查之前公布抽取，之后公布结果。"""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain import inspection_plan
from runtime.commands import draw
from runtime.draws import folder
from runtime.draws.package import OPEN, Stage
from runtime.exits import Exit, Stop
from tests.verifiers.random_plans import readable, sealed_share

SEALED = 3


def test_what_is_published_carries_the_opened_share() -> None:
    """开启之后：网页、输入与卷宗都写着份额。"""
    share = sealed_share(SEALED)
    assert share is not None
    files = folder.files(readable(SEALED), Stage.RESULTS)
    assert set(files) == {"draw.json", "input.json", "index.html"}
    assert all(share.hex() in text for text in files.values())


@pytest.mark.parametrize(("less", "code"), [(1, "draw.unopened"), (2, "draw.not_drawn")])
def test_a_draw_that_nobody_could_recompute_is_not_published(less: int, code: str) -> None:
    """封存份额未开启、尚未抽定：拒绝，写明理由。"""
    with pytest.raises(Stop) as stopped:
        draw.published("000001", lambda: readable(SEALED, less=less))
    assert (stopped.value.code, stopped.value.exit_code) == (code, Exit.REFUSED)


def test_the_stage_follows_the_visits() -> None:
    """还有没了结的，到检查限期为止公布抽取；都了结了，或者限期过了，公布结果。"""
    seen = set()
    for number in range(40):
        drawn = readable(number)
        by = drawn.plan.inspect_by
        waiting = any(drawn.status(one) in OPEN for one in drawn.subjects())
        assert drawn.stage(by) is (Stage.DRAW if waiting else Stage.RESULTS)
        assert drawn.stage(by + timedelta(days=1)) is Stage.RESULTS
        seen.add(waiting)
    assert seen == {True, False}


def test_a_task_not_yet_handed_out_is_not_over() -> None:
    """抽定了而任务还没有派发：还没有检查，公布的是抽取。"""
    fresh = next(
        replace(one, tasks={})
        for one in map(readable, range(40))
        if inspection_plan.teams(one.state)
    )
    assert fresh.stage(date(2026, 1, 10)) is Stage.DRAW


def test_a_folder_that_holds_something_stays(tmp_path: Path) -> None:
    """已有的文件夹不覆盖；写出的四个文件都在。"""
    out = tmp_path / "out"
    folder.write(out, folder.files(readable(1), Stage.DRAW))
    assert {one.name for one in out.iterdir()} == {
        "draw.json",
        "input.json",
        "index.html",
        "replay.py",
    }
    assert json.loads((out / "draw.json").read_text(encoding="utf-8"))["stage"] == "draw"
    with pytest.raises(Stop) as stopped:
        folder.write(out, {})
    assert stopped.value.code == "draw.folder_not_empty"
