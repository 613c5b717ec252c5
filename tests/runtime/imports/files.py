"""测试用的来源文件：三种标题各一行好的，改一格就坏。"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.importing import ImportKind
from ledger.store import stream_entries
from runtime.imports.mapping import default_text, parse
from runtime.imports.refused import RowRefused
from runtime.imports.rows import Rows, Taken
from runtime.settings import Settings
from schemas.codec import current, decode

Record = Mapping[str, str]
NOW: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)

GOOD: Final[dict[ImportKind, Record]] = {
    ImportKind.CASES: {
        "case:channel": "Internet",
        "case:concept:name": "case-1",
        "case:deadline": "2011-12-06 13:41:31.788000+01:00",
        "case:department": "General",
        "case:enddate": "",
        "case:enddate_planned": "2011-12-06 13:41:31.788000+01:00",
        "case:group": "Group 2",
        "case:responsible": "Resource21",
        "case:startdate": "2011-10-11 13:42:22.688000+02:00",
        "concept:instance": "task-1",
        "concept:name": "Confirmation of receipt",
        "org:group": "EMPTY",
        "org:resource": "Resource21",
        "time:timestamp": "2011-10-11 13:45:40.276000+02:00",
    },
    ImportKind.LICENCES: {
        "licence_term_id": "100-20110516",
        "licence_number": "100",
        "account_number": "7",
        "licence_code": "1006",
        "licence_description": "Retail Food Establishment",
        "application_type": "ISSUE",
        "term_start": "2011-05-16",
        "term_end": "2013-05-15",
        "status": "AAI",
        "ward": "42",
        "first_licensed": "2011-05-16",
    },
    ImportKind.INSPECTIONS: {
        "inspection_id": "529281",
        "inspection_date": "2011-09-02",
        "licence_number": "100",
        "facility_type": "Restaurant",
        "risk": "Risk 1 (High)",
        "zip": "60609",
        "result": "Pass",
        "critical": "0",
        "serious": "0",
        "minor": "2",
        "inspector": "orange",
    },
    ImportKind.SUBJECTS: {
        "编号": "0001",
        "类别": "企业",
        "名称": "甲公司",
        "片区": "台商区",
        "风险等级": "B",
        "状态": "存续",
        "终止日期": "",
    },
    ImportKind.INSPECTORS: {
        "人员编号": "P-0101",
        "部门代码": "350505-SCJG",
        "片区": "台商区",
        "专业": "食品、特种设备",
        "所站": "一所",
        "执法证号": "闽-0101",
        "证件有效期至": "2027-12-31",
        "回避对象": "MLK-0001",
        "回避机关": "350505-SPJ；350505-ZJJ",
        "回避缘由": "近亲属",
    },
}


def rows_of(kind: ImportKind, now: datetime = NOW) -> Rows:
    """随附对照表下的换算。"""
    mapping = parse(kind, default_text(kind))
    return Rows(mapping, tuple(GOOD[kind]), "X-1", now, lambda holder: f"key of {holder}")


def taken(kind: ImportKind, **changes: str) -> Taken | RowRefused:
    """一行：好的改几格。列名里的冒号写作两个下划线。"""
    named = {name.replace("__", ":"): value for name, value in changes.items()}
    return rows_of(kind).take(2, tuple({**GOOD[kind], **named}.values()))


def licences(count: int, first: int = 100) -> Iterator[Record]:
    """若干份许可，每三份里一份有第二期，每五份里一份注销。"""
    good = GOOD[ImportKind.LICENCES]
    for number in range(first, first + count):
        status = "AAC" if number % 5 == 0 else "AAI"
        term = {"licence_number": str(number), "account_number": str(number // 2)}
        yield {**good, **term, "licence_term_id": f"{number}-20110516", "status": status}
        if number % 3 == 0:
            later = {"term_start": "2013-05-16", "term_end": "2015-05-15"}
            second = {**later, "application_type": "RENEW", "licence_term_id": f"{number}-20130516"}
            yield {**good, **term, **second}


def write(path: Path, records: Iterable[Record], encoding: str = "utf-8") -> Path:
    """写成 CSV。"""
    listed = list(records)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
    return path


def contents(settings: Settings) -> dict[str, list[object]]:
    """导入的每份案卷的各件事实；位置、编号与入账时刻不比。"""
    found: dict[str, list[object]] = {}
    with stream_entries(settings.dsn("shenguan_audit")) as entries:
        for entry in entries:
            if any(f"/{source}-" in entry.stream for source in ("CHI", "WABO")):
                _, event = decode(current(entry.name), entry.value)
                found.setdefault(entry.stream, []).append(event)
    return found


def head(settings: Settings) -> int:
    """账上有几件。"""
    with stream_entries(settings.dsn("shenguan_audit")) as entries:
        return sum(1 for _ in entries)


@contextmanager
def kept(settings: Settings) -> Iterator[None]:
    """其间账上一件也没有增加。"""
    before = head(settings)
    yield
    assert head(settings) == before
