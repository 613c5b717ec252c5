"""`bundle`：装一份证据包，交给不信我们的人；`bundle policy`：写出账本与见证的公钥，供他另行核对。"""

import argparse
from pathlib import Path

import psycopg

from domain.genesis import AGGREGATE, Created
from ledger.application import Ledger
from ledger.checkpoint import Checkpoint
from ledger.note import Note, NoteRefused
from runtime.bundles.gather import Asked, contents, sealed_tree
from runtime.bundles.pack import Kind, pack
from runtime.exits import Exit, Stop
from runtime.messages import ROOT, say
from runtime.settings import Settings

VERIFY = ROOT / "verifiers" / "verify.py"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 写出 · 1 用法有误、文件已有 · 2 没有可装的 · 3 账本与封账单不符。"""
    out = Path(arguments.out)
    if out.exists():
        raise Stop(Exit.USAGE, "bundle.exists", path=out)
    if arguments.kind == "policy":
        out.write_text("".join(f"log {key}\n" for key in _keys(chosen)), "ascii")
        print(say("bundle.policy", path=out))
        return Exit.DONE
    if arguments.what is None:
        raise Stop(Exit.USAGE, "bundle.what", kind=arguments.kind)
    asked = Asked(Kind(arguments.kind), arguments.what, _last_size(arguments.last))
    with psycopg.connect(chosen.dsn("shenguan_audit")) as conn:
        tree = sealed_tree(conn)
        told = contents(conn, asked, tree)
        data = pack(told, tree)
    out.write_bytes(data)
    print(say("bundle.written", path=out, events=len(told.events), size=tree.size))
    whole = "bundle.complete" if told.heads else "bundle.no_heads"
    print(say("bundle.period" if asked.kind is Kind.PERIOD else whole))
    print(say("bundle.how", script=VERIFY.relative_to(ROOT), path=out))
    return Exit.DONE


def _keys(chosen: Settings) -> tuple[str, ...]:
    with Ledger.open(chosen) as ledger:
        state = ledger.load(AGGREGATE, ledger.frame.origin)
    if not isinstance(state, Created) or not state.keys:
        raise Stop(Exit.REFUSED, "bundle.unsealed")
    return state.keys


def _last_size(path: str | None) -> int | None:
    """What the receiver saw last; its signature is his to verify, the size is all we need."""
    if path is None:
        return None
    try:
        return Checkpoint.parse(Note.parse(Path(path).read_bytes()).text).size
    except (OSError, NoteRefused) as error:
        raise Stop(Exit.USAGE, "bundle.last", path=path) from error
