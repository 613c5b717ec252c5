"""对照表：随附的都能用，写错一处就不用，说出是哪一处。"""

from pathlib import Path

import pytest

from domain.case import ImportedStep
from domain.importing import ImportKind
from runtime import cli
from runtime.commands import import_
from runtime.exits import Exit, Stop
from runtime.imports import mapping as mappings
from runtime.imports.mapping import default_text, parse, read_mapping
from runtime.imports.rows import require_heading
from tests.runtime.imports.files import GOOD

CASES, LICENCES, INSPECTIONS = ImportKind.CASES, ImportKind.LICENCES, ImportKind.INSPECTIONS


@pytest.mark.parametrize("kind", ImportKind)
def test_shipped_mappings_fit_their_files(kind: ImportKind) -> None:
    """随附的三张对照表都通过核对，标题对得上。"""
    require_heading(parse(kind, default_text(kind)), tuple(GOOD[kind]))


def test_every_activity_of_the_source_has_its_step() -> None:
    """二十七种活动逐一对照，加上另一种拼法；我们的每种步骤都用得到。"""
    steps = parse(CASES, default_text(CASES)).values["step"]
    assert {name.partition(" ")[0] for name in steps} == {
        "Confirmation",
        *(f"T{n:02d}" for n in range(2, 21) if n not in {7, 9}),
        *(f"T07-{n}" for n in range(1, 6)),
        *(f"T09-{n}" for n in range(1, 5)),
    }
    assert set(steps.values()) == {str(step) for step in ImportedStep}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("[columns]", "[colums]", "colums"),
        ('kind = "licences"', 'kind = "cases"', "kind"),
        ('kind = "licences"', 'kind = "LICENSES"', "kind"),
        ('kind = "licences"', "", "kind"),
        ('source = "CHI"', 'source = "chi"', "source"),
        ('source = "CHI"', "source = 7", "source"),
        ('encoding = "auto"', 'encoding = "latin-1"', "file.encoding"),
        ('encoding = "auto"', 'delimiter = ";;"', "file.delimiter"),
        ('encoding = "auto"', 'zone = "Mars/Olympus"', "file.zone"),
        ('date = "iso"', 'date = "%d.%m"', "file.date"),
        ('date = "iso"', 'time = "JJJJ"', "file.time"),
        ('encoding = "auto"', 'coding = "auto"', "coding"),
        ('record = "licence_term_id"', "", "record"),
        ('record = "licence_term_id"', 'recrod = "licence_term_id"', "columns.recrod"),
        ('risk_class = "B"', "", "risk_class"),
        ('risk_class = "B"', 'risk_class = "二"', "constants.risk_class"),
        ('risk_class = "B"', 'risk_class = "B"\nregion = "x"', "constants.region"),
        ('risk_class = "B"', "risk_class = 2", "constants.risk_class"),
        ('ISSUE = "ISSUED"', 'ISSUE = "GRANTED"', "values.kind.ISSUE"),
        ('ISSUE = "ISSUED"', 'ISSUE = ""', "values.kind.ISSUE"),
        ("[values.kind]", "[values.knid]", "values.knid"),
        ("[patterns]", "[patterns]\nspeciality = '.*'", "patterns.speciality"),
        ("[patterns]", "[patterns]\nvalid_to = '('", "patterns.valid_to"),
        ("[columns]", 'text = "x"\n[columns]', "text"),
        ("[columns]", "[columns", "TOML"),
        ('source = "CHI"', f'source = "CHI"\n# {"长" * mappings.MAX_TEXT}', "TOML"),
    ],
)
def test_a_mapping_that_is_nearly_right_is_not_used(old: str, new: str, where: str) -> None:
    """键写错、项写错、缺了必填、取值不对、正则不对：说出何处，不用它。"""
    text = default_text(LICENCES)
    assert old in text
    with pytest.raises(Stop) as stop:
        parse(LICENCES, text.replace(old, new, 1))
    assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, "import.mapping")
    assert stop.value.facts["where"].startswith(where)
    assert stop.value.facts["why"]


def test_a_mapping_must_be_utf8(tmp_path: Path) -> None:
    """对照表本身须是 UTF-8；带 BOM 的也可以。"""
    path = tmp_path / "m.toml"
    path.write_bytes(default_text(CASES).encode("utf-8-sig"))
    assert read_mapping(CASES, path).source == "WABO"
    path.write_bytes(default_text(CASES).encode("gb18030"))
    with pytest.raises(Stop, match=r"import\.mapping"):
        read_mapping(CASES, path)


def test_columns_that_are_not_there_are_named() -> None:
    """标题里缺的列逐一写出。"""
    heading = tuple(name for name in GOOD[LICENCES] if name not in {"ward", "status"})
    with pytest.raises(Stop) as stop:
        require_heading(parse(LICENCES, default_text(LICENCES)), heading)
    assert (stop.value.code, stop.value.facts["columns"]) == ("import.heading", "ward、status")


def test_a_file_of_another_kind_is_recognised() -> None:
    """拿检查结果当许可来导：说出它是哪一种。"""
    with pytest.raises(Stop) as stop:
        require_heading(parse(LICENCES, default_text(LICENCES)), tuple(GOOD[INSPECTIONS]))
    assert (stop.value.code, stop.value.facts) == ("import.other_kind", {"kind": "inspections"})


@pytest.mark.parametrize("kind", cli.KINDS)
def test_shown_mapping_can_be_used_as_it_is(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """打印出来的对照表原样可用，不需要账本。"""
    assert import_.run(cli.parse(["import", kind, "--show-mapping"]), None) == Exit.DONE
    wanted = ImportKind(kind.upper())
    assert parse(wanted, capsys.readouterr().out) == parse(wanted, default_text(wanted))
