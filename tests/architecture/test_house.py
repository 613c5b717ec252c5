"""房子的规矩：运行的是这里的代码，每个外部包只有一道门，每个函数说得出自己是什么。"""

import ast
import importlib
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import (
    PACKAGES,
    ROOT,
    Function,
    cases_in,
    imported,
    name_of,
    sources,
    strings,
    tree,
)

# Who may import it: a folder ends in "/", a file does not. import-linter guards the same doors by
# module graph; here a file name is enough, and tests of other tools' settings need no tool.
DOORS: Final = {
    "kafka": {"ledger/bulletin.py", "ledger/relay.py", "followers/kafka_feed.py", "runtime/"},
    "eventsourcing": {"ledger/"},
    "fastavro": {"schemas/"},
    "cryptography": {"ledger/keys.py", "ledger/signing.py", "runtime/documents/seal.py"},
    "psycopg": {"ledger/", "followers/", "projections/", "runtime/"},
    "typst": {"runtime/documents/render.py"},
    "segno": {"runtime/documents/render.py"},
    "pyhanko": {"runtime/documents/seal.py"},
    "boto3": {"runtime/materials/s3.py"},
    "pypdfium2": {"runtime/materials/preview.py"},
    "PIL": {"runtime/materials/preview.py"},
}
# Where SQL may stand: storage modules. The runtime's are there to create a database, to examine
# a server's settings and roles, to wait in the demonstration, and to ask what an import has done.
STORAGE: Final = {
    *(f"ledger/{name}.py" for name in ("application", "clock", "database", "founding", "hints")),
    *(f"ledger/{name}.py" for name in ("heads", "keys", "outbox", "seals", "store")),
    *(f"followers/{name}.py" for name in ("overview", "parking", "storage")),
    *(f"followers/{name}.py" for name in ("store_feed", "tables")),
    *(f"projections/{name}.py" for name in ("common", "measures", "subject_register")),
    *(
        f"runtime/{name}.py"
        for name in (
            "catalogue/storage",
            "checks/database",
            "hall",
            "imports/storage",
            "servers/postgres",
            "story",
        )
    ),
}
SQL: Final = re.compile(
    r"\b(SELECT\s|INSERT INTO\b|UPDATE\s+\S+\s+SET\b|DELETE FROM\b|TRUNCATE\b|SET ROLE\b|"
    r"(CREATE|ALTER|DROP) (TABLE|VIEW|INDEX|ROLE|SCHEMA|DATABASE)\b|LISTEN\s|NOTIFY\s)"
)
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
# Pieces of technique that no official will look for.
TECHNIQUE: Final = {
    "schemas/binding.py: Pair",
    "schemas/binding.py: RecordPair",
    "ledger/group.py: GroupCommit",
    "ledger/hints.py: Hints",
    "ledger/line.py: Line",
    "followers/rebuild.py: RebuildOptions",
}


def test_no_installed_package_claims_our_names() -> None:
    """已安装的包没有一个占用我们的顶层名字：否则运行的可能是别人的代码。"""
    ours = {*PACKAGES, "tests", "shenguan"}
    claimed = {
        f"{found.metadata['Name']}: {path}"
        for found in metadata.distributions()
        for path in found.files or ()
        if path.parts[0].removesuffix(".py") in ours
    }
    assert claimed == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_we_run_our_own_code(package: str) -> None:
    """导入的每个包都在本检出目录里。"""
    found = importlib.import_module(package)
    places = [Path(place).resolve() for place in found.__path__]
    assert places == [ROOT / package]


@pytest.mark.parametrize("package", DOORS)
def test_every_outside_package_has_its_door(package: str) -> None:
    """每个外部包只从规定的地方进来；规定了的地方确有其用。"""
    users = {name_of(path) for path in sources(*PACKAGES) if package in imported(path)}
    doors = {
        next((door for door in DOORS[package] if user.startswith(door)), f"!{user}")
        for user in users
    }
    assert doors == DOORS[package]


def test_sql_stands_in_storage_modules_only() -> None:
    """SQL 只写在存储模块里；名单上的模块确有 SQL。"""
    speaking = {
        name_of(path)
        for path in sources(*PACKAGES)
        if any(SQL.search(text) for text in strings(path))
    }
    assert speaking == STORAGE


def _public(path: Path) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    """A module, its public classes and functions; in the domain their public methods too."""
    yield name_of(path), tree(path)
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield f"{name_of(path)}: {node.name}", node
            inside = node.body if isinstance(node, ast.ClassDef) else []
            for method in inside if path.is_relative_to(ROOT / "domain") else []:
                if isinstance(method, Function) and not method.name.startswith("_"):
                    yield f"{name_of(path)}: {node.name}.{method.name}", method


def test_everything_public_says_what_it_is_in_chinese() -> None:
    """公开的模块、类、函数，说明的第一行是中文：官员要能核对规则；纯技术的逐一列名。"""
    silent = {
        name
        for path in sources("domain", "schemas", "ledger", "followers")
        if path.name != "__init__.py"
        for name, node in _public(path)
        if not CHINESE.search((ast.get_docstring(node) or "").partition("\n")[0])
    }
    assert silent == TECHNIQUE


def test_every_test_says_in_chinese_what_it_proves() -> None:
    """每个测试的说明都是中文，说出它证明什么。"""
    silent = [
        f"{name_of(path)}::{test.name}"
        for path in sources("tests")
        for test in cases_in(path)
        if not CHINESE.search(ast.get_docstring(test) or "")
    ]
    assert silent == []
