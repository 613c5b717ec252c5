"""公开的网页与浏览器里的复算程序：与我们的算术逐字相符，页面自己带着全部数据。"""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from domain import sampling
from runtime.draws import page
from runtime.draws.package import Stage, Status
from tests.verifiers.random_plans import readable

PROGRAM = Path(page.__file__).parent / "recompute.js"
NODE = shutil.which("node")
RUN = """
const { recompute, sm3, sha256, hex, utf8 } = require(process.argv[1]);
const inputs = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify(inputs.map(recompute)));
"""


def told(number: int) -> dict[str, Any]:
    """一份随机计划公布的输入与结果。"""
    given = readable(number).draw_input()
    return {"input": given, "expected": sampling.compute(given)}


@pytest.mark.skipif(NODE is None, reason="no JavaScript engine (node) on this machine")
def test_the_program_of_the_page_computes_the_same_draws() -> None:
    """两百份随机的计划：浏览器里的程序（第三份实现）与公布的结果逐字相同。"""
    cases = [told(number) for number in range(200)]
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", RUN, str(PROGRAM)],
        input=json.dumps([one["input"] for one in cases]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert json.loads(done.stdout) == [one["expected"] for one in cases]


class _Page(HTMLParser):
    """What a reader of the page gets: the data, the text, whatever it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.data = ""
        self.text: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in {"src", "href"}]
        if tag not in {"meta", "input", "br"}:
            self.within.append(f"{tag} {dict(attrs).get('type') or ''}".strip())

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop().split()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.within and self.within[-1] == "script application/json":
            self.data += data
        elif self.within and self.within[-1] not in {"script", "style"}:
            self.text.append(data)


def rendered(number: int, stage: Stage = Stage.RESULTS) -> tuple[_Page, dict[str, Any]]:
    """一页，读过一遍。"""
    drawn, published = readable(number), told(number)
    seen = _Page()
    seen.feed(page.render(drawn, published, drawn.audit(stage)))
    seen.close()
    assert seen.within == []
    return seen, published


def test_the_page_carries_the_whole_draw_and_loads_nothing() -> None:
    """一页之内就是全部：数据在页内，不连网，没有按钮；抽中的与界线都写着。"""
    seen, published = rendered(3)
    assert json.loads(seen.data) == published
    assert seen.loads == []
    assert "button" not in seen.tags
    text = "".join(seen.text)
    for layer in published["expected"]["strata"]:
        for one in layer["chosen"]:
            assert one["object"] in text
            assert one["ticket"] in text
    assert published["expected"]["seed"] in text
    assert "@@" not in text


def test_who_went_and_what_came_of_it_stands_there_only_afterwards() -> None:
    """抽取阶段只有承诺，一个检查人员也看不到；结果阶段写编号、结果代码的中文与各户的现状。"""
    number = next(
        one
        for one in range(0, 500, 5)  # with one that is left out
        if {Status.PUBLISHED, Status.PENDING}
        <= {*map(readable(one).status, readable(one).subjects())}
    )
    drawn = readable(number)
    people = {person for pair in drawn.state.pairs for person in pair.inspectors}
    early, late = ("".join(rendered(number, stage)[0].text) for stage in Stage)
    assert not any(person in early for person in people)
    assert all(person in late for person in people)
    for one in drawn.audit()["pairs"]:
        assert one["commitment"] in early
    assert "新业态-1：350505-FOOD 在观察期内，至 2026-12-31" in early
    assert "发现问题待后续处理、不符合承诺内容" in late
    assert "尚未检查" in late


def test_what_a_name_holds_is_text_and_not_a_tag() -> None:
    """对象编号里有标签的样子：照字显示，不成为标签，也不截断数据。"""
    drawn, published = readable(3), told(3)
    odd = "</script><b onclick=1>@@SEED@@"
    published["input"]["strata"][0]["objects"].append(odd)
    audit = drawn.audit(Stage.DRAW)
    for layer in published["expected"]["strata"]:
        layer["chosen"] = [one | {"object": odd} for one in layer["chosen"]]
    seen = _Page()
    seen.feed(page.render(drawn, published, audit))
    assert json.loads(seen.data) == published
    assert "b" not in seen.tags
    assert odd in "".join(seen.text)


@pytest.mark.skipif(
    not (shutil.which("xxd") and shutil.which("sha256sum")), reason="no xxd or sha256sum here"
)
def test_one_entry_is_checked_by_hand_with_one_hash() -> None:
    """照页上写的一条命令，手算得到页上写的抽签号。"""
    number = next(
        one
        for one in range(100)
        if told(one)["input"]["hash"] == "sha256" and told(one)["expected"]["strata"][0]["chosen"]
    )
    seen, published = rendered(number)
    command = re.search(r"printf %s [0-9a-f]+ \| xxd -r -p \| sha256sum", "".join(seen.text))
    assert command is not None
    done = subprocess.run(["sh", "-c", command[0]], capture_output=True, text=True, check=True)  # noqa: S607
    first = next(one for layer in published["expected"]["strata"] for one in layer["chosen"])
    assert done.stdout.split()[0] == first["ticket"]
