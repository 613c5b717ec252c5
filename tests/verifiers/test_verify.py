"""verify.py：只凭证据包与自己的公钥；改一处、少一件、换一份，都说得出是哪一步。"""

import ast
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from domain.terms import HashName
from ledger.entry import Entry
from ledger.signing import Ed25519Key
from runtime.bundles.pack import Contents, Kind, pack
from tests.deliveries import CASE, story
from tests.verifiers.sealed import LOG, POLICY, WITNESSES, entries_of, schemas_of, seal
from tests.verifiers.tampering import SCRIPT, files_of, flipped, listed, rehashed, verify, without

HASHES: Final = (HashName.SHA256, HashName.SM3)


ENTRIES: Final = {name: entries_of(story().kept, name) for name in HASHES}
SMALLEST: Final = "2026-0004"
BUNDLES: Final = 20
SAMPLED: Final = int(os.environ.get("SHENGUAN_SAMPLED_BITS", "20000"))  # 十万位的一遍另跑


def contents(entries: list[Entry], identity: str = CASE, kind: Kind = Kind.CASE) -> Contents:
    """一件办件的全部。"""
    own = [one for one in entries if one.key == identity]
    return Contents(kind, identity, own, schemas_of(own))


@cache
def bundle(name: HashName = HashName.SHA256, identity: str = CASE) -> bytes:
    """一份完好的证据包。"""
    return pack(contents(ENTRIES[name], identity), seal(ENTRIES[name], name))


def judged(files: dict[str, bytes], policy: str = POLICY, last: bytes | None = None) -> Any:
    """核验报告；读不下去的即是不符。"""
    return verify.judge(files, verify.read_policy(policy), last)


def fails(files: dict[str, bytes], policy: str = POLICY, last: bytes | None = None) -> str:
    """不符在哪一步：那一步的号与所见。"""
    try:
        report = judged(files, policy, last)
    except verify.Malformed as error:
        return f"0 {error}"
    assert report["verdict"] == "failed", report["verdict"]
    return next(
        f"{one['number']} {one['found']}" for one in report["checks"] if one["result"] == "failed"
    )


@pytest.mark.parametrize("name", HASHES)
def test_a_whole_bundle_is_verified(name: HashName) -> None:
    """完好的证据包逐步相符；SHA-256 与 SM3 的账本一样。"""
    report = judged(files_of(bundle(name)))
    assert report["verdict"] == "verified"
    left = {one["number"] for one in report["checks"] if one["result"] != "ok"}
    assert left == {8, 9}, "no close and no earlier checkpoint: said, not taken for agreed"
    assert {one["result"] for one in report["checks"]} == {"ok", "not_done"}


def test_without_events_nothing_is_verified() -> None:
    """一件事件也没有的，不说相符。"""
    empty = pack(Contents(Kind.CASE, "no-such", [], {}), seal(ENTRIES[HashName.SHA256]))
    assert judged(files_of(empty))["verdict"] == "nothing"


def test_no_flipped_bit_of_a_bundle_is_missed() -> None:
    """一份小证据包的每一位：翻了哪一位都看得出（trust.md D）。"""
    files = files_of(bundle(identity=SMALLEST))
    for name, data in files.items():
        for bit in range(8 * len(data)):
            assert fails(files | {name: flipped(data, bit)})


def test_no_sampled_bit_of_other_bundles_is_missed() -> None:
    """另外二十份，抽取的各位。"""
    chance = Random(20261125)  # noqa: S311 - which bits, not secrets
    keys = sorted({one.key for one in ENTRIES[HashName.SHA256]} - {SMALLEST})
    others = [files_of(bundle(identity=key)) for key in chance.sample(keys, BUNDLES)]
    for _ in range(SAMPLED):
        files = chance.choice(others)
        name = chance.choice(sorted(files))
        bit = chance.randrange(8 * len(files[name]))
        assert fails(files | {name: flipped(files[name], bit)})


def test_whoever_also_rewrites_the_manifest_is_found_all_the_same() -> None:
    """改了字节又重算了清单：树根、签名、格式仍然对不上。"""
    chance = Random(7)  # noqa: S311 - which bits, not secrets
    files = files_of(bundle())
    strict = POLICY.replace("quorum 2", "quorum 3")
    names = sorted(set(files) - {"manifest.json"})
    for _ in range(500):
        name = chance.choice(names)
        changed = flipped(files[name], chance.randrange(8 * len(files[name])))
        assert not fails(rehashed(files | {name: changed}), strict).startswith("1 ")


def test_an_event_taken_out_is_missed_in_its_file() -> None:
    """抽掉案卷中间的一件：案卷不连续，说得出缺第几件。"""
    files = files_of(bundle())
    streams = [one["stream"] for one in listed(files)]
    at = next(n for n, one in enumerate(streams) if one in streams[n + 1 :])
    assert fails(without(files, at)).startswith("6 ")


def test_another_key_is_not_the_ledgers() -> None:
    """换一把钥匙签的封账单：没有你所信的账本公钥的签名。"""
    other = replace(LOG, key=Ed25519Key(bytes([9]) * 32))
    entries = ENTRIES[HashName.SHA256]
    assert fails(files_of(pack(contents(entries), seal(entries, log=other)))).startswith("2 ")


def test_a_quorum_less_one_is_not_enough() -> None:
    """两家见证少了一家：不够。"""
    entries = ENTRIES[HashName.SHA256]
    lone = seal(entries, witnesses=WITNESSES[:1])
    assert fails(files_of(pack(contents(entries), lone))) == "3 要 2 家，只有 1 家"


def test_another_history_is_not_the_one_that_was_seen() -> None:
    """给你看的账与上次的不是同一部历史：一致证明不成立。"""
    entries = ENTRIES[HashName.SHA256]
    earlier = seal(entries[: len(entries) // 2])
    plain = replace(contents(entries), last_size=earlier.size)
    assert judged(files_of(pack(plain, seal(entries))), last=earlier.note)["verdict"] == "verified"
    forked = [replace(one, leaf_hash=bytes(32)) if one.position == 0 else one for one in entries]
    other = seal(forked[: earlier.size]).note
    assert fails(files_of(pack(plain, seal(entries))), last=other).startswith("9 ")
    shorter = pack(contents(entries[: earlier.size]), earlier)
    assert "账短了" in fails(files_of(shorter), last=seal(entries).note)


def test_the_close_of_a_day_is_no_pass_for_another_name() -> None:
    """日终封账那一件人人可附；没有案卷清单的包里，它也只属于它自己的编号。"""
    files = files_of(bundle(identity="all"))
    assert judged(files)["verdict"] == "verified"
    told = {"subject": {"kind": "case", "id": "alm"}}
    assert fails(rehashed(files, **told)) == f"7 第 {listed(files)[0]['position']} 件属于 all"


def test_an_event_of_another_case_does_not_belong() -> None:
    """夹带别的办件的一件：说得出属于哪里。"""
    entries = ENTRIES[HashName.SHA256]
    stranger = next(one for one in entries if one.key != CASE and one.version == 1)
    own = [one for one in entries if one.key == CASE or one is stranger]
    mixed = pack(replace(contents(entries), events=own, schemas=schemas_of(own)), seal(entries))
    assert fails(files_of(mixed)) == f"7 第 {stranger.position} 件属于 {stranger.key}"


def test_a_period_is_whole_or_says_what_is_missing() -> None:
    """一段时间：首尾之间一件不少。"""
    entries = ENTRIES[HashName.SHA256]
    part = entries[10:40]
    whole = Contents(Kind.PERIOD, "10-39", part, schemas_of(part))
    assert judged(files_of(pack(whole, seal(entries))))["verdict"] == "verified"
    holed = replace(whole, events=part[:5] + part[6:])
    files = files_of(pack(replace(holed, schemas=schemas_of(holed.events)), seal(entries)))
    assert "15" in fails(files)


def test_a_material_is_the_one_that_an_event_names() -> None:
    """换过的材料、没有哪一件提到的材料，都不认。"""
    entries = ENTRIES[HashName.SHA256]
    files = files_of(bundle())
    forged = rehashed(files | {f"materials/{'ab' * 32}": b"another paper"})
    assert fails(forged).startswith("10 ")
    stray = hashlib.sha256(b"stray").hexdigest()
    assert "没有哪一件提到" in fails(rehashed(files | {f"materials/{stray}": b"stray"}))
    assert entries


@pytest.mark.parametrize(
    "policy",
    ["", "log x", "witness y\n", f"log {LOG.verifier.text}\nquorum 1", "quorum 2", "log a b c"],
)
def test_a_policy_that_says_nothing_is_refused(policy: str) -> None:
    """没有账本公钥、家数不成立、写法不对的，不猜。"""
    with pytest.raises(verify.Malformed):
        verify.read_policy(policy)


def test_it_runs_alone(tmp_path: Path) -> None:
    """一个文件、只用标准库：在空白的 Python 里跑得起来，退出码说明结果。"""
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    names = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert names <= sys.stdlib_module_names
    (tmp_path / "policy.txt").write_text(POLICY, "utf-8")
    (tmp_path / "whole.zip").write_bytes(bundle())
    (tmp_path / "broken.zip").write_bytes(bundle()[:-40])
    codes = []
    for name in ("whole.zip", "broken.zip", "none.zip"):
        command = [sys.executable, "-I", str(SCRIPT), name, "--policy", "policy.txt", "--json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        codes.append(done.returncode)
        if not done.returncode:
            assert json.loads(done.stdout)["verdict"] == "verified"
    assert codes == [0, 1, 1]
