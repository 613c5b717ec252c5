"""故障：真的导入进程被 kill -9，在哪里都行；再来一次，账与从未中断的一样，报告的数目也一样。"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from ledger.failpoints import VARIABLE
from runtime.exits import Exit
from runtime.messages import ROOT
from runtime.settings import Settings
from tests.runtime.conftest import NewLedger
from tests.runtime.imports.files import contents, licences, write
from tests.town import eventually

pytestmark = [pytest.mark.integration, pytest.mark.fault]

COUNT: Final = 1_100  # licences; about 1,470 rows, three batches
KILLED: Final = -9


@dataclass(frozen=True, slots=True)
class Importer:
    """一本账，和在它上面导入的进程。"""

    settings: Settings
    file: Path

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """起一个真的导入进程。"""
        secrets = self.settings.data / "secrets" / "database.json"
        secrets.parent.mkdir(exist_ok=True)
        secrets.write_text(json.dumps(dict(self.settings.passwords)))
        command = [sys.executable, "-m", "runtime", "import", "licences", str(self.file), "--json"]
        return subprocess.Popen(
            [*command, "--data", str(self.settings.data)],
            cwd=ROOT,
            env={**os.environ, "SHENGUAN_DATABASE_URL": self.settings.admin_dsn, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )

    def finish(self, code: int, **environment: str) -> dict[str, Any]:
        """运行到结束，答所印的 JSON。"""
        with self.start(**environment) as process:
            said, _ = process.communicate(timeout=120)
        assert process.returncode == code, said
        return json.loads(said) if code >= 0 else {}

    def head(self) -> int:
        """账上有几件。"""
        with psycopg.connect(self.settings.admin_dsn) as conn:
            row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
        return int(row[0]) if row else 0


def numbers(result: Mapping[str, Any]) -> dict[str, Any]:
    """报告的各数；这一次运行新收几行、用时多久，自然不同。"""
    named = ("import_id", "rows", "taken", "known", "refused", "written")
    return {name: result[name] for name in named}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """三批的文件，夹着几行坏的。"""
    rows = [dict(row) for row in licences(COUNT)]
    for at in (3, 700, 701, 1_300):
        rows[at]["term_start"] = "2011-02-30"
    return write(tmp_path_factory.mktemp("source") / "a.csv", rows)


@pytest.fixture
def importer(new_ledger: NewLedger, file: Path) -> Importer:
    """一本新账。"""
    return Importer(new_ledger(), file)


@pytest.fixture(scope="module")
def unbroken(new_ledger: NewLedger, file: Path) -> tuple[dict[str, Any], object]:
    """从未中断的一次：各数与账上的内容。"""
    importer = Importer(new_ledger(), file)
    result = importer.finish(Exit.DONE)
    assert result["taken"] == result["new"] == result["rows"] - 4
    return numbers(result), contents(importer.settings)


@pytest.mark.parametrize(
    "points",
    [
        ("import.after_start",),
        ("import.after_batch",),
        ("import.after_batch@2",),
        ("import.before_finish",),
        (
            "import.after_start",
            "import.after_batch",
            "import.after_batch@3",
            "import.before_finish",
        ),
    ],
    ids=" ".join,
)
def test_killed_anywhere_it_ends_as_if_never_interrupted(
    importer: Importer, points: tuple[str, ...], unbroken: tuple[dict[str, Any], object]
) -> None:
    """在断点处被杀，一次或接连几次，最后办完：逐份案卷、逐件事实相同，各数相同。"""
    for point in points:
        name, _, count = point.partition("@")
        importer.finish(KILLED, **{VARIABLE: f"{name}:kill@{count or 1}"})
    result = importer.finish(Exit.DONE)
    assert (numbers(result), contents(importer.settings)) == unbroken


def test_killed_in_the_middle_of_a_batch(
    importer: Importer, unbroken: tuple[dict[str, Any], object]
) -> None:
    """下一批正写着的时候被杀：同样。停在第一批之后，故不会在被杀之前办完。"""
    before = importer.head()
    with importer.start(**{VARIABLE: "import.after_batch:stop"}) as process:
        eventually(lambda: importer.head() > before + 400, 60)
        process.kill()
    result = importer.finish(Exit.DONE)
    assert 0 < result["new"] < result["taken"]
    assert (numbers(result), contents(importer.settings)) == unbroken


def test_killed_after_it_ended_there_is_nothing_to_do(importer: Importer) -> None:
    """办完之后再来：没有可办的，账上不增一件。"""
    importer.finish(Exit.DONE)
    before = importer.head()
    assert importer.finish(Exit.REFUSED)["was_finished"] is True
    assert importer.head() == before
