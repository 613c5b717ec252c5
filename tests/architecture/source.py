"""源码即数据：各文件的语法树、文字常量、函数与类。"""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import domain

ROOT: Final = Path(domain.__file__).resolve().parents[1]
PACKAGES: Final = (
    "domain",
    "schemas",
    "ledger",
    "followers",
    "projections",
    "consumers",
    "runtime",
)
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: str) -> list[Path]:
    """这些目录下的全部 Python 文件。"""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """自检出目录起的路径，例如 ``ledger/relay.py``。"""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """一个文件的语法树。"""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """这个文件导入的顶层包，函数里的也算。"""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _docstrings(module: ast.Module) -> set[int]:
    """Identities of the constants that are docstrings: prose, not data."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(module) if isinstance(node, owners)]
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def strings(path: Path) -> set[str]:
    """文字常量，说明文字不算。"""
    module = tree(path)
    prose = _docstrings(module)
    return {
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    }


def patterns(path: Path) -> set[str]:
    """拼出来的文字，写成正则；拼进去的部分可以是任何文字。"""
    return {
        "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
            for part in node.values
        )
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr)
    }


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """每一次调用，连同被调用者的名字（``a.b()`` 即 b）。"""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node
                case _:
                    continue


def cases_in(path: Path) -> Iterator[Function]:
    """一个测试文件里的全部测试。"""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield node


def committed() -> list[Path]:
    """归版本管理的文件，加上还没有提交、也没有被忽略的。"""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
