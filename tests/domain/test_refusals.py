"""告知语：每个理由代码都有中文说明、依据与办法，所引依据都有全称。"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import domain
from domain.decider import Event
from domain.duties import DUTIES
from domain.refusals import Refusal
from schemas.registry import EVENT_NAMES

ROOT = Path(domain.__file__).parent.parent


def messages() -> dict[str, dict[str, Any]]:
    """全部告知语，按表合并。"""
    merged: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "messages").glob("zh_CN*.toml")):
        for table, entries in tomllib.loads(path.read_text("utf-8")).items():
            merged.setdefault(table, {}).update(entries)
    return merged


MESSAGES = messages()


@pytest.mark.parametrize("code", list(Refusal))
def test_every_refusal_says_why_on_what_basis_and_what_to_do(code: Refusal) -> None:
    """每个理由代码：说明、法律依据、下一步怎么办。"""
    entry = MESSAGES["refusal"][code]
    assert entry["text"]
    assert entry["remedy"]
    assert entry["basis"]
    assert [basis for basis in entry["basis"] if basis not in MESSAGES["basis"]] == []


@pytest.mark.parametrize("kind", EVENT_NAMES.values(), ids=lambda kind: kind.__name__)
def test_every_event_cites_a_known_basis(kind: type[Event]) -> None:
    """每种事件都有法律依据，所引代号都有全称。"""
    assert kind.BASIS
    assert [basis for basis in kind.BASIS if basis not in MESSAGES["basis"]] == []


def test_every_act_has_a_chinese_name() -> None:
    """权限表的每一行都有中文名，没有多余的。"""
    assert set(MESSAGES["act"]) == set(DUTIES)


def test_codes_are_stable_words() -> None:
    """代码形如 family.reason，不重复；没有多余的告知语留在 domain 的各族里。"""
    families = {code.partition(".")[0] for code in Refusal}
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", code) for code in Refusal)
    stray = [
        code
        for code in MESSAGES["refusal"]
        if code.partition(".")[0] in families - {"ledger"} and code not in set(Refusal)
    ]
    assert stray == []
