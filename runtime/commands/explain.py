"""`explain`：一个错误号或拒绝码是什么意思、怎么办、依据哪一条。"""

import argparse
import json

from runtime.exits import Exit, Stop
from runtime.messages import find, say
from runtime.settings import Settings
from runtime.words import Explained, explained


def run(arguments: argparse.Namespace, _: Settings | None) -> int:
    """先查拒绝码，再查错误号。"""
    code = arguments.code
    if not (find("refusal", code) or find("error", code)):
        raise Stop(Exit.REFUSED, "explain.unknown", what=code)
    found = explained(code)
    if arguments.json:
        record = {"code": code, "text": found.text, "todo": found.remedy, "basis": found.basis}
        print(json.dumps(record, ensure_ascii=False))
    else:
        print("\n".join(lines(code, found)))
    return Exit.DONE


def lines(code: str, found: Explained) -> list[str]:
    """给人看的几行；空格写作〔何事〕。"""
    shown = [say("explain.text", code=code, text=found.text)]
    shown += [say("todo", todo=found.remedy)] if found.remedy else []
    shown += [say("explain.basis", basis="；".join(found.basis))] if found.basis else []
    return shown
