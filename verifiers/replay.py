#!/usr/bin/env python3
"""复算一次双随机抽取：只凭公布的卷宗和本文件，Python 3.8 以上，不需要安装任何东西。

    python3 replay.py draw.json            逐步复算，不符的写明是哪一步
    python3 replay.py --json draw.json     同上，给程序读

卷宗的格式（ssj/audit/v1）与每一步的算法见 docs/draw.md。退出码：0 全部相符 · 1 用法或格式有误 ·
2 没有可核对的 · 3 有不符。

Rebuilds a published draw from its file alone. Written from the text of the protocol, not from the
product's code: it shares no line with it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from typing import Any, Callable, Optional

Digest = Callable[[bytes], bytes]
Package = Any  # what the JSON says, its shape checked by `read`

FORMAT = "ssj/audit/v1"
VERIFIED, USAGE, NOTHING, FAILED = 0, 1, 2, 3
HEX = set("0123456789abcdef")


class Malformed(Exception):
    """The file does not say what the format demands; nothing can be computed."""


# -- SM3 (GB/T 32905-2016), for a Python whose OpenSSL has none


def _rotate(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


def sm3(data: bytes) -> bytes:
    """SM3, thirty-two bytes."""
    state = [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
        0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def _sm3_block(state: list[int], block: bytes) -> list[int]:
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for at in range(16, 68):
        mixed = words[at - 16] ^ words[at - 9] ^ _rotate(words[at - 3], 15)
        mixed ^= _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(mixed ^ _rotate(words[at - 13], 7) ^ words[at - 6])
    a, b, c, d, e, f, g, h = state
    for at in range(64):
        early = at < 16
        turned = _rotate(0x79CC4519 if early else 0x7A879D8A, at)
        first = _rotate((_rotate(a, 12) + e + turned) & 0xFFFFFFFF, 7)
        second = first ^ _rotate(a, 12)
        choose = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        select = e ^ f ^ g if early else (e & f) | (~e & g & 0xFFFFFFFF)
        left = (choose + d + second + (words[at] ^ words[at + 4])) & 0xFFFFFFFF
        right = (select + h + first + words[at]) & 0xFFFFFFFF
        d, c, b, a = c, _rotate(b, 9), a, left
        h, g, f, e = g, _rotate(f, 19), e, right ^ _rotate(right, 9) ^ _rotate(right, 17)
    return [one ^ other for one, other in zip(state, (a, b, c, d, e, f, g, h))]


def hash_of(name: str) -> Digest:
    """The hash function that the plan names."""
    if name == "sha256":
        return lambda data: hashlib.sha256(data).digest()
    if name != "sm3":
        raise Malformed("plan.hash: sha256 / sm3")
    try:
        hashlib.new("sm3")
    except ValueError:
        return sm3
    return lambda data: hashlib.new("sm3", data).digest()


# -- the bytes


def lp(data: bytes) -> bytes:
    """Four bytes of length, big-endian, then the bytes."""
    return len(data).to_bytes(4, "big") + data


def texts(*told: str) -> bytes:
    """Each text in UTF-8 behind its length."""
    return b"".join(lp(one.encode("utf-8")) for one in told)


def many(told: list[str]) -> bytes:
    """How many (four bytes), then each text behind its length, sorted."""
    return len(told).to_bytes(4, "big") + texts(*sorted(told))


def tree(digest: Digest, leaves: list[bytes]) -> bytes:
    """Merkle root, RFC 6962 section 2.1, by its own recursion."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return digest(b"\x00" + leaves[0])
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return digest(b"\x01" + tree(digest, leaves[:split]) + tree(digest, leaves[split:]))


def object_leaf(one: Package) -> bytes:
    """One listed object, canonical."""
    names = ("subject", "stratum", "region", "speciality", "licence_no", "commitment_id")
    told = [one[name] or "" for name in names]
    return texts("ssj/listed-object/v1", *told) + many(one["officers_involved"])


def inspector_leaf(one: Package) -> bytes:
    """One listed inspector, canonical."""
    names = ("inspector", "region", "station", "certificate_valid_to")
    told = [one[name] for name in names]
    return texts("ssj/listed-inspector/v1", *told) + many(one["specialities"])


# -- the file


def _text(told: Any) -> bool:
    return isinstance(told, str) and told != ""


def _maybe(told: Any) -> bool:
    return told is None or isinstance(told, str)


def _natural(told: Any) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and told >= 0


def _hash(told: Any) -> bool:
    return isinstance(told, str) and len(told) == 64 and set(told) <= HEX


def _share(told: Any) -> bool:
    return told is None or _hash(told)


def _each(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda told: isinstance(told, list) and all(map(check, told))


def _record(**fields: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def check(told: Any) -> bool:
        return (
            isinstance(told, dict)
            and told.keys() == fields.keys()
            and all(rule(told[name]) for name, rule in fields.items())
        )

    return check


_STRATUM = _record(name=_text, ratio_bp=_natural, floor=_natural)
_OBJECT = _record(
    subject=_text,
    stratum=_text,
    region=_text,
    speciality=_text,
    licence_no=_maybe,
    commitment_id=_maybe,
    officers_involved=_each(_text),
)
_INSPECTOR = _record(
    inspector=_text,
    region=_text,
    specialities=_each(_text),
    station=_text,
    certificate_valid_to=_text,
)
_SLIP = _record(stratum=_text, subject=_text, ticket=_hash)
SHAPE = {
    "format": lambda told: told == FORMAT,
    "plan_no": _text,
    "plan": _record(
        serial=_natural,
        title=_text,
        department=_text,
        algorithm=lambda told: told == "ssj/v1",
        hash=lambda told: told in ("sha256", "sm3"),
        strata=_each(_STRATUM),
        offices=_each(_text),
        public_source=_text,
        public_value_at=_text,
        sealed_share_commitment=_share,
        inspect_by=_text,
        campaign=lambda told: told in ("UNDIRECTED", "DIRECTED"),
        item_codes=_each(_text),
        regions=_each(_text),
    ),
    "plan_leaf_hash": _hash,
    "as_of_size": _natural,
    "objects": _each(_OBJECT),
    "object_root": _hash,
    "inspectors": _each(_INSPECTOR),
    "inspector_root": _hash,
    "commitments": _each(_record(office=_text, commitment=_hash)),
    "reveals": _each(_record(office=_text, share=_share)),
    "public_value": _text,
    "sealed_share": _share,
    "seed": _hash,
    "chosen": _each(_SLIP),
    "pairs": _each(_record(subject=_text, inspectors=_each(_text))),
    "unmatched": _each(_text),
    "replaced": _each(
        _record(
            excluded=_text,
            reason=lambda told: told in ("CAP_REACHED", "MERGED", "STATUS_ENDED"),
            evidence=lambda told: (
                told != [] and _each(_record(reference=_text, sha256=_hash))(told)
            ),
            substitute=lambda told: told is None or _SLIP(told),
            inspectors=lambda told: told is None or _each(_text)(told),
        )
    ),
}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise Malformed("同一个名字写了两次 (a name stands twice)")
    return told


def read(text: str) -> Package:
    """The package, its shape checked to the last field; raises Malformed."""
    try:
        told = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed("不是 JSON (no JSON): %s" % error) from error
    if not isinstance(told, dict):
        raise Malformed("不是一个对象 (no object)")
    for name in sorted(told.keys() ^ SHAPE.keys()):
        raise Malformed("%s: %s" % (name, "多余 (unknown)" if name in told else "缺 (missing)"))
    for name, rule in SHAPE.items():
        if not rule(told[name]):
            raise Malformed("%s: 不合格式 (wrong shape)" % name)
    return told


# -- the steps: each returns "" where it agrees, else what differs


def offices(told: Package, _: Digest) -> str:
    """三家以上，各交一份承诺，互不相同，正是计划所列的。"""
    listed = told["plan"]["offices"]
    gave = [one["office"] for one in told["commitments"]]
    values = {one["commitment"] for one in told["commitments"]}
    if len(listed) < 3 or len(set(listed)) != len(listed):
        return "offices %d" % len(set(listed))
    if sorted(gave) != sorted(listed) or len(values) != len(listed):
        return "commitments"
    return ""


def shares(told: Package, digest: Digest) -> str:
    """揭示的份额与各自的承诺相符；没有揭示的写明（按 32 个零字节计）。"""
    promised = {one["office"]: one["commitment"] for one in told["commitments"]}
    if [one["office"] for one in told["reveals"]] != told["plan"]["offices"]:
        return "reveals"
    for one in told["reveals"]:
        if one["share"] is not None and promised.get(one["office"]) != _committed(
            digest, one["share"]
        ):
            return str(one["office"])
    return ""


def sealed(told: Package, digest: Digest) -> str:
    """封存份额与计划里的承诺相符；公开方式没有承诺，也就没有份额。"""
    promised, share = told["plan"]["sealed_share_commitment"], told["sealed_share"]
    if promised is None or share is None:
        return "" if promised is None and share is None else "sealed_share"
    return "" if _committed(digest, share) == promised else "sealed_share"


def _committed(digest: Digest, share: str) -> str:
    return digest(lp(b"ssj/commit/v1") + lp(bytes.fromhex(share))).hex()


def object_list(told: Package, digest: Digest) -> str:
    """对象名单的树根；编号不重复，各在计划所列的层里。"""
    subjects = [one["subject"] for one in told["objects"]]
    if len(set(subjects)) != len(subjects):
        return "subject"
    strata = {one["name"] for one in told["plan"]["strata"]}
    for one in told["objects"]:
        if one["stratum"] not in strata:
            return str(one["subject"])
    ordered = sorted(told["objects"], key=lambda one: one["subject"])
    root = tree(digest, [object_leaf(one) for one in ordered]).hex()
    return "" if root == told["object_root"] else "object_root " + root


def scope(told: Package, _: Digest) -> str:
    """定向的写明范围，不定向的不设；名单上的都在所定的片区。"""
    plan = told["plan"]
    if plan["campaign"] != ("DIRECTED" if plan["item_codes"] or plan["regions"] else "UNDIRECTED"):
        return "campaign"
    for one in told["objects"]:
        if plan["regions"] and one["region"] not in plan["regions"]:
            return str(one["subject"])
    return ""


def inspector_list(told: Package, digest: Digest) -> str:
    """检查人员名单的树根；编号不重复。"""
    people = [one["inspector"] for one in told["inspectors"]]
    if len(set(people)) != len(people):
        return "inspector"
    ordered = sorted(told["inspectors"], key=lambda one: one["inspector"])
    root = tree(digest, [inspector_leaf(one) for one in ordered]).hex()
    return "" if root == told["inspector_root"] else "inspector_root " + root


def seed_of(told: Package, digest: Digest) -> bytes:
    """S0 and S, of the plan's leaf, the reveals, the public value and the sealed share."""
    given = [bytes.fromhex(one["share"] or "00" * 32) for one in told["reveals"]]
    parts = [bytes.fromhex(told["plan_leaf_hash"]), *given, told["public_value"].encode("utf-8")]
    base = digest(b"".join(map(lp, [b"ssj/seed/v1", *parts])))
    share = bytes.fromhex(told["sealed_share"] or "")
    return digest(lp(b"ssj/draw/v1") + lp(base) + lp(share))


def seed(told: Package, digest: Digest) -> str:
    """种子由计划叶、份额、公开值、封存份额合成。"""
    found = seed_of(told, digest).hex()
    return "" if found == told["seed"] else "seed " + found


def drawn_of(told: Package, digest: Digest) -> list[tuple[str, str, str]]:
    """(stratum, subject, ticket) of every chosen object, strata in the plan's order."""
    prefix = lp(b"ssj/object/v1") + lp(seed_of(told, digest))
    found = []
    for layer in told["plan"]["strata"]:
        slips = []
        for one in told["objects"]:
            if one["stratum"] == layer["name"]:
                ticket = digest(prefix + lp(one["subject"].encode("utf-8")))
                slips.append((ticket, one["subject"].encode("utf-8")))
        share = (len(slips) * layer["ratio_bp"] + 9999) // 10000
        size = min(len(slips), max(layer["floor"], share))
        for ticket, subject in sorted(slips)[:size]:
            found.append((layer["name"], subject.decode("utf-8"), ticket.hex()))
    return found


def chosen(told: Package, digest: Digest) -> str:
    """每层抽签号最小的若干个，正是公布的那些。"""
    found = drawn_of(told, digest)
    said = [(one["stratum"], one["subject"], one["ticket"]) for one in told["chosen"]]
    return _first_difference(found, said)


def _first_difference(found: list[Any], said: list[Any]) -> str:
    for at in range(max(len(found), len(said))):
        one = found[at] if at < len(found) else None
        other = said[at] if at < len(said) else None
        if one != other:
            return "[%d] %s ≠ %s" % (at, other, one)
    return ""


def eligible(target: Package, one: Package, on: str) -> bool:
    """Region and speciality, a certificate valid on the day, not involved, not the own station."""
    return (
        one["region"] == target["region"]
        and target["speciality"] in one["specialities"]
        and one["certificate_valid_to"] >= on
        and one["inspector"] not in target["officers_involved"]
        and one["station"] != target["region"]
    )


def matched_of(told: Package, digest: Digest) -> tuple[dict[str, list[str]], list[str]]:
    """Two inspectors for each object in ticket order: (teams by object, those without)."""
    listed = {one["subject"]: one for one in told["objects"]}
    drawn = drawn_of(told, digest)
    order = [one[1] for one in sorted(drawn, key=lambda one: (one[2], one[1]))]
    prefix = lp(b"ssj/pair/v1") + lp(seed_of(told, digest))
    wishes = {}
    for subject in order:
        fit = []
        for one in told["inspectors"]:
            if eligible(listed[subject], one, told["plan"]["inspect_by"]):
                rank = digest(prefix + texts(subject, one["inspector"]))
                fit.append((rank, one["inspector"]))
        wishes[subject] = [person for _, person in sorted(fit)]
    people = len(told["inspectors"])
    cap = (2 * len(order) * 115 + people * 100 - 1) // (people * 100) if people else 0
    work = Assignment(wishes, cap)
    short = [subject for subject in order if not work.place(subject)]
    teams = {
        subject: [one for one in wishes[subject] if one in team]
        for subject, team in work.teams.items()
    }
    return teams, short


class Assignment:
    """Who goes where so far."""

    def __init__(self, wishes: dict[str, list[str]], cap: int) -> None:
        self.wishes = wishes  # object -> those who may go, in hash order
        self.cap = cap
        self.teams: dict[str, list[str]] = {}
        self.load: dict[str, list[str]] = {}

    def has_room(self, person: str) -> bool:
        """Below the cap."""
        return len(self.load.get(person, [])) < self.cap

    def place(self, subject: str) -> bool:
        """Two or nobody; the objects before it keep full teams either way."""
        teams = {key: list(team) for key, team in self.teams.items()}
        load = {key: list(held) for key, held in self.load.items()}
        self.teams[subject] = []
        if self.seat(subject) and self.seat(subject):
            return True
        self.teams, self.load = teams, load
        return False

    def seat(self, subject: str) -> bool:
        """One more: the lowest rank with room, else along the shortest exchange (Kuhn)."""
        for person in self.wishes[subject]:
            if person not in self.teams[subject] and self.has_room(person):
                self.send(person, subject)
                return True
        return self.exchange(subject)

    def send(self, person: str, subject: str) -> None:
        """This person goes there."""
        self.teams[subject].append(person)
        self.load.setdefault(person, []).append(subject)

    def exchange(self, start: str) -> bool:
        """Breadth first, each object asking its people in hash order."""
        reached: dict[str, str] = {}  # person -> the object that would take them
        gives: dict[str, Optional[str]] = {start: None}  # object -> whom it would give up
        queue = [start]
        for target in queue:  # grows while it is read
            for person in self.wishes[target]:
                if person in reached or person in self.teams[target]:
                    continue
                reached[person] = target
                if self.has_room(person):
                    self.follow(person, reached, gives)
                    return True
                for other in self.load[person]:
                    if other not in gives:
                        gives[other] = person
                        queue.append(other)
        return False

    def follow(self, last: str, reached: dict[str, str], gives: dict[str, Optional[str]]) -> None:
        """Back along the way: each object on it drops one and takes another."""
        person: Optional[str] = last
        while person is not None:
            target = reached[person]
            dropped = gives[target]
            if dropped is not None:
                self.teams[target].remove(dropped)
                self.load[dropped].remove(target)
            self.send(person, target)
            person = dropped


def pairs(told: Package, digest: Digest) -> str:
    """检查人员由种子排定：两人一组，不够两人的写明，不由一人检查。"""
    found, _ = matched_of(told, digest)
    said = {one["subject"]: one["inspectors"] for one in told["pairs"]}
    if len(said) != len(told["pairs"]):
        return "pairs"
    return _first_difference(sorted(found.items()), sorted(said.items()))


def unmatched(told: Package, digest: Digest) -> str:
    """合格人员不足的对象，正是公布的那些。"""
    _, found = matched_of(told, digest)
    return _first_difference(found, told["unmatched"])


def replaced(told: Package, digest: Digest) -> str:
    """每一户替补都是该层的下一签，派去的两人也由种子排定；排除的只能是抽中过的。"""
    listed = {one["subject"]: one for one in told["objects"]}
    layer = {one[1]: one[0] for one in drawn_of(told, digest)}
    people = len(told["inspectors"])
    cap = (2 * len(layer) * 115 + people * 100 - 1) // (people * 100) if people else 0
    teams = dict(matched_of(told, digest)[0])
    gone = set()
    ticket_prefix = lp(b"ssj/object/v1") + lp(seed_of(told, digest))
    rank_prefix = lp(b"ssj/pair/v1") + lp(seed_of(told, digest))
    for at, one in enumerate(told["replaced"]):
        out = one["excluded"]
        if out not in layer or out in gone:
            return "[%d] %s" % (at, out)
        gone.add(out)
        teams.pop(out, None)
        slips = sorted(
            (digest(ticket_prefix + texts(subject)), subject.encode("utf-8"))
            for subject, entry in listed.items()
            if entry["stratum"] == layer[out] and subject not in layer
        )
        if not slips:
            if one["substitute"] is not None or one["inspectors"] is not None:
                return "[%d] substitute" % at
            continue
        subject = slips[0][1].decode("utf-8")
        right = {"stratum": layer[out], "subject": subject, "ticket": slips[0][0].hex()}
        if one["substitute"] != right:
            return "[%d] %s ≠ %s" % (at, one["substitute"], right)
        layer[subject] = layer[out]
        busy = [person for team in teams.values() for person in team]
        fit = sorted(
            (digest(rank_prefix + texts(subject, who["inspector"])), who["inspector"])
            for who in told["inspectors"]
            if eligible(listed[subject], who, told["plan"]["inspect_by"])
            and busy.count(who["inspector"]) < cap
        )
        team = [person for _, person in fit[:2]]
        if one["inspectors"] != (team if len(team) == 2 else None):
            return "[%d] inspectors" % at
        if len(team) == 2:
            teams[subject] = team
    return ""


STEPS = [
    ("提交份额的部门 offices", offices),
    ("份额与承诺 shares", shares),
    ("封存份额 sealed share", sealed),
    ("种类与范围 scope", scope),
    ("对象名单 object list", object_list),
    ("检查人员名单 inspector list", inspector_list),
    ("种子 seed", seed),
    ("抽中的对象 objects drawn", chosen),
    ("检查人员配对 pairs", pairs),
    ("人员不足 unmatched", unmatched),
    ("替补 replaced", replaced),
]


def verify(told: Package) -> list[tuple[str, str]]:
    """[(step, difference)], every step tried: "" is agreement."""
    digest = hash_of(told["plan"]["hash"])
    return [(name, step(told, digest)) for name, step in STEPS]


def main(argv: Optional[list[str]] = None) -> int:
    """Exit code: 0 verified, 1 usage, 2 nothing to verify, 3 a step differs."""
    parser = argparse.ArgumentParser(description="复算一次双随机抽取 (replay a draw)")
    parser.add_argument("--json", action="store_true", help="结果写作 JSON")
    parser.add_argument("file", help="公布的卷宗（ssj/audit/v1）")
    arguments = parser.parse_args(argv)
    try:
        with open(arguments.file, encoding="utf-8") as opened:
            told = read(opened.read())
    except (OSError, UnicodeDecodeError, Malformed) as error:
        print("读不了这份卷宗 (unreadable): %s" % error, file=sys.stderr)
        return USAGE
    if not told["objects"]:
        print("名单是空的，没有可核对的 (nothing to verify)", file=sys.stderr)
        return NOTHING
    results = verify(told)
    if arguments.json:
        report = [{"step": name, "agrees": not fault, "why": fault} for name, fault in results]
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        for number, (name, fault) in enumerate(results, 1):
            print(
                "%d %s %s%s" % (number, "✗" if fault else "✓", name, "：" + fault if fault else "")
            )
    failed = [name for name, fault in results if fault]
    if not arguments.json:
        print("全部相符 (verified)" if not failed else "不符 (differs)：" + "、".join(failed))
    return FAILED if failed else VERIFIED


if __name__ == "__main__":
    sys.exit(main())
