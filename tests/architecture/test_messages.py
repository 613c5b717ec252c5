"""告知语与代码：用到的都有话说，写下的都有人用，空格有人填。"""

import ast
import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Final

import pytest

from domain.refusals import Refusal
from runtime.cli import COMMANDS
from runtime.documents.kinds import COMMON, SOURCES, wording
from runtime.messages import tables
from schemas.registry import EVENT_NAMES
from tests.architecture.source import (
    PACKAGES,
    ROOT,
    calls,
    name_of,
    patterns,
    sources,
    strings,
    tree,
)

# What carries a code: its place among the arguments, and what is put before it.
CARRIERS: Final = {
    "Refused": (0, ""),
    "Stop": (1, ""),
    "LedgerError": (0, ""),
    "LedgerUnavailable": (0, ""),
    "LedgerDamaged": (0, ""),
    "NoteRefused": (0, ""),
    "CodecError": (0, ""),
    "CellRefused": (0, ""),
    "found": (0, "verify."),  # Step.found
}
# Added on the way by whoever knows them: codec.py names the event, rows.py the column.
ADDED: Final = {"CodecError": {"event"}, "CellRefused": {"field"}}


def entries(table: str) -> Mapping[str, dict[str, str]]:
    """一张告知语表。"""
    return {code: entry for code, entry in tables()[table].items() if isinstance(entry, dict)}


def raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """(何处, 代码, 所给的事实)：代码照字面写出的每一处；事实不是照字面列出的为 None。"""
    for path in sources(*PACKAGES):
        for name, call in calls(path):
            place, before = CARRIERS.get(name, (len(call.args), ""))
            for code in codes(call.args[place]) if place < len(call.args) else ():
                yield f"{name_of(path)}:{call.lineno}", before + code, facts(name, call, place)


def codes(argument: ast.expr) -> list[str]:
    """照字面写出的代码：文字，或 ``Refusal.X``。"""
    match argument:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.Attribute(value=ast.Name(id="Refusal"), attr=member):
            return [Refusal[member].value]
        case ast.IfExp(body=body, orelse=orelse):
            return [*codes(body), *codes(orelse)]
        case _:
            return []


def facts(name: str, call: ast.Call, place: int) -> set[str] | None:
    """照字面给出的事实的名字。"""
    given: set[str] = set(ADDED.get(name, ()))
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        given.add(keyword.arg)
    match call.args[place + 1 :]:
        case []:
            return given
        case [ast.Dict(keys=keys)]:
            named = [key.value for key in keys if isinstance(key, ast.Constant)]
            return given | set(map(str, named)) if len(named) == len(keys) else None
        case _:
            return None


RAISED: Final = list(raised())


def placeholders(entry: dict[str, str]) -> set[str]:
    """一条告知语里的空格。"""
    sentences = (entry["text"], entry.get("remedy", ""), entry.get("todo", ""))
    return {name for text in sentences for _, name, _, _ in Formatter().parse(text) if name}


def test_every_code_that_can_be_met_has_its_message() -> None:
    """会遇到的每个代码都有中文说明和办法。"""
    assert len(RAISED) > 200, "the search finds nothing: this test proves nothing"
    known = {**entries("error"), **entries("refusal")}
    mute = [
        (where, code)
        for where, code, _ in RAISED
        if not (entry := known.get(code)) or not (entry.get("remedy") or entry.get("todo"))
    ]
    assert mute == []


def test_every_blank_in_a_message_is_filled() -> None:
    """说明里的空格，给出此代码的地方都填得上。"""
    known = {**entries("error"), **entries("refusal")}
    empty = [
        (where, code, sorted(blanks - given))
        for where, code, given in RAISED
        if given is not None and not (blanks := placeholders(known[code])) <= given
    ]
    assert empty == []


@pytest.mark.parametrize("table", ["error", "refusal"])
def test_no_message_is_written_for_nothing(table: str) -> None:
    """写下的每条说明，代码或 SQL 里都会给出它的代码。"""
    written = {text for path in sources(*PACKAGES) for text in strings(path)}
    sql = "\n".join(path.read_text() for path in ROOT.glob("*/migrations/*.sql"))
    written |= set(re.findall(r"'([a-z]+\.[a-z_]+)'", sql))
    assert set(entries(table)) - written - {code for _, code, _ in RAISED} == set()


def test_every_refusal_is_given_somewhere() -> None:
    """每个理由代码，总有一种办理会给出它。"""
    given = {
        node.attr
        for path in sources("domain")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Refusal"
    }
    assert given == set(Refusal.__members__)


def test_no_sentence_is_written_for_nothing() -> None:
    """命令行的每句话都有人说：照字面写出，或由几段拼成。"""
    code = sources(*PACKAGES)
    written = {text for path in code for text in strings(path)}
    made = {one for path in code for one in patterns(path) if not one.startswith(".+")}
    unused = [
        key
        for key in tables()["cli"]
        if key not in written and not any(re.fullmatch(one, key) for one in made)
    ]
    assert unused == []


def test_every_basis_has_a_title_and_a_use() -> None:
    """事件与告知语所引的依据都有全称；有全称的都有人引用。"""
    cited = {basis for kind in EVENT_NAMES.values() for basis in kind.BASIS}
    for table in ("refusal", "error"):
        cited |= {basis for entry in entries(table).values() for basis in entry.get("basis", ())}
    cited |= {basis for entry in entries("document").values() for basis in entry["basis"]}
    assert set(tables()["basis"]) == cited


def test_every_document_has_its_words() -> None:
    """出得了的每种文书都有标题、正文、救济与依据；写下的每种都出得了。"""
    assert set(entries("document")) == set(SOURCES)
    for kind in SOURCES:
        words = wording(kind)
        assert all((words.title, words.text.strip(), words.remedy.strip(), words.basis)), kind


def test_every_blank_in_a_document_is_a_fact_of_its_event() -> None:
    """文书里的每个空格，由所据的事件或者每份文书共有的事实来填。"""
    empty = {
        kind: sorted(missing)
        for kind, source in SOURCES.items()
        if (missing := wording(kind).blanks - source.facts - COMMON)
    }
    assert empty == {}


def test_every_phrase_on_a_document_is_used() -> None:
    """文书上的固定用语都有人用，用到的都有。"""
    code = sources("runtime/documents")
    used = {text for path in code for text in strings(path)}
    assert set(tables()["document_part"]) - used == set()


def test_every_command_has_its_line_of_help() -> None:
    """命令表与帮助一一对应。"""
    helped = {key for key in tables()["cli"] if key.startswith("command.")}
    assert helped == {f"command.{command.name}" for command in COMMANDS}
