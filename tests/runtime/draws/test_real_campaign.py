"""真数据上的一次抽查：7,982 份许可，由它们过去的检查分等级，分层抽取，配对，公布。"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from benchmarks import campaign
from benchmarks.campaign import STRATA, Log, rows
from benchmarks.imports import REAL
from domain.inspection_plan import Settled
from domain.matching import load_cap
from domain.terms import HashName, Mode
from ledger.application import Ledger
from ledger.founding import establish, publish
from runtime.draws import rebuild
from runtime.draws.package import Published, Stage
from runtime.hall import beijing, open_hall
from runtime.messages import ROOT
from runtime.settings import Settings
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase

DATA: Final = ROOT.parent / "shared" / "data"
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not all((DATA / REAL[kind]).exists() for kind in (campaign.LICENCES, campaign.INSPECTIONS)),
        reason="../shared/data is not there: the real files are not part of the repository",
    ),
]


@dataclass(frozen=True, slots=True)
class Played:
    """走完的抽查：抽定的计划、公布的、文件夹，以及各人申明回避的。"""

    settings: Settings
    state: Settled
    drawn: Published
    out: Path
    recused: dict[str, set[str]]


@pytest.fixture(scope="module")
def played(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """从导入到公布，走一遍。"""
    settings, log = new_database(), Log()
    now = beijing(campaign.BEGINS)
    establish(settings, "demo", Mode.DEMO, HashName.SHA256, DEFAULT_PARTITIONS, now)
    with Ledger.open(settings) as ledger:
        publish(ledger)
    with open_hall(settings) as hall:
        campaign.founded(hall)
        campaign.imported(hall, DATA, log)
        campaign.staffed(hall)
        recused = campaign.recused(hall, DATA)
        campaign.classified(hall, settings, log)
        state = campaign.campaign(hall, settings, log)
        out = tmp_path_factory.mktemp("campaign") / "published"
        drawn = campaign.published(hall, settings, out, log)
        yield Played(settings, state, drawn, out, recused)


TODAY: Final = campaign.BEGINS[:10]


def _licences() -> Iterator[dict[str, str]]:
    """Terms that begin later are not imported yet, and a forfeiture is dated by the end of its term."""
    return (row for row in rows(DATA, campaign.LICENCES) if row["term_start"] <= TODAY)


def _in_force() -> set[str]:
    """By the file alone: whose licence has a latest term, begun by now, neither cancelled nor revoked."""
    latest: dict[str, dict[str, str]] = {}
    for row in _licences():
        known = latest.get(row["licence_number"])
        if known is None or row["term_start"] > known["term_start"]:
            latest[row["licence_number"]] = row
    return {
        f"CHI-{row['account_number']}"
        for row in latest.values()
        if row["status"] not in {"AAC", "REV"}
    }


def _classes() -> dict[str, str]:
    """By the file alone: points of each holder's inspections and forfeitures, and the class of the sum."""
    holders: dict[str, str] = {}
    points: Counter[str] = Counter()
    for row in _licences():
        holders[row["licence_number"]] = f"CHI-{row['account_number']}"
        points[holders[row["licence_number"]]] += 9 * (
            row["status"] == "REV" and row["term_end"] <= TODAY
        )
    for row in rows(DATA, campaign.INSPECTIONS):
        if row["licence_number"] in holders:
            scored = {"Fail": 3, "Pass w/ Conditions": 1}.get(row["result"], 0)
            points[holders[row["licence_number"]]] += scored
    return {
        holder: "D" if told >= 9 else "C" if told >= 4 else "B" if told >= 1 else "A"
        for holder, told in points.items()
    }


def test_the_list_is_everybody_in_force_in_the_class_of_their_results(played: Played) -> None:
    """名单：最近一期没有终结的每一户，等级由过去的检查结果算出；与直接数 CSV 的相同。"""
    listed = {str(one.subject): one.stratum for one in played.state.lists.objects}
    classes = _classes()
    assert listed == {subject: classes[subject] for subject in _in_force()}
    assert set(listed.values()) == set("ABCD")
    assert len({row["licence_number"] for row in rows(DATA, campaign.LICENCES)}) == 7_982


def test_each_class_is_drawn_by_its_share(played: Played) -> None:
    """A 3 %、B 10 %、C 30 %、D 全部，进一；每户的抽签号都不大于界线，没抽中的都大于。"""
    listed = Counter(one.stratum for one in played.state.lists.objects)
    drawn = Counter(one.stratum for one in played.state.result.drawn)
    assert drawn == {
        one.name: math.ceil(listed[one.name] * one.basis_points / 10_000) for one in STRATA
    }
    for stratum in STRATA:
        tickets = [one.ticket for one in played.state.result.drawn if one.stratum == stratum.name]
        assert all(one < other for one, other in pairwise(tickets))


def test_everybody_is_visited_by_two_who_may(played: Played) -> None:
    """每户两人，谁也不超上限，申明回避的一户也不去；十个人全部用上，没有配不上的。"""
    state = played.state
    assert state.unmatched == ()
    load = Counter(person for pair in state.pairs for person in pair.inspectors)
    cap = load_cap(len(state.result.drawn), len(state.lists.inspectors))
    assert len(load) == len(state.lists.inspectors) == 10
    assert max(load.values()) <= cap
    assert all(len({*pair.inspectors}) == 2 for pair in state.pairs)
    drawn = {pair.subject for pair in state.pairs}
    kept_away = {person: drawn & subjects for person, subjects in played.recused.items()}
    assert any(kept_away.values())  # the draw came upon some of them
    for pair in state.pairs:
        assert not any(pair.subject in kept_away.get(who, ()) for who in pair.inspectors)


def test_outsiders_and_the_ledger_get_the_same(played: Played) -> None:
    """局外人：replay.py、draw compute、页面的程序都相符；由账本重建名单也相符；任务逐户派发。"""
    agree = campaign.outsiders(played.out, Log())
    assert all(agree.values())
    assert {"replay.py", "draw compute"} <= agree.keys()
    with rebuild.vouched(played.settings) as deliveries:
        rebuilt = rebuild.relisted(campaign.PLAN, deliveries)
    assert rebuilt is not None
    assert rebuild.first_difference(played.state.lists, rebuilt) == ""
    assert played.drawn.tasks.keys() == {pair.subject for pair in played.state.pairs}
    assert played.drawn.stage(campaign.INSPECT_BY) is Stage.DRAW
