"""随附的事项清单：一百二十项以上，体检没有毛病也没有提醒，各种办理方式都有，公布得上去。"""

from collections import Counter
from datetime import date

import pytest

from domain.lists import ListKind
from domain.policy import Path as PolicyPath
from domain.terms import beijing_day
from runtime.catalogue.checks import SHIPPED, checked, claims
from runtime.catalogue.content import Content
from runtime.catalogue.differ import ChangeKind, Moment, compare
from runtime.catalogue.published import Snapshot, item_of
from runtime.catalogue.ways import Way, lists_of, ways
from runtime.founding import scenario
from runtime.messages import tables
from runtime.scenarios import player, reader
from runtime.scenarios.book import Book
from runtime.simulation.cast import _published
from runtime.simulation.town import town
from tests.runtime.catalogue.memory import MOMENT, TODAY, founded, put, seen, shipped


@pytest.fixture(scope="module")
def content() -> Content:
    """随附的内容。"""
    return shipped()


@pytest.fixture(scope="module")
def book(content: Content) -> Book:
    """公布了随附清单的账。"""
    made = founded()
    put(made, content)
    return made


@pytest.fixture(scope="module")
def known(book: Book) -> Snapshot:
    """公布之后账上的样子。"""
    return seen(book)


def test_there_are_enough_items_and_nothing_is_wrong() -> None:
    """一百二十项以上，名称各不相同；体检没有一处毛病或提醒。"""
    content, findings = checked(SHIPPED)
    assert findings == []
    assert len(content.items) >= 120
    assert len({one.name for one in content.items.values()}) == len(content.items)


def test_every_file_says_where_it_comes_from() -> None:
    """每份数据文件写明出处与机制。"""
    for path in sorted(SHIPPED[0].glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        assert 'source = "' in text, path.name
        assert path.name == "organs.toml" or "mechanisms = [" in text, path.name


def test_all_eight_lists_and_six_policies(content: Content) -> None:
    """七张清单与总表都在；六个承诺办法都有事项依它；三条路径都走得到。"""
    assert set(content.lists) == set(ListKind)
    used = {one.rules.pledge.policy for one in content.items.values()} - {None}
    assert used == set(content.policies)
    assert len(used) == 6
    paths = {one.path for known in content.policies.values() for one in known.handlings}
    assert paths == set(PolicyPath)


def test_every_commitment_item_names_its_policy(content: Content) -> None:
    """可以承诺的事项都指明依哪个办法。"""
    pledged = [one for one in content.items.values() if one.commitment_allowed]
    assert len(pledged) > 30
    assert all(one.rules.pledge.policy for one in pledged)


def test_every_way_is_represented(known: Snapshot) -> None:
    """每一种办理方式都有事项可以试。"""
    listed = dict(known.listed)
    counted = Counter(
        way
        for code, item in known.on(TODAY).items()
        for way in ways(item, lists_of(known, code, TODAY), listed[code], TODAY)
    )
    assert set(counted) == set(Way)
    assert set(tables()["way"]) == set(Way)
    assert counted[Way.COMMITMENT] > 30
    assert counted[Way.FILING] >= 10
    assert counted[Way.JOINT] >= 5


def test_published_once_there_is_nothing_left_to_do(
    book: Book, known: Snapshot, content: Content
) -> None:
    """公布之后再对照：添的、改的一件也没有；只剩演示自己的几项不在文件里。"""
    del book
    rest = compare(content, known, MOMENT)
    assert {one.kind for one in rest} == {ChangeKind.REMOVED}
    assert {one.key for one in rest} == {"SP-FOOD-001", "SP-SNACK-002", "BA-SOIL-003"}


def test_the_demonstration_goes_on_after_it(content: Content) -> None:
    """演示与演练的事项说自己在哪几张清单上，清单上就有：先公布清单，演示照演。"""
    theirs = [_published(one, date(2026, 1, 1)) for one in town().items]
    theirs += [item_of(code, state.latest) for code, state in seen(founded()).listed]
    said = [(kind, entry) for item in theirs for kind, entry in claims(item)]
    assert len(said) >= 8
    assert [one for one in said if one[1] not in content.lists[one[0]].entries] == []


@pytest.mark.parametrize(
    "name", ["base-approval", "base-commitment-breach", "base-filing", "base-on-the-spot"]
)
def test_ready_scenarios_play_as_before(content: Content, name: str) -> None:
    """公布了随附清单的账上，演示事项的演案照演：准的仍准，拒的仍拒。"""
    ready = reader.read(name)
    made = Book(ready.steps[0].at - player.BEFORE)
    for _, act, actor in player._opening(ready, scenario()):
        assert made.ask(act, actor).code is None
    put(made, content, Moment(beijing_day(made.now)))
    played = [player._play(made, scenario(), step) for step in ready.steps]
    assert list(player._wrong_steps(played)) == []
    assert list(player._wrong_end(ready, made)) == []
