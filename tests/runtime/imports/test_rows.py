"""逐行换算：好的一行成一道命令，坏的一行说出哪一列、为何、怎么办。"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.acts.imports import ImportCaseStep, ImportInspection, ImportLicenceTerm
from domain.approval import ImportedEnding, TermEnding, TermKind
from domain.case import ImportedStep
from domain.importing import ImportKind
from domain.inspection_task import FindingCode
from domain.terms import Channel, Personal
from runtime import words
from runtime.imports.mapping import default_text, parse
from runtime.imports.refused import RowRefused
from runtime.imports.rows import Rows, Taken
from tests.runtime.imports.files import GOOD, NOW, rows_of, taken

CASES, LICENCES, INSPECTIONS = ImportKind.CASES, ImportKind.LICENCES, ImportKind.INSPECTIONS
LATIN_NAME = "Ünal"
RESIDENT = "11010519491231002X"
PHONE = "13800138000"


def case(**changes: str) -> ImportCaseStep:
    """办件的一行。"""
    row = taken(CASES, **changes)
    assert isinstance(row, Taken)
    assert isinstance(row.act, ImportCaseStep)
    return row.act


def term(**changes: str) -> ImportLicenceTerm:
    """许可的一行。"""
    row = taken(LICENCES, **changes)
    assert isinstance(row, Taken)
    assert isinstance(row.act, ImportLicenceTerm)
    return row.act


def inspection(**changes: str) -> ImportInspection:
    """检查的一行。"""
    row = taken(INSPECTIONS, **changes)
    assert isinstance(row, Taken)
    assert isinstance(row.act, ImportInspection)
    return row.act


def test_a_case_row_becomes_a_step() -> None:
    """编号前加来源代号，时刻带时区，EMPTY 与空着的是没有。"""
    act = case()
    assert (act.case_no, act.case.item_code) == ("WABO-case-1", "WABO-ENV")
    assert act.case.channel is Channel.WEB
    assert act.case.ended_at is None
    assert (act.step.step, act.step.team) == (ImportedStep.RECEIVED, None)
    assert act.step.completed_at == datetime(2011, 10, 11, 11, 45, 40, 276000, tzinfo=UTC)
    origin = act.step.origin
    assert (origin.source, origin.record, origin.line) == ("WABO", "task-1", 2)


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("ISSUE", TermKind.ISSUED),
        ("RENEW", TermKind.RENEWED),
        ("C_LOC", TermKind.RELOCATED),
        ("C_EXPA", TermKind.EXPANDED),
        ("C_CAPA", TermKind.CHANGED),
        ("C_SBA", TermKind.CHANGED),
    ],
)
def test_every_application_type_is_known(kind: str, ours: TermKind) -> None:
    """许可的各种申请类型。"""
    assert term(application_type=kind).term.kind is ours


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("AAI", None),
        ("REA", None),
        ("INQ", None),
        ("AAC", ImportedEnding.DEREGISTERED),
        ("REV", ImportedEnding.FORFEITED),
    ],
)
def test_status_says_whether_and_how_a_term_ended(
    status: str, ending: ImportedEnding | None
) -> None:
    """撤回申诉未决的不算终结；终结之日来源没有载明，取该期末日，不作准日。"""
    act = term(status=status)
    assert act.term.source_status == status
    expected = ending and TermEnding(ending, date(2013, 5, 15), exact=False)
    assert act.ending == expected


def test_a_licence_row_has_its_bodies_and_holder() -> None:
    """机关、监管部门、专业由对照表定；没有选区的写未载。"""
    act = term(ward="")
    assert (act.licence_no, act.term.region, act.term.holder) == ("CHI-100", "未载", "CHI-7")
    assert act.holder.region == "台商区"
    assert act.term.supervising_bodies == ("350505-SCJG",)
    assert (act.holder.risk_class, act.holder.kind, act.holder.name) == ("B", None, None)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ("Pass", FindingCode.NO_PROBLEM),
        ("Pass w/ Conditions", FindingCode.PROBLEM_CORRECTED),
        ("Fail", FindingCode.PROBLEM_PENDING),
    ],
)
def test_results_have_our_codes(result: str, code: FindingCode) -> None:
    """检查结果的代码；检查人员可以空着，风险等级照写。"""
    fact = inspection(result=result, inspector="").fact
    assert (fact.codes, fact.inspector, fact.source_risk) == ((code,), None, "Risk 1 (High)")
    assert (fact.licence_no, fact.minor) == ("CHI-100", 2)


@pytest.mark.parametrize(
    ("kind", "changes", "code", "field"),
    [
        (LICENCES, {"licence_number": ""}, "import.missing", "licence_number"),
        (LICENCES, {"licence_number": "Retail"}, "import.pattern", "licence_number"),
        (LICENCES, {"application_type": "C_NEW"}, "import.value", "application_type"),
        (LICENCES, {"status": "XXX"}, "import.value", "status"),
        (LICENCES, {"term_start": "2011-02-29"}, "import.date", "term_start"),
        (LICENCES, {"term_start": "16/05/2011"}, "import.date", "term_start"),
        (LICENCES, {"term_start": "0111-05-16"}, "import.date", "term_start"),
        (LICENCES, {"term_end": "2011-05-15"}, "import.period", None),
        (LICENCES, {"term_start": "2026-03-03", "term_end": ""}, "import.future", "term_start"),
        (LICENCES, {"term_end": "", "status": "AAC"}, "import.missing", "ended_on"),
        (LICENCES, {"licence_description": "x" * 201}, "import.long", "licence_description"),
        (LICENCES, {"licence_description": "a\u202eb"}, "import.invisible", "licence_description"),
        (LICENCES, {"licence_description": "a\nb"}, "import.invisible", "licence_description"),
        (LICENCES, {"licence_description": f"x {PHONE}"}, "import.personal", "licence_description"),
        (
            LICENCES,
            {"licence_description": f"店{RESIDENT}主"},
            "import.personal",
            "licence_description",
        ),
        (CASES, {"org__resource": "张三"}, "import.pattern", "org:resource"),
        (CASES, {"time__timestamp": "2011-10-11 25:00:00+02:00"}, "import.date", "time:timestamp"),
        (CASES, {"time__timestamp": "2011-03-27 02:30:00"}, "import.date", "time:timestamp"),
        (CASES, {"time__timestamp": "2026-03-02 02:00:01Z"}, "import.future", "time:timestamp"),
        (CASES, {"case__enddate": "2011-10-10 23:00:00+02:00"}, "import.period", None),
        (CASES, {"concept__name": "T99 Unknown"}, "import.value", "concept:name"),
        (INSPECTIONS, {"minor": "-1"}, "import.number", "minor"),
        (INSPECTIONS, {"minor": "²"}, "import.number", "minor"),
        (INSPECTIONS, {"minor": "9" * 10}, "import.number", "minor"),
        (INSPECTIONS, {"inspection_date": "2026-03-03"}, "import.future", "inspection_date"),
    ],
)
def test_a_bad_cell_refuses_its_row(
    kind: ImportKind, changes: dict[str, str], code: str, field: str | None
) -> None:
    """坏的一格：这一行不收，说出是哪一列，有办法。"""
    row = taken(kind, **changes)
    assert isinstance(row, RowRefused)
    assert (row.line, row.code, row.facts.get("field")) == (2, code, field)
    told = words.explained(row.code, row.facts)
    assert told.remedy
    assert "{" not in told.text
    assert PHONE not in told.text
    assert RESIDENT not in told.text


def _without_patterns(kind: ImportKind, **changes: str) -> Taken | RowRefused:
    mapping = replace(parse(kind, default_text(kind)), patterns={})
    rows = Rows(mapping, tuple(GOOD[kind]), "X-1", NOW, str)
    return rows.take(2, tuple({**GOOD[kind], **changes}.values()))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inspector": "张三"}, "import.code"),
        ({"inspector": LATIN_NAME}, "import.code"),
        ({"inspector": "Zhang San"}, "import.code"),
        ({"inspector": PHONE}, "import.personal"),
        ({"licence_number": "1/2"}, "import.code"),
        ({"licence_number": "1 2"}, "import.code"),
        ({"licence_number": RESIDENT}, "import.personal"),
        ({"inspection_id": RESIDENT}, "import.personal"),
    ],
)
def test_codes_are_no_names_and_no_identity_numbers(changes: dict[str, str], code: str) -> None:
    """不靠对照表的写法：姓名进不了人员代号，身份证号进不了编号（G12）。"""
    row = _without_patterns(INSPECTIONS, **changes)
    assert isinstance(row, RowRefused)
    assert row.code == code


def test_a_credit_code_is_a_number_like_any_other() -> None:
    """统一社会信用代码与中文文号是编号，照收。"""
    for number in ("91350505MA2XXXXX0R", "闽食许〔2024〕12号"):
        row = _without_patterns(INSPECTIONS, licence_number=number)
        assert isinstance(row, Taken)


def test_shifted_columns_are_noticed() -> None:
    """一列错位：格数对得上的凭写法认出，对不上的凭格数认出。"""
    rows = rows_of(INSPECTIONS)
    cells = list(GOOD[INSPECTIONS].values())
    shifted = rows.take(2, [cells[-1], *cells[:-1]])
    assert isinstance(shifted, RowRefused)
    assert shifted.code == "import.pattern"
    short = rows.take(3, cells[:-1])
    assert isinstance(short, RowRefused)
    assert (short.code, short.facts) == ("import.width", {"found": "10", "expected": "11"})


def test_a_record_counts_once() -> None:
    """同一编号再出现：说出第一次在哪一行；第一次没有收的不算。"""
    rows = rows_of(INSPECTIONS)
    good = GOOD[INSPECTIONS]
    assert isinstance(rows.take(2, tuple({**good, "minor": "x"}.values())), RowRefused)
    assert isinstance(rows.take(3, tuple(good.values())), Taken)
    again = rows.take(4, tuple(good.values()))
    assert isinstance(again, RowRefused)
    assert (again.code, again.facts) == ("import.duplicate", {"record": "529281", "line": "3"})


def test_content_is_known_by_what_was_read_not_by_its_place() -> None:
    """列的次序、多余的列、前后空格不改变内容摘要；读的一格变了就变。"""

    def digest(record: dict[str, str]) -> str:
        mapping = parse(INSPECTIONS, default_text(INSPECTIONS))
        row = Rows(mapping, tuple(record), "X-1", NOW, str).take(2, tuple(record.values()))
        assert isinstance(row, Taken)
        assert isinstance(row.act, ImportInspection)
        return row.act.fact.origin.sha256

    good = dict(GOOD[INSPECTIONS])
    turned = {"extra": "x", **dict(reversed(good.items())), "minor": " 2 "}
    assert digest(turned) == digest(good)
    assert digest({**good, "minor": "3"}) != digest(good)


def test_names_are_sealed_and_kinds_are_known() -> None:
    """持有人的名称成为待封存的个人信息，密钥先备好；类别按对照表。"""
    text = default_text(LICENCES).replace(
        "[constants]",
        'holder_name = "name"\nholder_kind = "type"\nended_on = "gone"\n[constants]',
        1,
    )
    text = text.replace("[values.kind]", '[values.holder_kind]\n"企业" = "COMPANY"\n[values.kind]')
    record = {**GOOD[LICENCES], "name": "某某饭店", "type": "企业", "gone": "2012-01-02"}
    record["status"] = "AAC"
    rows = Rows(parse(LICENCES, text), tuple(record), "X-1", NOW, lambda holder: f"key {holder}")
    row = rows.take(2, tuple(record.values()))
    assert isinstance(row, Taken)
    assert isinstance(row.act, ImportLicenceTerm)
    assert row.act.holder.name == Personal("CHI-7", "某某饭店")
    assert (row.act.holder.key_commitment, row.act.holder.kind) == ("key CHI-7", "COMPANY")
    assert row.act.ending == TermEnding(ImportedEnding.DEREGISTERED, date(2012, 1, 2), exact=True)
