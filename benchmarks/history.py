"""合成的历史文件：列与随附的三份对照表所读的相同，比例与真文件相近，内容全是编的。

The same numbers always give the same bytes. A licence has one to three terms, about one inspection
in eleven names a licence that never comes, and the cases have the few steps that the real ones have.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from domain.acts.imports import ImportCaseStep, StartImport
from domain.case import CaseImported, ImportedStep, StepImported
from domain.importing import ImportKind
from domain.sources import SourceRecord
from domain.terms import CaseNo, Channel, ItemCode, Organ, Role, Sha256
from followers.members import Execute
from ledger.application import Ledger, Request
from runtime.founding import CITY
from runtime.hall import officer

ARCHIVIST: Final = officer("A01", Role.ARCHIVE, CITY)
CASES: Final = (
    "concept:instance", "case:concept:name", "case:department", "case:channel", "case:group",
    "case:responsible", "case:startdate", "case:deadline", "case:enddate_planned", "case:enddate",
    "concept:name", "org:group", "org:resource", "time:timestamp",
)  # fmt: skip
LICENCES: Final = (
    "licence_term_id", "licence_number", "account_number", "licence_code", "licence_description",
    "application_type", "term_start", "term_end", "status", "ward", "first_licensed",
)  # fmt: skip
INSPECTIONS: Final = (
    "inspection_id", "inspection_date", "licence_number", "facility_type", "risk", "zip", "result",
    "critical", "serious", "minor", "inspector",
)  # fmt: skip
STEPS: Final = (
    "Confirmation of receipt",
    "T02 Check confirmation of receipt",
    "T04 Determine confirmation of receipt",
    "T05 Print and send confirmation of receipt",
    "T06 Determine necessity of stop advice",
    "T10 Determine necessity to stop indication",
)
RESULTS: Final = ("Pass", "Pass", "Pass", "Pass w/ Conditions", "Fail")
UNKNOWN: Final = 11  # one inspection in so many is of a licence that is not in the file
FIRST: Final = date(2009, 1, 1)
DIGEST: Final = Sha256("ab" * 32)
PER_CASE: Final = 10  # steps of a case that needs no file
BEGAN: Final = datetime(2011, 1, 3, 8, tzinfo=UTC)


def write(folder: Path, rows: int) -> dict[ImportKind, Path]:
    """写出三份：办件、许可、检查之比如真文件，共约 ``rows`` 行。"""
    chance = random.Random(4)  # noqa: S311 - chance for a benchmark
    licences = max(rows // 5, 1)
    sheets: dict[ImportKind, tuple[Sequence[str], Iterator[Sequence[object]]]] = {
        ImportKind.CASES: (CASES, _cases(chance, rows // 6)),
        ImportKind.LICENCES: (LICENCES, _licences(chance, licences)),
        ImportKind.INSPECTIONS: (INSPECTIONS, _inspections(chance, rows // 2, licences)),
    }
    return {kind: _file(folder, kind, *sheet) for kind, sheet in sheets.items()}


def _file(
    folder: Path, kind: ImportKind, heading: Sequence[str], rows: Iterator[Sequence[object]]
) -> Path:
    path = folder / f"{kind.value.lower()}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
    return path


def _cases(chance: random.Random, steps: int) -> Iterator[Sequence[object]]:
    for number in range(steps):
        case, step = divmod(number, len(STEPS))
        began = datetime(2011, 1, 3, 8, tzinfo=UTC) + timedelta(hours=case % 8_000)
        officer = f"Resource{case % 40}"
        fixed = (f"case-{case}", "General", "Internet", f"Group {case % 8}", officer)
        times = (began.isoformat(), "", (began + timedelta(days=56)).isoformat(), "")
        done = (began + timedelta(hours=step, minutes=chance.randrange(60))).isoformat()
        yield f"task-{number}", *fixed, *times, STEPS[step], f"Group {step}", officer, done


def _licences(chance: random.Random, licences: int) -> Iterator[Sequence[object]]:
    for number in range(licences):
        begins = FIRST + timedelta(days=chance.randrange(1_400))
        fixed = (number, 500_000 + number, 1006, "Retail Food Establishment")
        for term in range(chance.choice((1, 1, 2))):
            start = begins + timedelta(days=730 * term)
            end = start + timedelta(days=729)
            kind, status = ("RENEW" if term else "ISSUE"), chance.choice(("AAI",) * 9 + ("AAC",))
            ward = chance.randrange(1, 50)
            yield f"{number}-{start:%Y%m%d}", *fixed, kind, start, end, status, ward, begins


def _inspections(
    chance: random.Random, inspections: int, licences: int
) -> Iterator[Sequence[object]]:
    for number in range(inspections):
        day = FIRST + timedelta(days=900 + chance.randrange(900))
        is_unknown = number % UNKNOWN == 0
        licence = chance.randrange(licences) + (licences if is_unknown else 0)
        fixed = (number, day, licence, "Restaurant", "Risk 1 (High)", 60_609)
        counts = (chance.randrange(2), chance.randrange(3), chance.randrange(5))
        yield *fixed, chance.choice(RESULTS), *counts, "orange"


# -- without a file: the acts themselves, as many as are wanted


class Steps:
    """历史办件的步骤，一件十步；收进账里的件数由 ``take`` 说出。

    ``name`` keeps the numbers of one series apart from those of another.
    """

    def __init__(self, ledger: Ledger, name: str) -> None:
        self._name, self.taken = name, 0
        start = StartImport(name, ImportKind.CASES, "WABO", DIGEST, 1, DIGEST, "")
        ledger.execute(Request(start, ARCHIVIST, uuid5(NAMESPACE_URL, name)))

    def take(self, count: int, execute: Execute) -> int:
        """再收 ``count`` 步，答多了几件。"""
        requests = [self._request(self.taken + n) for n in range(count)]
        self.taken += count
        found = execute(requests)
        return sum(one.last - one.first + 1 for one in found if one.first is not None and one.last)

    def _request(self, number: int) -> Request:
        case, step = divmod(number, PER_CASE)
        began = BEGAN + timedelta(minutes=case % 1_000_000)
        origin = SourceRecord("WABO", f"{self._name}-{number}", DIGEST, self._name, number + 2)
        who = f"Resource{case % 40}"
        fixed = (ItemCode("ENV"), "环境许可", Organ("350505-SPJ"), "General", Channel.WEB)
        opened = CaseImported(origin, *fixed, f"Group {case % 8}", who, began, None, None, None)
        done = began + timedelta(hours=step)
        taken = StepImported(origin, ImportedStep.RECEIVED, STEPS[0], f"Group {step}", who, done)
        act = ImportCaseStep(CaseNo(f"WABO-{self._name}-{case}"), opened, taken)
        return Request(act, ARCHIVIST, uuid5(NAMESPACE_URL, origin.record))
