"""`explain`：一个错误号或拒绝码是什么意思、怎么办、依据哪一条。"""

import argparse
import json

from runtime.exits import Exit, Stop
from runtime.messages import Message, find, say, tables
from runtime.settings import Settings


def run(arguments: argparse.Namespace, _: Settings | None) -> int:
    """先查拒绝码，再查错误号。"""
    found = find("refusal", arguments.code) or find("error", arguments.code)
    if found is None:
        raise Stop(Exit.REFUSED, "explain.unknown", what=arguments.code)
    basis = [title(code) for code in found.basis]
    if arguments.json:
        record = {"code": found.code, "text": found.text, "todo": found.todo, "basis": basis}
        print(json.dumps(record, ensure_ascii=False))
    else:
        print("\n".join(lines(found, basis)))
    return Exit.DONE


def lines(found: Message, basis: list[str]) -> list[str]:
    """给人看的几行。"""
    shown = [say("explain.text", code=found.code, text=found.text)]
    shown += [say("todo", todo=found.todo)] if found.todo else []
    shown += [say("explain.basis", basis="；".join(basis))] if basis else []
    return shown


def title(code: str) -> str:
    """法条代号的全称；表里没有就用代号。"""
    entry = tables().get("basis", {}).get(code)
    return str(entry["title"]) if isinstance(entry, dict) else code
