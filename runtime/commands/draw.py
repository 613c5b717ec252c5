"""`draw`：双随机抽取的复算。`draw compute FILE.json` needs no ledger: whoever holds the published
values gets the published result, or sees that it is another one.
"""

import argparse
import json
import sys
from pathlib import Path

from domain import sampling
from runtime import draw_input
from runtime.exits import Exit
from runtime.messages import error, say
from runtime.settings import Settings


def run(arguments: argparse.Namespace, _: Settings | None) -> int:
    """退出码：0 已算出（文件写明了结果的，相符）· 1 文件不合格式 · 3 与写明的结果不符。"""
    published = draw_input.read(Path(arguments.file))
    told = sampling.compute(published.input)
    print(json.dumps(told, ensure_ascii=False, indent=None if arguments.json else 1))
    if published.expected is None:
        return Exit.DONE
    if where := difference(told, published.expected):
        print(error("draw.differs", {"where": where}), file=sys.stderr)
        return Exit.INTEGRITY
    print(say("draw.agrees"), file=sys.stderr)
    return Exit.DONE


def difference(told: object, expected: object, where: str = "") -> str:
    """头一处不同的所在，例如 ``strata[2].chosen[0].ticket``；相同为空。"""
    if isinstance(told, dict) and isinstance(expected, dict) and told.keys() == expected.keys():
        inside = ((f"{where}.{name}".lstrip("."), told[name], expected[name]) for name in told)
    elif isinstance(told, list) and isinstance(expected, list) and len(told) == len(expected):
        pairs = enumerate(zip(told, expected, strict=True))
        inside = ((f"{where}[{at}]", *pair) for at, pair in pairs)
    else:
        return "" if told == expected else where or say("draw.whole_file")
    return next((found for at, one, other in inside if (found := difference(one, other, at))), "")
