"""名录、格式文件、事件类、词汇表、存档字节：一一对应，一个不多，一个不少。"""

import importlib
import inspect
import pkgutil
import re
import tomllib
from pathlib import Path

import domain
import schemas.codec
from domain.decider import Event
from schemas.codec import current
from schemas.lint import EVENT
from schemas.registry import EVENT_NAMES, name_of
from schemas.topics import FAMILY_TOPIC

ROOT = Path(schemas.codec.__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"


def event_classes() -> set[type[Event]]:
    """领域里的全部事件类。"""
    modules = [
        importlib.import_module(f"domain.{m.name}") for m in pkgutil.iter_modules(domain.__path__)
    ]
    classes = {
        kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)
    }
    return {kind for kind in classes if issubclass(kind, Event) and kind is not Event}


def test_every_event_has_a_name_a_schema_a_glossary_entry_and_golden_bytes() -> None:
    """少登记一处，便有一种事件说不清、读不出。"""
    names = set(EVENT_NAMES)
    terms = tomllib.loads((ROOT / "docs/glossary.toml").read_text(encoding="utf-8"))["term"]
    assert event_classes() == set(EVENT_NAMES.values())
    assert {path.stem for path in (ROOT / "schemas/avro").iterdir()} == names
    assert {term["identifier"] for term in terms if term["kind"] == "event"} == names
    assert {path.stem for path in GOLDEN.glob("*.json")} == names
    assert {path.stem for path in GOLDEN.glob("*.bin")} == names


def test_names_and_classes_pair_off() -> None:
    """一名一类，互相可查；一类几名的，现在写的是最后一名。"""
    current_names = {name_of(kind): kind for kind in EVENT_NAMES.values()}
    earlier = {name: kind for name, kind in EVENT_NAMES.items() if name not in current_names}
    assert current_names | earlier == EVENT_NAMES
    for name, kind in earlier.items():
        assert name.rpartition(".")[0] == name_of(kind).rpartition(".")[0]
        assert name < name_of(kind)


def test_every_family_has_a_topic_and_every_topic_an_event() -> None:
    """每种事件有去处。"""
    matches = [EVENT.fullmatch(name) for name in EVENT_NAMES]
    assert {match.group(1) for match in matches if match} == set(FAMILY_TOPIC)
    assert all(matches)


def test_enum_symbols_are_exactly_those_of_the_domain() -> None:
    """现行格式的枚举与领域的枚举一致；早年的格式可以少几个。"""
    symbols: dict[str, set[str]] = {}
    for name in EVENT_NAMES:
        for found in re.finditer(
            r'"type": "enum",\s+"name": "(\w+)".*?"symbols": \[(.*?)\]',
            current(name).text.decode(),
            re.DOTALL,
        ):
            symbols[found.group(1)] = set(re.findall(r'"(\w+)"', found.group(2))) - {"UNSPECIFIED"}
    modules = [
        importlib.import_module(f"domain.{m.name}") for m in pkgutil.iter_modules(domain.__path__)
    ]
    for enum, written in symbols.items():
        kinds = [vars(module)[enum] for module in modules if enum in vars(module)]
        assert written == {member.value for member in kinds[0]}, enum
    assert len(symbols) > 10


def test_every_event_stands_in_the_mechanisms_table() -> None:
    """设计文件的每一行对应哪个事件，写在 docs/mechanisms.md。"""
    text = (ROOT / "docs/mechanisms.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z]+\.[a-z_]+\.v\d+)`", text)) == set(EVENT_NAMES)
