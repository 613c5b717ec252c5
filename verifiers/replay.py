#!/usr/bin/env python3
"""复算一次双随机抽取：只凭公布的卷宗和本文件，Python 3.8 以上，不需要安装任何东西。

    python3 replay.py draw.json            逐步复算，不符的写明是哪一步
    python3 replay.py --json draw.json     同上，给程序读

卷宗的格式（ssj/audit/v2）与每一步的算法见 docs/draw.md。退出码：0 全部相符 · 1 用法或格式有误 ·
2 没有可核对的 · 3 有不符。

Rebuilds a published draw from its file alone. Written from the text of the protocol, not from the
product's code: it shares no line with it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import Any, Callable, Optional

Digest = Callable[[bytes], bytes]
Package = Any  # what the JSON says, its shape checked by `read`

FORMAT = "ssj/audit/v2"
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


def _word(told: Any) -> bool:
    """A text that has bytes: no lone surrogate."""
    if not isinstance(told, str):
        return False
    try:
        told.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(told: Any) -> bool:
    return _word(told) and told != ""


def _or_none(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda told: told is None or check(told)


def _natural(told: Any) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and told >= 0


def _hash(told: Any) -> bool:
    return isinstance(told, str) and len(told) == 64 and set(told) <= HEX


def _hexadecimal(told: Any) -> bool:
    return isinstance(told, str) and len(told) % 2 == 0 and set(told) <= HEX


def _day(told: Any) -> bool:
    """YYYY-MM-DD and nothing else; days are compared as texts."""
    try:
        return isinstance(told, str) and date.fromisoformat(told).isoformat() == told
    except ValueError:
        return False


def _among(*known: str) -> Callable[[Any], bool]:
    return lambda told: isinstance(told, str) and told in known


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


def _basis_points(told: Any) -> bool:
    return _natural(told) and bool(told <= 10000)


_TEXTS = _each(_text)
_STRATUM = _record(name=_text, ratio_bp=_basis_points, floor=_natural)
_OBJECT = _record(
    subject=_text,
    stratum=_text,
    region=_text,
    speciality=_text,
    licence_no=_or_none(_text),
    commitment_id=_or_none(_text),
    officers_involved=_TEXTS,
)
_INSPECTOR = _record(
    inspector=_text,
    region=_text,
    specialities=_TEXTS,
    station=_text,
    certificate_valid_to=_day,
)
_SLIP = _record(stratum=_text, subject=_text, ticket=_hash)
_PLAN = _record(
    serial=_natural,
    title=_text,
    department=_text,
    algorithm=_among("ssj/v1"),
    hash=_among("sha256", "sm3"),
    strata=_each(_STRATUM),
    offices=_TEXTS,
    public_source=_text,
    public_value_at=_text,
    value_format=_word,
    fallback_source=_word,
    fallback_at=_or_none(_text),
    sealed_share_commitment=_or_none(_hash),
    share_keepers=_TEXTS,
    inspect_by=_day,
    campaign=_among("UNDIRECTED", "DIRECTED"),
    item_codes=_TEXTS,
    regions=_TEXTS,
    matters=_TEXTS,
    annual_plan_no=_or_none(_text),
    unplanned_reason=_word,
    seed_plan_no=_or_none(_text),
    code_set=_text,
)
_OBSERVED = _record(item_code=_text, document_no=_text, reasons=_text, valid_until=_day)
_REPLACED = _record(
    excluded=_text,
    reason=_among("CAP_REACHED", "MERGED", "STATUS_ENDED"),
    evidence=lambda told: told != [] and _each(_record(reference=_text, sha256=_hash))(told),
    substitute=_or_none(_SLIP),
    commitment=_or_none(_hash),
    inspectors=_or_none(_TEXTS),
)
_REDRAWN = _record(
    after=_natural,
    subject=_text,
    outgoing=_or_none(_text),
    cause=_among("RECUSED", "LEFT", "CERTIFICATE_EXPIRED"),
    passed_over=_or_none(_TEXTS),
    commitment=_or_none(_hash),
    inspectors=_or_none(_TEXTS),
)
STATUSES = ("NO_TEAM", "EXCLUDED", "PENDING", "RECORDED", "RETURNED", "REVIEWED",
            "PUBLISHED", "UNNAMED", "OVERTURNED")  # fmt: skip
KINDS = ("CLEAR", "PROBLEM", "CORRECTED", "BREACH", "UNREACHABLE", "NOT_OPERATING", "ENDED")
_RESULT = _record(
    subject=_text,
    status=_among(*STATUSES),
    codes=_or_none(_TEXTS),
    performed_on=_or_none(_day),
)
SHAPE = {
    "format": _among(FORMAT),
    "stage": _among("draw", "results"),
    "plan_no": _text,
    "plan": _PLAN,
    "plan_leaf": _record(
        hash=_among("sha256", "sm3"),
        schema=_text,
        stream=_text,
        version=_natural,
        prev_leaf_hash=_hexadecimal,
        value=_hexadecimal,
    ),
    "plan_leaf_hash": _hash,
    "as_of_size": _natural,
    "objects": _each(_OBJECT),
    "object_root": _hash,
    "left_out": _each(_record(subject=_text, observed=_each(_OBSERVED))),
    "inspectors": _or_none(_each(_INSPECTOR)),
    "inspector_count": _natural,
    "inspector_root": _hash,
    "commitments": _each(_record(office=_text, commitment=_hash)),
    "reveals": _each(_record(office=_text, share=_or_none(_hash))),
    "public_value": _text,
    "sealed_share": _or_none(_hash),
    "seed": _hash,
    "thresholds": _each(
        _record(stratum=_text, listed=_natural, drawn=_natural, last=_or_none(_hash))
    ),
    "chosen": _each(_SLIP),
    "pairs": _each(_record(subject=_text, commitment=_hash, inspectors=_or_none(_TEXTS))),
    "unmatched": _TEXTS,
    "replaced": _each(_REPLACED),
    "redrawn": _each(_REDRAWN),
    "code_set": _record(
        code_set=_text,
        title=_text,
        codes=_each(_record(code=_text, name=_text, kind=_among(*KINDS))),
    ),
    "results": _or_none(_each(_RESULT)),
}


# Only in the package of a plan that has any.
OPTIONAL = {
    "recusals": _record(
        count=_natural,
        root=_hash,
        listed=_or_none(_each(_record(inspector=_text, subject=_text))),
    ),
    "reclassified": _each(_record(subject=_text, before=_text, risk_class=_text, changed_on=_day)),
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
    for name in sorted((told.keys() - OPTIONAL.keys()) ^ SHAPE.keys()):
        raise Malformed("%s: %s" % (name, "多余 (unknown)" if name in told else "缺 (missing)"))
    for name, rule in {**SHAPE, **OPTIONAL}.items():
        if name in told and not rule(told[name]):
            raise Malformed("%s: 不合格式 (wrong shape)" % name)
    return told


# -- what the ledger holds: Avro, as far as its schemas go


class Avro:
    """The bytes of one event, read by the text of its schema."""

    def __init__(self, schema: str, value: bytes) -> None:
        self.schema = json.loads(schema)
        self.named: dict[str, Any] = {}
        self.value = value
        self.at = 0

    def event(self) -> Any:
        """The whole event; every byte is used."""
        told = self.read(self.schema, "")
        if self.at != len(self.value):
            raise Malformed("trailing bytes")
        return told

    def number(self) -> int:
        """Zig-zag, seven bits a byte."""
        found = shift = 0
        while True:
            byte = self.take(1)[0]
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found >> 1 if found & 1 == 0 else -(found >> 1) - 1

    def take(self, length: int) -> bytes:
        """The next bytes."""
        part = self.value[self.at : self.at + length]
        if length < 0 or len(part) != length:
            raise Malformed("cut short")
        self.at += length
        return part

    def read(self, schema: Any, space: str) -> Any:
        """One value of a type; a name stands for the type that bore it before."""
        if isinstance(schema, list):
            return self.read(schema[self.number()], space)
        if isinstance(schema, str):
            return self.plain(schema, space)
        kind = schema["type"]
        if kind in ("record", "enum"):
            space = schema.get("namespace", space)
            self.named[space + "." + schema["name"]] = schema
        if kind == "record":
            return {one["name"]: self.read(one["type"], space) for one in schema["fields"]}
        if kind == "enum":
            return schema["symbols"][self.number()]
        if kind == "array":
            return self.many(schema["items"], space)
        return self.logical(schema.get("logicalType"), self.read(kind, space))

    def plain(self, name: str, space: str) -> Any:
        """A primitive, or a name."""
        if name == "null":
            return None
        if name in ("int", "long"):
            return self.number()
        if name == "boolean":
            return self.take(1) != b"\x00"
        if name in ("string", "bytes"):
            part = self.take(self.number())
            return part.decode("utf-8") if name == "string" else part.hex()
        full = name if "." in name else space + "." + name
        return self.read(self.named[full], space)

    def many(self, items: Any, space: str) -> list[Any]:
        """An array: blocks until an empty one."""
        found: list[Any] = []
        while True:
            count = self.number()
            if count == 0:
                return found
            if count < 0:
                raise Malformed("sized block")
            found += [self.read(items, space) for _ in range(count)]

    @staticmethod
    def logical(kind: Optional[str], told: Any) -> Any:
        """Days and instants as texts."""
        if kind == "date":
            return (date(1970, 1, 1) + timedelta(days=told)).isoformat()
        if kind == "timestamp-micros":
            start = datetime(1970, 1, 1, tzinfo=timezone.utc)
            return (start + timedelta(microseconds=told)).isoformat()
        return told


# Fields that a plan registered before they existed does not carry.
EARLIER: dict[str, Any] = {"campaign": "UNDIRECTED", "code_set": "v1", "annual_plan_no": None, "seed_plan_no": None,
           "fallback_at": None, "unplanned_reason": "", "value_format": "", "fallback_source": "",
           "item_codes": [], "regions": [], "matters": [], "share_keepers": []}  # fmt: skip


def registered(leaf: Package) -> Package:
    """The plan as the ledger holds it."""
    try:
        told = Avro(leaf["schema"], bytes.fromhex(leaf["value"])).event()
        strata = [
            {"name": one["name"], "ratio_bp": one["basis_points"], "floor": one["floor"]}
            for one in told["strata"]
        ]
        found = {**EARLIER, **told, "strata": strata, "hash": told["hash"].lower()}
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise Malformed(str(error)) from error
    except RecursionError as error:
        raise Malformed("recursion") from error
    return found


# -- the arithmetic of the draw


def eligible(target: Package, one: Package, on: str) -> bool:
    """Region and speciality, a certificate valid on the day, not involved, not the own station."""
    return (
        one["region"] == target["region"]
        and target["speciality"] in one["specialities"]
        and one["certificate_valid_to"] >= on
        and one["inspector"] not in target["officers_involved"]
        and one["station"] != target["region"]
    )


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


class Work:
    """What follows from the package by arithmetic alone, each part computed once."""

    def __init__(self, told: Package) -> None:
        self.told = told
        self.digest = hash_of(told["plan"]["hash"])
        self.listed = {one["subject"]: one for one in told["objects"]}

    @cached_property
    def seed(self) -> bytes:
        """S0 and S, of the plan's leaf, the reveals, the public value and the sealed share."""
        told = self.told
        given = [bytes.fromhex(one["share"] or "00" * 32) for one in told["reveals"]]
        value = told["public_value"].encode("utf-8")
        parts = [b"ssj/seed/v1", bytes.fromhex(told["plan_leaf_hash"]), *given, value]
        base = self.digest(b"".join(map(lp, parts)))
        share = bytes.fromhex(told["sealed_share"] or "")
        return self.digest(lp(b"ssj/draw/v1") + lp(base) + lp(share))

    @cached_property
    def slips(self) -> dict[str, list[tuple[str, bytes]]]:
        """By stratum all (ticket, subject) of the list, lowest first."""
        prefix = lp(b"ssj/object/v1") + lp(self.seed)
        found: dict[str, list[tuple[str, bytes]]] = {}
        for one in self.told["objects"]:
            subject = one["subject"].encode("utf-8")
            ticket = self.digest(prefix + lp(subject)).hex()
            found.setdefault(one["stratum"], []).append((ticket, subject))
        for slips in found.values():
            slips.sort()
        return found

    @cached_property
    def drawn(self) -> list[tuple[str, str, str]]:
        """(stratum, subject, ticket) of every chosen object, strata in the plan's order."""
        found = []
        for layer in self.told["plan"]["strata"]:
            slips = self.slips.get(layer["name"], [])
            share = (len(slips) * layer["ratio_bp"] + 9999) // 10000
            size = min(len(slips), max(layer["floor"], share))
            for ticket, subject in slips[:size]:
                found.append((layer["name"], subject.decode("utf-8"), ticket))
        return found

    @cached_property
    def order(self) -> list[str]:
        """The chosen objects in ticket order, in which they are given inspectors."""
        return [one[1] for one in sorted(self.drawn, key=lambda one: (one[2], one[1]))]

    @property
    def cap(self) -> int:
        """How many objects one inspector may be given."""
        people = len(self.told["inspectors"])
        return (2 * len(self.drawn) * 115 + people * 100 - 1) // (people * 100) if people else 0

    def ranked(self, subject: str) -> list[str]:
        """Those who may go there, in hash order."""
        prefix = lp(b"ssj/pair/v1") + lp(self.seed)
        target, on = self.listed[subject], self.told["plan"]["inspect_by"]
        people = [one for one in self.told["inspectors"] if eligible(target, one, on)]
        names = [one["inspector"] for one in people]
        fit = [(self.digest(prefix + texts(subject, name)), name) for name in names]
        return [person for _, person in sorted(fit)]

    @cached_property
    def matched(self) -> tuple[dict[str, list[str]], list[str]]:
        """Two inspectors for each object in ticket order: (teams by object, those without)."""
        wishes = {subject: self.ranked(subject) for subject in self.order}
        work = Assignment(wishes, self.cap)
        short = [subject for subject in self.order if not work.place(subject)]
        teams = {
            subject: [one for one in wishes[subject] if one in team]
            for subject, team in work.teams.items()
        }
        return teams, short

    @cached_property
    def pair_key(self) -> bytes:
        """What the salts of the pairs come from: the seed and the whole list of inspectors."""
        roster = b"".join(lp(inspector_leaf(one)) for one in self.told["inspectors"])
        return self.digest(lp(b"ssj/pair-key/v1") + lp(self.seed) + roster)

    def pair_commitment(self, subject: str, team: list[str]) -> str:
        """What was published of a pair before the visit."""
        place = lp(subject.encode("utf-8"))
        salt = self.digest(lp(b"ssj/pair-salt/v1") + lp(self.pair_key) + place)
        whole = lp(b"ssj/pair-commitment/v1") + lp(salt) + place + texts(*team)
        commitment: str = self.digest(whole).hex()
        return commitment


# -- the steps: each returns "" where it agrees, else what differs


def plan(told: Package, _: Work) -> str:
    """计划所写的各项，正是账本里登记的那一件；它的叶杂凑就是入种子的那一个。"""
    leaf = told["plan_leaf"]
    digest = hash_of(leaf["hash"])
    schema = leaf["schema"].encode("utf-8")
    if leaf["stream"] != "plan/" + told["plan_no"] or leaf["version"] != 1:
        return "plan_leaf.stream"
    if leaf["prev_leaf_hash"] != "":
        return "plan_leaf.prev_leaf_hash"
    entry = b"sgld/leaf/v1" + lp(hashlib.sha256(schema).digest())
    entry += lp(leaf["stream"].encode("utf-8")) + leaf["version"].to_bytes(8, "big")
    entry += lp(b"") + lp(bytes.fromhex(leaf["value"]))
    found = digest(b"\x00" + entry).hex()
    if found != told["plan_leaf_hash"]:
        return "plan_leaf_hash " + found
    try:
        known = registered(leaf)
    except Malformed as error:
        return "plan_leaf: %s" % error
    for name, value in told["plan"].items():
        if name not in known or known[name] != value:
            return str(name)
    if told["plan_no"] != "%06d" % told["plan"]["serial"]:
        return "plan_no"
    return ""


def offices(told: Package, _: Work) -> str:
    """三家以上，各交一份承诺，互不相同，正是计划所列的。"""
    listed = told["plan"]["offices"]
    values = {one["commitment"] for one in told["commitments"]}
    if len(listed) < 3 or len(set(listed)) != len(listed):
        return "offices %d" % len(set(listed))
    if [one["office"] for one in told["commitments"]] != listed or len(values) != len(listed):
        return "commitments"
    return ""


def shares(told: Package, work: Work) -> str:
    """揭示的份额与各自的承诺相符；没有揭示的写明（按 32 个零字节计）。"""
    promised = {one["office"]: one["commitment"] for one in told["commitments"]}
    if [one["office"] for one in told["reveals"]] != told["plan"]["offices"]:
        return "reveals"
    for one in told["reveals"]:
        if one["share"] is not None and promised.get(one["office"]) != _committed(
            work.digest, one["share"]
        ):
            return str(one["office"])
    return ""


def sealed(told: Package, work: Work) -> str:
    """封存份额与计划里的承诺相符；公开方式没有承诺，也就没有份额。"""
    promised, share = told["plan"]["sealed_share_commitment"], told["sealed_share"]
    if promised is None or share is None:
        return "" if promised is None and share is None else "sealed_share"
    return "" if _committed(work.digest, share) == promised else "sealed_share"


def _committed(digest: Digest, share: str) -> str:
    return digest(lp(b"ssj/commit/v1") + lp(bytes.fromhex(share))).hex()


def _ascending(told: list[str]) -> bool:
    """In order, none twice."""
    return all(told[at] < told[at + 1] for at in range(len(told) - 1))


def object_list(told: Package, work: Work) -> str:
    """对象名单的树根；依编号排列，不重复，各在计划所列的层里。"""
    if not _ascending([one["subject"] for one in told["objects"]]):
        return "subject"
    strata = {one["name"] for one in told["plan"]["strata"]}
    for one in told["objects"]:
        if one["stratum"] not in strata or not _ascending(one["officers_involved"]):
            return str(one["subject"])
    root = tree(work.digest, [object_leaf(one) for one in told["objects"]]).hex()
    return "" if root == told["object_root"] else "object_root " + root


def left_out(told: Package, _: Work) -> str:
    """不列入名单的各写明理由，确实不在名单上。"""
    outside = [one["subject"] for one in told["left_out"]]
    listed = {one["subject"] for one in told["objects"]}
    if not _ascending(outside):
        return "subject"
    for one in told["left_out"]:
        if one["subject"] in listed or not one["observed"]:
            return str(one["subject"])
    return ""


def scope(told: Package, _: Work) -> str:
    """定向的写明范围，不定向的不设；名单上的都在所定的片区。"""
    plan = told["plan"]
    if plan["campaign"] != ("DIRECTED" if plan["item_codes"] or plan["regions"] else "UNDIRECTED"):
        return "campaign"
    for one in told["objects"]:
        if plan["regions"] and one["region"] not in plan["regions"]:
            return str(one["subject"])
    return ""


def inspector_list(told: Package, work: Work) -> str:
    """检查人员名单的树根；依编号排列，不重复。抽取阶段不公布名单。"""
    if (told["inspectors"] is None) != (told["stage"] == "draw"):
        return "inspectors"
    if told["inspectors"] is None:
        return ""
    if not _ascending([one["inspector"] for one in told["inspectors"]]):
        return "inspector"
    for one in told["inspectors"]:
        if not _ascending(one["specialities"]):
            return str(one["inspector"])
    root = tree(work.digest, [inspector_leaf(one) for one in told["inspectors"]]).hex()
    if len(told["inspectors"]) != told["inspector_count"]:
        return "inspector_count"
    return "" if root == told["inspector_root"] else "inspector_root " + root


def recusals(told: Package, work: Work) -> str:
    """回避名单的树根；每一项的人都写在那一户不得检查的人里。没有的没有；抽取阶段不公布各项。"""
    table = told.get("recusals")
    if table is None:
        return ""
    if (table["listed"] is None) != (told["stage"] == "draw"):
        return "listed"
    if table["listed"] is None:
        return ""
    order = [(one["subject"], one["inspector"]) for one in table["listed"]]
    barred = {one["subject"]: one["officers_involved"] for one in told["objects"]}
    if order != sorted(set(order)) or len(order) != table["count"]:
        return "count"
    for subject, person in order:
        if person not in barred.get(subject, []):
            return str(subject)
    leaves = [texts("ssj/listed-recusal/v1", person, subject) for subject, person in order]
    root = tree(work.digest, leaves).hex()
    return "" if root == table["root"] else "root " + root


def _first_difference(found: list[Any], said: list[Any]) -> str:
    for at in range(max(len(found), len(said))):
        one = found[at] if at < len(found) else None
        other = said[at] if at < len(said) else None
        if one != other:
            return "[%d] %s ≠ %s" % (at, other, one)
    return ""


def seed(told: Package, work: Work) -> str:
    """种子由计划叶、份额、公开值、封存份额合成。"""
    found = work.seed.hex()
    return "" if found == told["seed"] else "seed " + found


def chosen(told: Package, work: Work) -> str:
    """每层抽签号最小的若干个，正是公布的那些。"""
    said = [(one["stratum"], one["subject"], one["ticket"]) for one in told["chosen"]]
    return _first_difference(work.drawn, said)


def thresholds(told: Package, work: Work) -> str:
    """每层的界线：抽中的最大一个抽签号。"""
    found = []
    for layer in told["plan"]["strata"]:
        tickets = [one[2] for one in work.drawn if one[0] == layer["name"]]
        listed = len(work.slips.get(layer["name"], []))
        found.append((layer["name"], listed, len(tickets), max(tickets) if tickets else None))
    said = [
        (one["stratum"], one["listed"], one["drawn"], one["last"]) for one in told["thresholds"]
    ]
    return _first_difference(found, said)


def pairs(told: Package, work: Work) -> str:
    """检查人员由种子排定，两人一组；承诺打开正是他们。抽取阶段只有承诺，不写人。"""
    if told["stage"] == "draw":
        short = set(told["unmatched"])
        found = [(subject, None) for subject in work.order if subject not in short]
        return _first_difference(
            found, [(one["subject"], one["inspectors"]) for one in told["pairs"]]
        )
    teams = [
        (subject, work.pair_commitment(subject, team), team)
        for subject, team in work.matched[0].items()
    ]
    said = [(one["subject"], one["commitment"], one["inspectors"]) for one in told["pairs"]]
    return _first_difference(teams, said)


def unmatched(told: Package, work: Work) -> str:
    """合格人员不足的对象，正是公布的那些；抽取阶段只看得出它们抽中过。"""
    if told["stage"] == "results":
        return _first_difference(work.matched[1], told["unmatched"])
    said = set(told["unmatched"])
    return _first_difference([one for one in work.order if one in said], told["unmatched"])


class Afterwards:
    """Who goes where after each change; each method returns what differs, "" for nothing.

    Before the visits nobody outside knows who goes: then only the objects are followed.
    """

    def __init__(self, told: Package, work: Work) -> None:
        self.work = work
        self.hidden = told["stage"] == "draw"
        self.layer = {one[1]: one[0] for one in work.drawn}  # every object ever drawn
        self.teams = {} if self.hidden else dict(work.matched[0])
        self.gone: set[str] = set()  # objects excluded
        self.off: set[tuple[str, str]] = set()  # (object, person taken off it)
        self.fault = self.run(list(told["redrawn"]), told["replaced"])

    def run(self, waiting: list[Package], replaced: list[Package]) -> str:
        """All changes in the order in which they came."""
        for at in range(len(replaced) + 1):
            while waiting and waiting[0]["after"] == at:
                fault = self.redraw(waiting.pop(0))
                if fault:
                    return "redrawn after %d: %s" % (at, fault)
            if at < len(replaced):
                fault = self.replace(replaced[at])
                if fault:
                    return "[%d] %s" % (at, fault)
        return "redrawn" if waiting else ""

    def in_line(self, subject: str) -> list[str]:
        """Those who may be sent there, below the cap, in hash order."""
        busy = [person for team in self.teams.values() for person in team]
        ranked = self.work.ranked(subject)
        return [person for person in ranked if busy.count(person) < self.work.cap]

    def sent(self, subject: str, team: Optional[list[str]], one: Package) -> str:
        """The package says these people, and committed to them."""
        if team is None:
            return "" if one["inspectors"] is None and one["commitment"] is None else "inspectors"
        self.teams[subject] = team
        if one["commitment"] != self.work.pair_commitment(subject, team):
            return "commitment"
        return "" if one["inspectors"] == team else "inspectors"

    def replace(self, one: Package) -> str:
        """An object is excluded: the next ticket of its stratum, and whom to send."""
        out = one["excluded"]
        if out not in self.layer or out in self.gone:
            return str(out)
        self.gone.add(out)
        self.teams.pop(out, None)
        line = ((ticket, name.decode("utf-8")) for ticket, name in self.work.slips[self.layer[out]])
        ticket, subject = next((slip for slip in line if slip[1] not in self.layer), ("", None))
        right = (
            {"stratum": self.layer[out], "subject": subject, "ticket": ticket} if subject else None
        )
        if one["substitute"] != right:
            return "%s ≠ %s" % (one["substitute"], right)
        if subject is None:
            return self.sent("", None, one)
        self.layer[subject] = self.layer[out]
        if self.hidden:
            return "" if one["inspectors"] is None else "inspectors"
        team = self.in_line(subject)[:2]
        return self.sent(subject, team if len(team) == 2 else None, one)

    def redraw(self, one: Package) -> str:
        """A person is taken off: the next in the rank of this object who was not passed over."""
        subject, out, passed = one["subject"], one["outgoing"], one["passed_over"]
        if self.hidden:
            drawn = subject in self.layer and subject not in self.gone
            named = [out, passed, one["inspectors"]]
            return "" if drawn and named == [None, None, None] else str(subject)
        team = self.teams.get(subject, [])
        if out not in team or passed is None:
            return "%s %s" % (subject, out)
        barred = {*team, *(person for where, person in self.off if where == subject)}
        line = [person for person in self.in_line(subject) if person not in barred]
        if line[: len(passed)] != passed:
            return "passed_over"
        del self.teams[subject]
        self.off.add((subject, out))
        if passed == line:
            return self.sent(subject, None, one)
        people = {*team, line[len(passed)]} - {out}
        ranked = self.work.ranked(subject)
        return self.sent(subject, [person for person in ranked if person in people], one)


def replaced(told: Package, work: Work) -> str:
    """每一户替补都是该层的下一签，派去的两人也由种子排定；换人的只能是序号里的下一个。"""
    return Afterwards(told, work).fault


def results(told: Package, work: Work) -> str:
    """抽中与替补的各户各有一个现状；排除的、没有派人的，与前面所写的一致。"""
    if told["stage"] == "draw":
        return "" if told["results"] is None else "results"
    later = [one["substitute"]["subject"] for one in told["replaced"] if one["substitute"]]
    order = [one[1] for one in work.drawn] + later
    if told["results"] is None or [one["subject"] for one in told["results"]] != order:
        return "subjects"
    sent = Afterwards(told, work).teams
    out = {one["excluded"] for one in told["replaced"]}
    codes = told["code_set"]
    kinds = {one["code"]: one["kind"] for one in codes["codes"]}
    if codes["code_set"] != told["plan"]["code_set"] or len(kinds) != len(codes["codes"]):
        return "code_set"
    for one in told["results"]:
        subject, status = one["subject"], one["status"]
        told_of = [one["codes"], one["performed_on"]]
        right = (
            (status == "EXCLUDED") == (subject in out)
            and (status == "NO_TEAM") == (subject not in out and subject not in sent)
            and all((status == "PUBLISHED") == (told is not None) for told in told_of)
            and _sound(one["codes"], kinds)
        )
        if not right:
            return str(subject)
    return ""


def _sound(codes: Optional[list[str]], kinds: dict[str, str]) -> bool:
    """Codes of the set, none twice; nothing stands beside the one that says that nothing was found."""
    if codes is None:
        return True
    listed = all(code in kinds for code in codes)
    alone = len(codes) == 1 or all(kinds.get(code) != "CLEAR" for code in codes)
    return listed and alone and 0 < len(codes) == len(set(codes))


STEPS = [
    ("计划 plan", plan),
    ("提交份额的部门 offices", offices),
    ("份额与承诺 shares", shares),
    ("封存份额 sealed share", sealed),
    ("种类与范围 scope", scope),
    ("对象名单 object list", object_list),
    ("不列入名单 left out", left_out),
    ("检查人员名单 inspector list", inspector_list),
    ("回避名单 recusals", recusals),
    ("种子 seed", seed),
    ("抽中的对象 objects drawn", chosen),
    ("界线 thresholds", thresholds),
    ("检查人员配对 pairs", pairs),
    ("人员不足 unmatched", unmatched),
    ("替补与换人 replaced", replaced),
    ("结果 results", results),
]


def verify(told: Package) -> list[tuple[str, str]]:
    """[(step, difference)], every step tried: "" is agreement."""
    work = Work(told)
    found = []
    for name, step in STEPS:
        try:
            fault = step(told, work)
        except (
            LookupError,
            TypeError,
        ) as error:  # it stands on a part that an earlier step refused
            fault = "%s %s" % (type(error).__name__, error)
        found.append((name, fault))
    return found


def main(argv: Optional[list[str]] = None) -> int:
    """Exit code: 0 verified, 1 usage, 2 nothing to verify, 3 a step differs."""
    parser = argparse.ArgumentParser(description="复算一次双随机抽取 (replay a draw)")
    parser.add_argument("--json", action="store_true", help="结果写作 JSON")
    parser.add_argument("file", help="公布的卷宗（ssj/audit/v2）")
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
        for one in told.get("reclassified", []):
            change = (one["subject"], one["before"], one["risk_class"], one["changed_on"])
            print("等级变更 (reclassified) %s %s → %s %s" % change)
    failed = [name for name, fault in results if fault]
    if not arguments.json:
        print("全部相符 (verified)" if not failed else "不符 (differs)：" + "、".join(failed))
    return FAILED if failed else VERIFIED


if __name__ == "__main__":
    sys.exit(main())
