"""数据文件：读得进、写得出、来回一趟不变；写错的指明文件、行、项与代码。"""

import runpy
import string
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from domain.acts.areas import PublishAssessment
from domain.acts.catalogue import CancelItem, MakeDormant, PlanTransfer, TransferAuthority
from domain.acts.lists import PublishList, PublishServices
from domain.acts.policies import PublishPolicy
from domain.acts.register import PublishItem
from domain.catalogue import CancelMode, HandlingRules, ItemTag, TransferMode
from domain.commitment import BreachPolicy
from domain.lists import OF_MATERIALS, ListEntry, ListKind, Service
from domain.policy import Handling, Trigger
from domain.policy import Path as PolicyPath
from domain.terms import ItemCode, Organ
from runtime.catalogue import writer
from runtime.catalogue.checks import SHIPPED, checked, sound
from runtime.catalogue.content import Content, gather, in_order
from runtime.catalogue.fields import TABLES, Shape
from runtime.catalogue.finding import Fault, Place
from runtime.catalogue.rows import joined, read, word
from runtime.exits import Stop
from runtime.messages import ROOT, tables

GOOD: Final = """
[defaults]
effective_from = 2025-01-01
approving_body = "350505-SPJ"
supervising_bodies = ["350505-SCJG"]
legal_days = 20

[[item]]
item_code = "XK-1"
name = "某许可"
legal_basis = ["行政许可法 12条"]
promised_days = 5
materials = ["申请书", "平面图"]
speciality = "食品"
tags = ["ONLINE", "掌上办"]
standard_no = "FJ-1"
"""


def file(folder: Path, text: str, name: str = "a.toml") -> Path:
    """写下一份。"""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# -- there and back

names = st.text(
    alphabet=st.characters(categories=("L", "N", "P", "S"), exclude_characters="\x7f"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.isprintable() and text == text.strip())
codes = st.text(alphabet=string.ascii_uppercase + string.digits + "-", min_size=1, max_size=10)
some_names = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)
maybe_names = st.lists(names, max_size=3, unique=True).map(tuple)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
numbers = st.integers(0, 999_999_999)


def _values(table: str) -> st.SearchStrategy[dict[str, Any]]:
    """A row of the table, whatever may be written in it."""
    of_shape: dict[Shape, st.SearchStrategy[Any]] = {
        Shape.TEXT: names,
        Shape.TEXTS: some_names,
        Shape.NATURAL: numbers,
        Shape.YES: st.booleans(),
        Shape.DAY: days,
    }
    made: dict[str, st.SearchStrategy[Any]] = {}
    for one in TABLES[table].head:
        match one.shape:
            case Shape.CHOICE:
                made[one.name] = st.sampled_from(list(one.of or ()))
            case Shape.CHOICES:
                made[one.name] = st.lists(st.sampled_from(list(one.of or ())), unique=True).map(
                    tuple
                )
            case shape:
                made[one.name] = of_shape[shape]
        if one.default is None:
            made[one.name] = st.none() | made[one.name]
        elif one.default == ():
            made[one.name] = st.just(()) | made[one.name]
    return st.fixed_dictionaries(made)


def _items() -> st.SearchStrategy[PublishItem]:
    from runtime.catalogue.content import _item

    return st.builds(
        lambda values, code: _item({**values, "item_code": code}), _values("item"), codes
    )


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """任意的内容：各表都可以有，文字任意。"""
    items = draw(st.lists(_items(), max_size=3, unique_by=lambda one: one.item_code))
    kind = draw(st.sampled_from(list(ListKind)))
    entries = st.builds(
        ListEntry,
        codes.map(ItemCode),
        names if kind in OF_MATERIALS else st.none(),
        names if kind is ListKind.ONE_MATTER else st.none(),
    )
    known = PublishList(
        kind,
        draw(days),
        draw(names),
        draw(some_names),
        in_order(draw(st.lists(entries, min_size=1, max_size=4, unique=True))),
    )
    handlings = st.builds(
        Handling,
        st.just(Trigger.NOT_SUPPLIED),
        st.sampled_from(list(PolicyPath)),
        *[st.booleans()] * 4,
    )
    policy = PublishPolicy(
        draw(codes),
        *draw(st.tuples(days, names, names, names)),
        tuple(replace(draw(handlings), trigger=one) for one in Trigger),
    )
    service = st.builds(
        Service, codes.map(ItemCode), names, numbers, names, names, names, st.booleans()
    )
    services = draw(
        st.lists(service, min_size=1, max_size=3, unique_by=lambda one: (one.item_code, one.name))
    )
    area = draw(
        st.builds(
            PublishAssessment, codes, names, some_names, some_names, some_names, days, days, names
        )
    )
    code, organ = codes.map(ItemCode), codes.map(Organ)
    plan = st.builds(
        PlanTransfer, code, st.sampled_from(list(TransferMode)), organ, organ, days, names
    )
    done = st.builds(
        TransferAuthority, code, st.sampled_from(list(TransferMode)), organ, organ, days, names
    )
    cancel = st.builds(
        CancelItem, code, st.sampled_from(list(CancelMode)), days, names, names, st.none() | code
    )
    return Content(
        policies={policy.policy_id: policy},
        lists={kind: known},
        services=PublishServices(
            draw(days),
            draw(names),
            tuple(sorted(services, key=lambda one: (one.item_code, one.name))),
        ),
        items={one.item_code: one for one in items},
        areas={area.area_id: area},
        transfers=(draw(plan), draw(done)),
        dormant=(draw(st.builds(MakeDormant, code, names, names)),),
        cancels=(draw(cancel),),
    )


def bare(content: Content) -> Content:
    """内容本身，不论写在哪里。"""
    return replace(content, places={}, organs={})


@given(contents())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_toml_there_and_back(tmp_path: Path, content: Content) -> None:
    """任意内容写成 TOML 再读，与原来的相同。"""
    known = read([file(tmp_path, writer.toml(content))])
    assert known.findings == []
    assert bare(gather(known)[0]) == content


@given(contents())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_xlsx_there_and_back(tmp_path: Path, content: Content) -> None:
    """任意内容写成 XLSX 再读，与原来的相同；像公式的文字还是文字。"""
    path = tmp_path / "a.xlsx"
    path.unlink(missing_ok=True)
    writer.write(path, content, [])
    known = read([path])
    assert known.findings == []
    assert bare(gather(known)[0]) == content


@pytest.mark.parametrize("suffix", [".toml", ".xlsx"])
def test_what_is_shipped_there_and_back(tmp_path: Path, suffix: str) -> None:
    """随附的内容写出再读，一项不差；机关名称也在。"""
    content = sound(SHIPPED)
    path = tmp_path / f"a{suffix}"
    writer.write(path, content, [("说明", "随附")])
    again, findings = checked([path])
    assert bare(again) == replace(bare(content), elsewhere=frozenset())
    assert again.organs == content.organs
    assert [one for one in findings if one.is_fault] == []


def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """以等号开头的名称写进 XLSX 是文字，不是公式。"""
    item = replace(sound([file(tmp_path, GOOD)]).items[ItemCode("XK-1")], name="=1+1")
    path = tmp_path / "a.xlsx"
    writer.write(path, Content(items={item.item_code: item}), [])
    sheet = load_workbook(path)["事项"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_several_texts_in_one_cell(tmp_path: Path) -> None:
    """一格里的几条：一条一行，或者以分号隔开；名称里有分号的不会被拆开。"""
    for cell in ("申请书\n平面图", "申请书；平面图"):
        book = Workbook()
        sheet = book.create_sheet("事项")
        told = {
            "事项编码": "XK-1", "名称": "某许可", "生效之日": "2025-01-01", "依据": "行政许可法",
            "批准机关": "350505-SPJ", "监管部门": "350505-SCJG", "法定时限": 20, "承诺时限": 5,
            "申请材料": cell, "检查专业": "食品", "标签": "网上办", "标准编号": "FJ-1", "收费": "是",
        }  # fmt: skip
        sheet.append(list(told))
        sheet.append(list(told.values()))
        path = tmp_path / "a.xlsx"
        book.save(path)
        item = sound([path]).items[ItemCode("XK-1")]
        assert item.materials == ("申请书", "平面图")
        assert (item.rules.tags, item.rules.review.charged) == ((ItemTag.ONLINE,), True)
    assert joined(["甲；乙"]) == "甲；乙\n"


# -- what is wrong is told


def test_a_good_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    """没有写的取文件的平常值，再没有的取事项的平常值。"""
    content, findings = checked([file(tmp_path, GOOD)])
    assert findings == []
    item = content.items[ItemCode("XK-1")]
    assert (item.legal_days, item.breach_policy) == (20, BreachPolicy.REVOKE)
    assert item.rules == HandlingRules(tags=(ItemTag.ONLINE, ItemTag.MOBILE), standard_no="FJ-1")
    assert content.places["item", "XK-1"] == Place("a.toml", "item", 1, "XK-1")


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("promised_days = 5", "", "promised_days", Fault.MISSING),
        ("promised_days = 5", "promised_days = -1", "promised_days", Fault.SHAPE),
        ("promised_days = 5", 'promised_days = "5"', "promised_days", Fault.SHAPE),
        ("promised_days = 5", "promised_days = true", "promised_days", Fault.SHAPE),
        ("promised_days = 5", "promised_days = 5\nlimit = 3", "limit", Fault.UNKNOWN_FIELD),
        ("promised_days = 5", "promised_days = 21", "", "PERIOD"),
        ('"某许可"', '" 某许可"', "name", Fault.SHAPE),
        ('"某许可"', '""', "name", Fault.SHAPE),
        ('"ONLINE"', '"NOWHERE"', "tags", Fault.CHOICE),
        ('"ONLINE"', '"MOBILE"', "tags", Fault.TWICE),
        ('"平面图"', '"其他材料"', "", "CATCH_ALL"),
        ('"平面图"', '"申请书"', "materials", Fault.TWICE),
        ('["申请书", "平面图"]', "[]", "materials", Fault.MISSING),
        ('["申请书", "平面图"]', '"申请书"', "materials", Fault.SHAPE),
        ("2025-01-01", '"2025-01-01"', "effective_from", Fault.SHAPE),
        ("2025-01-01", "2025-01-01T00:00:00", "effective_from", Fault.SHAPE),
        ("[[item]]", "[[itm]]", "", Fault.UNKNOWN_TABLE),
        ("[defaults]", "source = 5\n[defaults]", "", Fault.SHAPE),
        ('speciality = "食品"', 'speciality = "食品"\npolicy = "无此"', "policy", Fault.UNKNOWN_POLICY),
        (
            'speciality = "食品"',
            'speciality = "食品"\nsafety = true\ndeemed_approval_basis = "某文"',
            "",
            "item.deemed_safety",
        ),
    ],
)  # fmt: skip
def test_every_fault_is_placed(tmp_path: Path, old: str, new: str, field: str, code: str) -> None:
    """写错一处：恰指明一处毛病，说出是哪一项；有话可说。"""
    assert old in GOOD
    paths = [file(tmp_path, GOOD.replace(old, new)), SHIPPED[1]]
    faults = [one for one in checked(paths)[1] if one.is_fault]
    assert [(one.field, one.code, one.place.file) for one in faults] == [(field, code, "a.toml")]
    assert faults[0].text
    assert "a.toml" in str(faults[0].place)
    with pytest.raises(Stop) as stopped:
        sound(paths)
    assert stopped.value.code == "catalogue.wrong"


def test_one_wrong_row_hides_no_other(tmp_path: Path) -> None:
    """几处毛病逐处列出，依次序。"""
    text = GOOD + GOOD.partition("[[item]]")[2].join(["[[item]]", ""]).replace("XK-1", "XK-2")
    text = text.replace("promised_days = 5", "promised_days = 30")
    found = checked([file(tmp_path, text)])[1]
    assert [(one.place.number, one.code) for one in found if one.is_fault] == [
        (1, "PERIOD"),
        (2, "PERIOD"),
    ]


LISTED: Final = """
[[list]]
kind = "COMMITMENT_MATERIALS"
effective_from = 2025-01-01
document_no = "一号"
legal_basis = ["某文"]
entries = [{entries}]
"""


@pytest.mark.parametrize(
    ("entries", "code", "is_fault"),
    [
        ('{ item_code = "XK-1" }', "list.entry", True),
        ('{ material = "平面图" }', Fault.MISSING, True),
        ("", Fault.MISSING, True),
        ('{ item_code = "XK-1", material = "平面图" }', "NOT_OF_ITEM", False),
        ('{ item_code = "XK-9", material = "平面图" }', "UNKNOWN_ITEM", False),
    ],
)
def test_a_list_and_its_items_agree(
    tmp_path: Path,
    entries: str,
    code: str,
    is_fault: bool,  # noqa: FBT001 -- a column
) -> None:
    """清单与事项对得上；对不上的指明。"""
    text = GOOD + LISTED.format(entries=entries)
    found = checked([file(tmp_path, text)])[1]
    assert (code, is_fault) in {(one.code, one.is_fault) for one in found}


def test_an_item_that_is_not_on_its_list(tmp_path: Path) -> None:
    """事项说可以承诺，清单上没有：提醒；由事项推出的清单总对得上。"""
    pledged = GOOD.replace("promised_days", 'commitment_materials = ["平面图"]\npromised_days')
    text = pledged + LISTED.format(entries='{ item_code = "XK-9", material = "图" }')
    assert "OFF_LIST" in {one.code for one in checked([file(tmp_path, text)])[1]}
    drawn = pledged + LISTED.format(entries="").replace("entries = []", "derived = true")
    content, findings = checked([file(tmp_path, drawn)])
    assert findings == []
    known = content.lists[ListKind.COMMITMENT_MATERIALS]
    assert known.entries == (ListEntry(ItemCode("XK-1"), "平面图"),)


def test_two_rows_of_one_list_must_agree(tmp_path: Path) -> None:
    """同一张清单写了两处而文件号不同：指明后一处；同一事项在两份文件里：重复。"""
    one = LISTED.format(entries='{ item_code = "XK-1", material = "平面图" }')
    paths = [
        file(tmp_path, GOOD + one + one.replace("一号", "二号")),
        file(tmp_path, GOOD, "b.toml"),
    ]
    faults = [
        (one.code, one.place.file, one.place.number) for one in checked(paths)[1] if one.is_fault
    ]
    assert faults == [(Fault.HEAD, "a.toml", 2), (Fault.TWICE, "b.toml", 1)]


def test_what_names_an_unknown_organ_or_item_is_remarked(tmp_path: Path) -> None:
    """没有名称的机关、不在文件里的事项：提醒，可能已在账上。"""
    text = (
        GOOD.replace("350505-SCJG", "350505-NOWHERE")
        + """
[[dormant]]
item_code = "XK-8"
explanation = "零办件"
document_no = "一号"

[[transfer]]
item_code = "XK-8"
mode = "DIRECT"
from_organ = "350505-SPJ"
to_organ = "350505-NOWHERE"
effective_from = 2025-01-01
document_no = "一号"
"""
    )
    found = checked([file(tmp_path, text)])[1]
    assert not any(one.is_fault for one in found)
    assert [one.code for one in found].count("UNKNOWN_ORGAN") == 2
    assert [one.code for one in found].count("UNKNOWN_ITEM") == 2
    organ = "\n[organ]\n350505-NOWHERE = '某局'\n"
    named = checked([file(tmp_path, text + organ)])[1]
    assert "UNKNOWN_ORGAN" not in {one.code for one in named}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.toml", "[[item]\n", "catalogue.unreadable"),
        ("a.csv", "x", "catalogue.kind"),
        ("a.xlsx", "x", "import.unreadable"),
        ("b.toml", None, "catalogue.no_file"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, text: str | None, code: str) -> None:
    """读不成的文件：说清是哪一份、为什么。"""
    path = tmp_path / name
    if text is not None:
        file(tmp_path, text, name)
    with pytest.raises(Stop) as stopped:
        checked([path])
    assert stopped.value.code == code
    assert name in stopped.value.facts["file"]


def test_an_empty_folder_and_a_strange_workbook(tmp_path: Path) -> None:
    """空的文件夹，没有一张认得的表的工作簿：都说出来。"""
    for name, code in (("none", "catalogue.no_file"), ("book", "catalogue.no_sheet")):
        folder = tmp_path / name
        folder.mkdir()
        if name == "book":
            Workbook().save(folder / "a.xlsx")
        with pytest.raises(Stop) as stopped:
            checked([folder])
        assert stopped.value.code == code


def test_a_heading_twice_in_a_sheet(tmp_path: Path) -> None:
    """XLSX 标题重名：指明；不认得的列也指明，行号照表格所显示。"""
    book = Workbook()
    sheet = book.create_sheet("休眠")
    sheet.append(["事项编码", "理由", "理由", "文件号", "备注"])
    sheet.append(["XK-1", "零办件", "零办件", "一号", "无"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    found = [(one.field, one.code, one.place.number) for one in checked([path])[1]]
    assert found == [("explanation", Fault.TWICE, 1), ("备注", Fault.UNKNOWN_FIELD, 2)]


# -- words


def test_every_field_and_table_has_its_chinese_name() -> None:
    """各表各项都有中文名，互不相同；没有多余的。"""
    words = tables()["catalogue_field"]
    used = {one.name for table in TABLES.values() for one in table.fields}
    assert used | {"entries", "services", "handlings"} == set(words)
    assert len(set(words.values())) == len(words)
    assert set(tables()["catalogue_table"]) == set(TABLES)


def test_every_choice_has_its_own_chinese_word() -> None:
    """每个代码集里，各代码的中文互不相同。"""
    for table in TABLES.values():
        for one in table.fields:
            if one.of is not None:
                words = [word(member) for member in one.of]
                assert len(set(words)) == len(words), one.name
                assert all(not text.isascii() for text in words), words


def test_the_page_tells_every_field() -> None:
    """docs/catalogue.md 的各表与所读的各项一致；改了须重新生成。"""
    script = runpy.run_module("docs.make_catalogue")
    text = (ROOT / "docs/catalogue.md").read_text(encoding="utf-8")
    assert script["page"](text) == text
