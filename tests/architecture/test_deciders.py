"""决定者：每个都有性质测试（同答、幂等、重放等于现状、终结之后不再有事），有没有终点都写明。"""

import ast
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import ROOT, Function, sources, tree
from tests.domain.laws import ENDLESS, ENDS

LAWS: Final = "check_decider_laws"


def deciders() -> dict[str, str]:
    """领域里的每个 ``decide``：``模块.函数`` → 模块。"""
    return {
        f"{path.stem}.{node.name}": path.stem
        for path in sorted((ROOT / "domain").glob("*.py"))
        for node in tree(path).body
        if isinstance(node, Function) and node.name.startswith("decide")
    }


def covered() -> Iterator[str]:
    """受性质测试的：在调用 ``check_decider_laws`` 的测试里写到的（参数化的在装饰器里）。"""
    for path in sources("tests/domain"):
        for test in tree(path).body:
            if isinstance(test, Function) and LAWS in map(_called, ast.walk(test)):
                for node in ast.walk(test):
                    if isinstance(node, ast.Attribute) and node.attr.startswith("decide"):
                        yield ast.unparse(node)


def _called(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""


def test_every_decider_has_its_property_test() -> None:
    """少一个就不通过。"""
    known = set(deciders())
    assert len(known) > 30, "the search finds nothing: this test proves nothing"
    assert known - set(covered()) == set()


def test_every_decider_says_whether_it_ends() -> None:
    """有终点的写明其后还许什么事，没有的写明为什么。"""
    ended = {kind.__module__.removeprefix("domain.") for kind in ENDS}
    assert ended | set(ENDLESS) == set(deciders().values())
    assert ended & set(ENDLESS) == set()
