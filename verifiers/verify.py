#!/usr/bin/env python3
"""核验一份证据包：只凭证据包、你自己保存的公钥和本文件，Python 3.8 以上，不需要安装任何东西。

    python3 verify.py 证据包.zip --policy policy.txt                 逐步核验，不符的写明是哪一步、哪一件
    python3 verify.py 证据包.zip --policy policy.txt --last 封账单   另证自你上次所见的封账单以来只有续写
    python3 verify.py 证据包.zip --policy policy.txt --json          同上，给程序读

policy.txt 是你信谁，一行一个，不取自证据包：

    log 公钥                账本的公钥（vkey）；换过钥匙的写几行
    witness 公钥            一家见证的公钥
    quorum 2                至少几家附签

证据包的格式（sgld/bundle/v1）与每一步的道理见 docs/ledger.md。退出码：0 核验相符 · 1 用法或格式有误 ·
2 没有可核验的 · 3 不符。“可疑之处”不是不符：账没有被改，但所记的事值得查问。

Verifies a bundle by itself: keys and policy are the reader's own, size and root come from the
signed checkpoint alone. Written from the text of the format; it shares no line with the product.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import sys
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

FORMAT = "sgld/bundle/v1"
VERIFIED, USAGE, NOTHING, FAILED = 0, 1, 2, 3
Digest = Callable[[bytes], bytes]
MOST_FILES = 200_000
MOST_BYTES = 256 << 20  # of one file
EVENT_BYTES = 65_535
KINDS = ("case", "draw", "officer", "period")
BEIJING = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Malformed(Exception):
    """What was given does not say what the format demands."""


class NotDone(Exception):
    """A check had nothing to go by: neither agreed nor differing, and said so."""


class Differs(Exception):
    """A check fails: what was found is not what was signed."""


# -- hashes


def _rotate(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016), for a Python whose OpenSSL has none."""
    state = [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
        0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def _sm3_block(state: List[int], block: bytes) -> List[int]:
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


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def hash_of(name: str) -> Digest:
    """The hash function of the ledger."""
    if name == "sha256":
        return sha256
    try:
        hashlib.new("sm3")
    except ValueError:
        return sm3
    return lambda data: hashlib.new("sm3", data).digest()


def lp(data: bytes) -> bytes:
    """Four bytes of length, big-endian, then the bytes."""
    return len(data).to_bytes(4, "big") + data


# -- Ed25519 (RFC 8032, section 5.1), verification only

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_MINUS_1 = pow(2, (_P - 1) // 4, _P)
Point = Tuple[int, int, int, int]


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def _x_of(y: int, sign: int) -> Optional[int]:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if (x & 1) != sign else x


def _point(data: bytes) -> Optional[Point]:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = _x_of(_BASE_Y, 0) or 0
_BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's, of this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= _Q:
        return False
    told = hashlib.sha512(signature[:32] + public + message).digest()
    left = _times(scalar, _BASE)
    right = _add(nonce, _times(int.from_bytes(told, "little") % _Q, key))
    across = (left[0] * right[2] - right[0] * left[2]) % _P
    up = (left[1] * right[2] - right[1] * left[2]) % _P
    return across == 0 and up == 0


# -- the tree (RFC 6962 section 2.1; verification after RFC 9162)


def root_of_inclusion(
    digest: Digest, leaf: bytes, index: int, size: int, proof: List[bytes]
) -> Optional[bytes]:
    """The root that the proof leads to, or None where it does not fit (index, size)."""
    if not 0 <= index < size:
        return None
    here, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = digest(b"\x01" + beside + found)
            here, last = _up(here, last)
        else:
            found = digest(b"\x01" + found + beside)
            here, last = here >> 1, last >> 1
    return found if last == 0 else None


def _up(here: int, last: int) -> Tuple[int, int]:
    """Past the levels on which the last subtree stands alone."""
    while not here & 1 and here:
        here, last = here >> 1, last >> 1
    return here >> 1, last >> 1


def continues(
    digest: Digest, old: int, old_root: bytes, new: int, new_root: bytes, proof: List[bytes]
) -> bool:
    """Whether the tree of ``new`` leaves goes on from that of ``old``."""
    if old == new:
        return old_root == new_root and not proof
    if old == 0:
        return old_root == digest(b"") and not proof
    path = ([] if old & (old - 1) else [old_root]) + proof
    if not 0 < old < new or not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        is_right = here & 1 or here == last
        if is_right:
            before = digest(b"\x01" + beside + before)
        after = digest(b"\x01" + (beside + after if is_right else after + beside))
        here, last = _up(here, last) if is_right else (here >> 1, last >> 1)
    return (last, before, after) == (0, old_root, new_root)


# -- notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)


class Key(NamedTuple):
    """A public key as its reader keeps it."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of its fingerprint."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)[:4]


def plain_base64(text: str) -> bytes:
    """Standard base64, in its one canonical writing."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, UnicodeEncodeError) as error:
        raise Malformed("base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("base64")
    return data


def read_key(text: str) -> Key:
    """A key as it is published: name+id+base64."""
    found = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)", text)
    if not found:
        raise Malformed("公钥不合格式 (key): %s" % text)
    data = plain_base64(found.group(3))
    key = Key(found.group(1), data[0], data[1:])
    if key.kind not in (1, 4) or len(key.public) != 32 or key.key_id.hex() != found.group(2):
        raise Malformed("公钥不合格式 (key): %s" % text)
    return key


class Policy(NamedTuple):
    """Whom the reader trusts."""

    logs: List[Key]
    witnesses: List[Key]
    quorum: int


def read_policy(text: str) -> Policy:
    """The reader's own file."""
    told: Dict[str, List[str]] = {"log": [], "witness": [], "quorum": []}
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or words[0] not in told:
            raise Malformed("policy: %s" % line)
        told[words[0]].append(words[1])
    logs, witnesses = (
        _keys_of(told[kind], number) for kind, number in (("log", 1), ("witness", 4))
    )
    if not all(one.isdigit() for one in told["quorum"]) or len(told["quorum"]) > 1:
        raise Malformed("policy: quorum")
    needed = int(told["quorum"][0]) if told["quorum"] else (len(witnesses) + 1) // 2
    if not logs or needed > len(witnesses):
        raise Malformed("policy: log / quorum")
    return Policy(logs, witnesses, needed)


def _keys_of(told: List[str], kind: int) -> List[Key]:
    keys = [read_key(one) for one in told]
    if any(key.kind != kind for key in keys) or len({key.public for key in keys}) != len(keys):
        raise Malformed("policy: log / witness")
    return keys


class Checkpoint(NamedTuple):
    """What a signed checkpoint says, and who signed it."""

    origin: str
    size: int
    root: bytes
    hash: str
    demo: bool
    by_log: bool
    witnesses: List[Tuple[str, int]]  # name, time it claims (seconds)


def read_checkpoint(data: bytes, policy: Policy) -> Checkpoint:
    """Strictly: what would be written otherwise is refused; known signatures must be right."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("封账单不是文字 (checkpoint)") from error
    body, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise Malformed("封账单不合格式 (checkpoint)")
    body += "\n"
    lines = body.split("\n")[:-1]
    extra = lines[3:]
    if len(lines) < 3 or not lines[0] or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise Malformed("封账单不合格式 (checkpoint)")
    if extra not in ([], ["demo"], ["hash sm3"], ["demo", "hash sm3"]):
        raise Malformed("封账单有不认得的行 (checkpoint)")
    root = plain_base64(lines[2])
    if len(root) != 32:
        raise Malformed("封账单的树根 (checkpoint)")
    by_log, witnesses = _signers(body, tail, lines[0], policy)
    name = "sm3" if "hash sm3" in extra else "sha256"
    return Checkpoint(lines[0], int(lines[1]), root, name, "demo" in extra, by_log, witnesses)


def _signers(
    body: str, tail: str, origin: str, policy: Policy
) -> Tuple[bool, List[Tuple[str, int]]]:
    by_log, witnesses = False, []
    known = {(key.name, key.key_id): key for key in policy.logs + policy.witnesses}
    for mark, blob in _signature_lines(tail):
        key = known.get(mark)
        if key is None:
            continue
        if key.kind == 1:
            if not signed(key.public, body.encode(), blob):
                raise Differs("账本的签名不对 (log signature): %s" % key.name)
            by_log = by_log or key.name == origin
        else:
            at = int.from_bytes(blob[:8], "big")
            message = "cosignature/v1\ntime %d\n%s" % (at, body)
            if at >= 2**63 or not signed(key.public, message.encode(), blob[8:]):
                raise Differs("见证的签名不对 (cosignature): %s" % key.name)
            witnesses.append((key.name, at))
    return by_log, witnesses


def _signature_lines(tail: str) -> List[Tuple[Tuple[str, bytes], bytes]]:
    found = []
    for line in tail.split("\n")[:-1]:
        parts = re.fullmatch("— ([^+\\s]+) ([A-Za-z0-9+/]+=*)", line)
        blob = plain_base64(parts.group(2)) if parts else b""
        if not parts or len(blob) <= 4:
            raise Malformed("封账单的签名行 (checkpoint)")
        found.append(((parts.group(1), blob[:4]), blob[4:]))
    if not 1 <= len(found) <= 16 or len({mark for mark, _ in found}) != len(found):
        raise Malformed("封账单的签名行 (checkpoint)")
    return found


# -- Avro: the one writing of a value under its schema; anything else is refused


class Schema:
    """A schema, its named types resolved."""

    def __init__(self, text: bytes) -> None:
        try:
            self.tree = json.loads(text.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise Malformed("格式文件不是 JSON (schema)") from error
        self.named: Dict[str, Any] = {}
        self.event = str(self.tree.get("event", ""))
        self._collect(self.tree, "")

    def _collect(self, kind: Any, space: str) -> None:
        if isinstance(kind, list):
            for one in kind:
                self._collect(one, space)
        elif isinstance(kind, dict):
            space = kind.get("namespace", space)
            if "name" in kind:
                self.named[space + "." + kind["name"]] = kind
                self.named.setdefault(kind["name"], kind)
            for field in kind.get("fields", ()):
                self._collect(field["type"], space)
            self._collect(kind.get("items"), space)

    def read(self, data: bytes) -> Any:
        """The value; every byte is used, and no other bytes mean the same."""
        try:
            told, end = self._value(self.tree, data, 0)
        except (IndexError, KeyError, UnicodeDecodeError, OverflowError) as error:
            raise Differs("字节不合格式 (not this schema)") from error
        if end != len(data):
            raise Differs("多出字节 (trailing bytes)")
        return told

    def _value(self, kind: Any, data: bytes, at: int) -> Tuple[Any, int]:
        if isinstance(kind, list):
            branch, at = _long(data, at)
            return self._value(_chosen(kind, branch), data, at)
        if isinstance(kind, str):
            if kind in _PLAIN:
                return _PLAIN[kind](data, at)
            return self._value(self.named[kind], data, at)
        word = kind["type"]
        if word == "record":
            told = {}
            for field in kind["fields"]:
                told[field["name"]], at = self._value(field["type"], data, at)
            return told, at
        if word == "enum":
            number, at = _long(data, at)
            return _chosen(kind["symbols"], number), at
        if word == "array":
            return self._array(kind["items"], data, at)
        told, at = self._value(word, data, at)
        return _meant(kind.get("logicalType"), told), at

    def _array(self, items: Any, data: bytes, at: int) -> Tuple[List[Any], int]:
        count, at = _long(data, at)
        if count < 0 or count > len(data):
            raise Differs("数组的写法 (array)")
        told = []
        for _ in range(count):
            one, at = self._value(items, data, at)
            told.append(one)
        if count:
            end, at = _long(data, at)
            if end:
                raise Differs("数组分成了几段 (array in blocks)")
        return told, at


def _chosen(options: List[Any], number: int) -> Any:
    if not 0 <= number < len(options):
        raise Differs("没有这一项 (branch)")
    return options[number]


def _long(data: bytes, at: int) -> Tuple[int, int]:
    number, shift, start = 0, 0, at
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise Differs("整数过长 (varint)")
    if (byte == 0 and at - start > 1) or number >= 2**64:
        raise Differs("整数的写法 (varint)")
    return (number >> 1) ^ -(number & 1), at


def _bytes(data: bytes, at: int) -> Tuple[bytes, int]:
    size, at = _long(data, at)
    if size < 0 or at + size > len(data):
        raise IndexError
    return data[at : at + size], at + size


def _text(data: bytes, at: int) -> Tuple[str, int]:
    told, at = _bytes(data, at)
    return told.decode("utf-8"), at


def _boolean(data: bytes, at: int) -> Tuple[bool, int]:
    if data[at] > 1:
        raise Differs("是非的写法 (boolean)")
    return data[at] == 1, at + 1


def _null(_: bytes, at: int) -> Tuple[None, int]:
    return None, at


_PLAIN: Dict[str, Callable[[bytes, int], Tuple[Any, int]]] = {
    "null": _null,
    "boolean": _boolean,
    "int": _long,
    "long": _long,
    "bytes": _bytes,
    "string": _text,
}


def _meant(logical: Optional[str], told: Any) -> Any:
    if logical == "date":
        return (EPOCH + timedelta(days=told)).strftime("%Y-%m-%d")
    if logical == "timestamp-micros":
        return EPOCH + timedelta(microseconds=told)
    return told


# -- the bundle


class Event(NamedTuple):
    """One event of the bundle: what the manifest claims of it, and what its bytes say."""

    position: int
    stream: str
    version: int
    schema: bytes
    prev: bytes
    value: bytes
    name: str
    told: Any

    @property
    def meta(self) -> Any:
        """The envelope."""
        return self.told["meta"]


def leaf_hash(digest: Digest, event: Event) -> bytes:
    """H(0x00 ‖ leaf), the leaf laid out as the protocol says."""
    parts = (lp(event.schema), lp(event.stream.encode()), event.version.to_bytes(8, "big"))
    leaf = b"sgld/leaf/v1" + b"".join(parts) + lp(event.prev) + lp(event.value)
    return digest(b"\x00" + leaf)


def _once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise Malformed("同一个名字写了两次 (a name stands twice)")
    return told


def canonical(told: Any) -> bytes:
    """The one writing of the JSON files of a bundle."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1)
    return text.encode("utf-8") + b"\n"


def _json(data: bytes, name: str) -> Any:
    try:
        told = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed("%s: 不是 JSON (no JSON)" % name) from error
    if canonical(told) != data:
        raise Malformed("%s: 写法不规范 (not canonical)" % name)
    return told


def _natural(told: Any) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**63


def _hex(told: Any) -> bool:
    return isinstance(told, str) and bool(re.fullmatch("[0-9a-f]{64}", told))


def _hashes(told: Any) -> List[bytes]:
    if not isinstance(told, list) or not all(map(_hex, told)) or len(told) > 128:
        raise Malformed("proofs.json: 杂凑 (hashes)")
    return [bytes.fromhex(one) for one in told]


def _keys(told: Any, names: Iterable[str], where: str) -> None:
    if not isinstance(told, dict) or told.keys() != set(names):
        raise Malformed("%s: 栏目不对 (fields)" % where)


def open_files(data: bytes) -> Dict[str, bytes]:
    """Every file of the archive, each name once."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
            if len(set(names)) != len(names) or len(names) > MOST_FILES:
                raise Malformed("压缩包里的名字 (names)")
            if any(info.file_size > MOST_BYTES for info in infos):
                raise Malformed("压缩包里的文件过大 (too large)")
            return {info.filename: archive.read(info) for info in infos}
    except Malformed:
        raise
    except Exception as error:  # zipfile raises what it likes for a damaged one
        raise Malformed("不是压缩包，或者已损坏 (zip): %s" % error) from error


class Bundle:
    """A bundle that was read; its shape is right, nothing of it is believed yet."""

    def __init__(self, files: Dict[str, bytes]) -> None:
        for name in ("manifest.json", "checkpoint", "proofs.json"):
            if name not in files:
                raise Malformed("缺 %s (missing)" % name)
        self.files = files
        self.manifest = _json(files["manifest.json"], "manifest.json")
        _keys(self.manifest, ("format", "subject", "origin", "events", "files"), "manifest.json")
        if self.manifest["format"] != FORMAT:
            raise Malformed("manifest.json: format")
        _keys(self.manifest["subject"], ("kind", "id"), "subject")
        self.kind, self.id = self.manifest["subject"]["kind"], self.manifest["subject"]["id"]
        if self.kind not in KINDS or not isinstance(self.id, str) or not self.id:
            raise Malformed("manifest.json: subject")
        if not isinstance(self.manifest["files"], dict):
            raise Malformed("manifest.json: files")
        self.proofs = _json(files["proofs.json"], "proofs.json")
        _keys(self.proofs, ("inclusion", "consistency", "heads"), "proofs.json")
        if not isinstance(self.manifest["events"], list):
            raise Malformed("manifest.json: events")
        self._schemas: Dict[bytes, Schema] = {}
        self._events: Optional[List[Event]] = None

    @property
    def events(self) -> List[Event]:
        """The events, decoded, by position."""
        if self._events is None:
            self._events = [self._event(told) for told in self.manifest["events"]]
        return self._events

    def _event(self, told: Any) -> Event:
        _keys(told, ("position", "stream", "version", "schema", "prev"), "events")
        place, version = told["position"], told["version"]
        if not _natural(place) or not _natural(version) or not isinstance(told["stream"], str):
            raise Malformed("manifest.json: events")
        if not _hex(told["schema"]) or not (told["prev"] == "" or _hex(told["prev"])):
            raise Malformed("manifest.json: events")
        value = self.files.get("events/%012d.bin" % place)
        text = self.files.get("schemas/%s.avsc" % told["schema"])
        if value is None or text is None:
            raise Differs("缺第 %d 件的字节或格式 (missing)" % place)
        if sha256(text) != bytes.fromhex(told["schema"]):
            raise Differs("第 %d 件的格式文件换过 (schema)" % place)
        if len(value) > EVENT_BYTES:
            raise Differs("第 %d 件过长 (size)" % place)
        schema = self._schemas.setdefault(sha256(text), Schema(text))
        try:
            content = schema.read(value)
        except Differs as error:
            raise Differs("第 %d 件：%s" % (place, error)) from error
        sha, prev = bytes.fromhex(told["schema"]), bytes.fromhex(told["prev"])
        return Event(place, told["stream"], version, sha, prev, value, schema.event, content)


# -- the checks: each returns what it found, raises Differs where it fails


class Case:
    """What the checks share."""

    def __init__(self, bundle: Bundle, policy: Policy, last: Optional[bytes]) -> None:
        self.bundle, self.policy, self.last = bundle, policy, last
        self._checkpoint: Optional[Checkpoint] = None
        self._leaves: Optional[Dict[int, bytes]] = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The bundle's checkpoint: the only source of size, root and hash."""
        if self._checkpoint is None:
            self._checkpoint = read_checkpoint(self.bundle.files["checkpoint"], self.policy)
        return self._checkpoint

    @property
    def digest(self) -> Digest:
        """The ledger's hash."""
        return hash_of(self.checkpoint.hash)

    @property
    def leaves(self) -> Dict[int, bytes]:
        """The leaf hash of each event, by position."""
        if self._leaves is None:
            digest = self.digest
            self._leaves = {one.position: leaf_hash(digest, one) for one in self.bundle.events}
        return self._leaves


def all_files(case: Case) -> str:
    """文件齐全：清单所列的一个不少，没有列的一个没有，逐个 SHA-256 相符。"""
    listed, there = case.bundle.manifest["files"], set(case.bundle.files) - {"manifest.json"}
    for name in sorted(there ^ set(listed)):
        raise Differs("%s：%s" % (name, "没有列入" if name in there else "缺"))
    for name in sorted(there):
        if sha256(case.bundle.files[name]).hex() != listed[name]:
            raise Differs("%s 的内容变了" % name)
    return "%d 个文件" % len(there)


def log_signature(case: Case) -> str:
    """封账单：由你所信的账本公钥签名，正是这本账。"""
    found = case.checkpoint
    if not found.by_log:
        raise Differs("没有你所信的账本公钥的签名")
    if found.origin != case.bundle.manifest["origin"]:
        raise Differs("不是同一本账：%s" % found.origin)
    mark = "（演练账本，不作数）" if found.demo else ""
    return "%s 共 %d 件，%s%s" % (found.origin, found.size, found.hash, mark)


def witnessed(case: Case) -> str:
    """见证：至少所要求的家数附签。"""
    found = case.checkpoint.witnesses
    if len(found) < case.policy.quorum:
        raise Differs("要 %d 家，只有 %d 家" % (case.policy.quorum, len(found)))
    if not case.policy.witnesses:
        raise NotDone("没有要求见证：只能证明账本自己没有改口")
    told = ["%s %s" % (name, _instant(at)) for name, at in found]
    return "%d 家：%s" % (len(found), "、".join(told))


def _instant(seconds: int) -> str:
    try:
        return (EPOCH + timedelta(seconds=seconds)).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    except OverflowError:
        return "?"


def decoded(case: Case) -> str:
    """格式：每一件照它的格式读得通，只有这一种写法；格式文件的 SHA-256 相符。"""
    used = {event.schema.hex() for event in case.bundle.events}
    places = {event.position for event in case.bundle.events}
    for name in case.bundle.files:
        if name.startswith("schemas/") and name[8:-5] not in used:
            raise Differs("%s 没有用到" % name)
        if name.startswith("events/") and _position(name) not in places:
            raise Differs("%s 没有列入" % name)
    return "%d 件，%d 种格式" % (len(case.bundle.events), len(used))


def _position(name: str) -> int:
    found = re.fullmatch(r"events/([0-9]{12})\.bin", name)
    if not found:
        raise Malformed("%s: 名字不对 (name)" % name)
    return int(found.group(1))


def included(case: Case) -> str:
    """在账上：每一件的叶都在封账单的树里，正在它所说的位置。"""
    proofs = case.bundle.proofs["inclusion"]
    places = [event.position for event in case.bundle.events]
    if places != sorted(set(places)):
        raise Differs("位置重复或次序不对")
    if not isinstance(proofs, dict) or sorted(proofs) != sorted(map(str, places)):
        raise Differs("证明与各件对不上")
    found = case.checkpoint
    for event in case.bundle.events:
        proof = _hashes(proofs[str(event.position)])
        leaf = case.leaves[event.position]
        if root_of_inclusion(case.digest, leaf, event.position, found.size, proof) != found.root:
            raise Differs("第 %d 件（%s 第 %d 件）不在账上" % event[:3])
    return "%d 件" % len(places)


def chained(case: Case) -> str:
    """案卷连续：每一案卷自第一件起，一件接一件，前后相扣。"""
    heads: Dict[str, Tuple[int, bytes]] = {}
    for event in case.bundle.events:
        version, leaf = heads.get(event.stream, (0, b""))
        whole = case.bundle.kind in ("case", "draw") and event.position != _close(case)
        if whole or event.stream in heads:
            if event.version != version + 1:
                raise Differs(
                    "%s 缺第 %d 件（位置 %d 之前）" % (event.stream, version + 1, event.position)
                )
            if event.prev != leaf:
                raise Differs("%s 第 %d 件与前一件不相扣" % (event.stream, event.version))
        heads[event.stream] = (event.version, case.leaves[event.position])
    return "%d 份案卷" % len(heads)


CLOSING = "closing.recorded.v1"


def _close(case: Case) -> Optional[int]:
    """Where the bundle says that the day's close stands; the case itself may be that file."""
    told = case.bundle.proofs["heads"]
    if not isinstance(told, dict) or case.bundle.id == "all":
        return None
    place = told.get("close")
    return place if _natural(place) else None


def belongs(case: Case) -> str:
    """所求的正是它：每一件都属于所求的办件、计划、人或时段。"""
    kind, wanted = case.bundle.kind, case.bundle.id
    for event in case.bundle.events:
        actor = event.meta["actor"]["officer_id"]
        if event.position == _close(case) and event.name == CLOSING:
            continue  # it is everybody's
        if kind in ("case", "draw") and event.meta["key"] != wanted:
            raise Differs("第 %d 件属于 %s" % (event.position, event.meta["key"]))
        if kind == "officer" and actor != wanted:
            raise Differs("第 %d 件由 %s 办理" % (event.position, actor))
    if kind == "period":
        _whole_period(case, wanted)
    return "%s %s" % (kind, wanted)


def _whole_period(case: Case, wanted: str) -> None:
    found = re.fullmatch("(0|[1-9][0-9]*)-(0|[1-9][0-9]*)", wanted)
    if not found:
        raise Malformed("subject: period")
    first, last = int(found.group(1)), int(found.group(2))
    places = [event.position for event in case.bundle.events]
    if places != list(range(first, last + 1)):
        missing = sorted(set(range(first, min(last, first + MOST_FILES) + 1)) - set(places))
        raise Differs("缺第 %s 件" % (missing[0] if missing else "?"))


def consistent(case: Case) -> str:
    """与你上次所见一致：自那份封账单以来只有续写，没有改过、截过、换过。"""
    told = case.bundle.proofs["consistency"]
    if case.last is None:
        raise NotDone("没有给上次的封账单（--last）")
    before = read_checkpoint(case.last, case.policy)
    found = case.checkpoint
    if not before.by_log or before.origin != found.origin or before.hash != found.hash:
        raise Differs("上次的封账单不是这本账的")
    if before.size > found.size:
        raise Differs("账短了：上次 %d 件，这次 %d 件" % (before.size, found.size))
    if before.size in (0, found.size):
        proof = []  # type: List[bytes]
    else:
        _keys(told, ("size", "hashes"), "consistency")
        if told["size"] != before.size:
            raise Differs("证据包里的一致证明是对 %s 件的" % told["size"])
        proof = _hashes(told["hashes"])
    if not continues(case.digest, before.size, before.root, found.size, found.root, proof):
        raise Differs("上次 %d 件时的树根与这次的不一致：历史改过" % before.size)
    return "自 %d 件续写到 %d 件" % (before.size, found.size)


def _head_leaf(told: Any) -> bytes:
    parts = (
        lp(told["key"].encode()),
        lp(told["stream"].encode()),
        told["version"].to_bytes(8, "big"),
    )
    return b"sgld/head/v1" + b"".join(parts) + lp(bytes.fromhex(told["leaf"]))


def complete(case: Case) -> str:
    """一件不少：日终封账时这一编号下有哪几份案卷、各到第几件，都在包里；两头到邻，没有藏起的。"""
    told = case.bundle.proofs["heads"]
    if told is None:
        raise NotDone("没有日终的案卷清单：有没有漏下的，证明不了")
    _keys(told, ("close", "first", "entries", "proofs"), "heads")
    close = next((one for one in case.bundle.events if one.position == told["close"]), None)
    if close is None or close.name != CLOSING:
        raise Differs("没有日终封账的那一件")
    size, count = close.told["size"], close.told["streams"]
    _in_heads(case, told, count, bytes.fromhex(close.told["heads_root"]))
    own = _own_heads(case, told, count)
    last = {
        event.stream: (event.version, case.leaves[event.position].hex())
        for event in case.bundle.events
        if event.position < size and event.meta["key"] == case.bundle.id
    }
    for one in own:
        if last.pop(one["stream"], None) != (one["version"], one["leaf"]):
            raise Differs("%s 应到第 %d 件" % (one["stream"], one["version"]))
    for stream in sorted(last):
        raise Differs("%s 不在日终的清单里" % stream)
    return "第 %d 件之前的齐全；其后的不在证明之内" % size


def _own_heads(case: Case, told: Any, count: int) -> List[Any]:
    """The entries of the key; on either side one of another key, or the end of the list."""
    entries, wanted = told["entries"], case.bundle.id
    own = [one for one in entries if one["key"] == wanted]
    lower = entries[:1] and entries[0]["key"] < wanted
    upper = entries[-1:] and entries[-1]["key"] > wanted
    ends = told["first"] + len(entries) == count
    if not own or not (lower or told["first"] == 0) or not (upper or ends):
        raise Differs("案卷清单两头没有到邻")
    return own


def _in_heads(case: Case, told: Any, count: int, root: bytes) -> None:
    entries, first = told["entries"], told["first"]
    for one in entries:
        _keys(one, ("key", "stream", "version", "leaf"), "heads")
        if not _natural(one["version"]) or not _hex(one["leaf"]):
            raise Malformed("heads: entries")
    order = [(one["key"], one["stream"]) for one in entries]
    if not _natural(first) or order != sorted(set(order)):
        raise Malformed("heads: entries")
    if not isinstance(told["proofs"], list) or len(told["proofs"]) != len(entries):
        raise Malformed("heads: proofs")
    for at, one in enumerate(entries):
        leaf = case.digest(b"\x00" + _head_leaf(one))
        proof = _hashes(told["proofs"][at])
        if root_of_inclusion(case.digest, leaf, first + at, count, proof) != root:
            raise Differs("案卷清单里没有 %s" % one["stream"])


def materials(case: Case) -> str:
    """材料：附在包里的每一份，内容的 SHA-256 是某一件事件所记的那一个。"""
    named = {name[10:] for name in case.bundle.files if name.startswith("materials/")}
    written = {told for event in case.bundle.events for told in _hashes_in(event.told)}
    for name in sorted(named):
        if sha256(case.bundle.files["materials/" + name]).hex() != name:
            raise Differs("材料 %s 换过" % name)
        if name not in written:
            raise Differs("材料 %s 没有哪一件提到" % name)
    return "%d 份在包里，事件另提到 %d 份" % (len(named), len(written - named))


def _hashes_in(told: Any) -> Iterable[str]:
    if isinstance(told, str) and _hex(told):
        yield told
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _hashes_in(one)


CHECKS: List[Callable[[Case], str]] = [
    all_files,
    log_signature,
    witnessed,
    decoded,
    included,
    chained,
    belongs,
    complete,
    consistent,
    materials,
]


# -- what is truly on the ledger, and should be asked about all the same

Found = Iterable[Tuple[int, str]]
DECISIONS = ("case.approved.v1", "case.rejected.v1")
BEFORE_REVOCATION = (
    "revocation.notice_served.v1",
    "revocation.statement_heard.v1",
    "revocation.legal_reviewed.v1",
)


class Books(NamedTuple):
    """The events, and the same by key and by stream."""

    events: List[Event]
    by_key: Dict[str, List[Event]]
    by_stream: Dict[str, List[Event]]

    @property
    def until(self) -> datetime:
        """How far the bundle reaches."""
        found: datetime = max(event.meta["recorded_at"] for event in self.events)
        return found


def books_of(events: List[Event]) -> Books:
    """Sorted into files."""
    books = Books(events, {}, {})
    for event in events:
        books.by_key.setdefault(event.meta["key"], []).append(event)
        books.by_stream.setdefault(event.stream, []).append(event)
    return books


def _day(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d")


def _first(events: List[Event], *names: str) -> Optional[Event]:
    return next((event for event in events if event.name in names), None)


def backdated(books: Books) -> Found:
    """倒签：办理在前，隔日才入账。"""
    for event in books.events:
        decided, recorded = event.meta["decided_at"], event.meta["recorded_at"]
        if recorded - decided > timedelta(days=1):
            yield event.position, "办理写在 %s，%s 才入账" % (_day(decided), _day(recorded))


def clock_set_back(books: Books) -> Found:
    """时钟倒退：后一件的入账时刻早于前一件。"""
    latest = EPOCH
    for event in books.events:
        if event.meta["recorded_at"] < latest:
            yield event.position, "入账时刻倒退到 %s" % _day(event.meta["recorded_at"])
        latest = max(latest, event.meta["recorded_at"])


def decided_before_received(books: Books) -> Found:
    """先决定后收件：决定早于收件，或者没有受理就决定。"""
    for events in books.by_key.values():
        received, decision = _first(events, "case.received.v1"), _first(events, *DECISIONS)
        accepted = _first(events, "case.accepted.v1", "case.deemed_accepted.v1")
        if decision is None or received is None:
            continue
        early = decision.meta["decided_at"] < received.meta["decided_at"]
        if early or accepted is None or accepted.position > decision.position:
            yield decision.position, "%s 的决定早于收件或者受理" % decision.meta["key"]


def not_pushed(books: Books) -> Found:
    """准予了没有推送：三日之后仍没有推给监管部门。"""
    for key, events in books.by_key.items():
        decision = _first(events, "case.approved.v1")
        if decision is None or books.until - decision.meta["recorded_at"] < timedelta(days=3):
            continue
        if not any(event.name.startswith("push.sent.") for event in events):
            yield decision.position, "%s 准予之后没有推送" % key


def one_person(books: Books) -> Found:
    """一人包办：收件的人、审核的人又作决定。"""
    for key, events in books.by_key.items():
        decision = _first(events, *DECISIONS)
        if decision is None:
            continue
        before = [_first(events, name) for name in ("case.received.v1", "case.reviewed.v1")]
        if any(one and one.told["handler"] == decision.told["handler"] for one in before):
            yield decision.position, "%s 的收件或审核与决定是同一人（授权即办的除外）" % key


def revoked_in_haste(books: Books) -> Found:
    """撤销缺步骤：没有告知、没有听取陈述、没有法制审核，或者审核与决定是同一人。"""
    for events in books.by_stream.values():
        decision = _first(events, "revocation.decided.v1")
        if decision is None:
            continue
        steps = [_first(events, name) for name in BEFORE_REVOCATION]
        reviewed = steps[-1]
        if not all(one and one.position < decision.position for one in steps):
            yield decision.position, "%s 的撤销缺告知、陈述或者法制审核" % decision.stream
        elif reviewed and reviewed.told["handler"] == decision.told["handler"]:
            yield decision.position, "%s 的法制审核与决定是同一人" % decision.stream


def _plans(books: Books) -> List[Tuple[Event, List[Event]]]:
    plans = []
    for events in books.by_stream.values():
        plan = _first(events, "plan.registered.v1", "plan.registered.v2")
        if plan is not None:
            plans.append((plan, events))
    return plans


def drawn_again(books: Books) -> Found:
    """抽过重来：抽出之后作废，同一部门三十日之内又登记一份。"""
    plans = _plans(books)
    for plan, events in plans:
        drawn, annulled = _first(events, "plan.drawn.v1"), _first(events, "plan.annulled.v1")
        if drawn is None or annulled is None:
            continue
        for later, _ in plans:
            same = later.told["department"] == plan.told["department"]
            after = later.meta["recorded_at"] - annulled.meta["recorded_at"]
            if same and timedelta(0) <= after <= timedelta(days=30):
                yield annulled.position, "%s 抽出之后作废，又登记 %s" % (plan.stream, later.stream)


def never_drawn(books: Books) -> Found:
    """登记了不抽：公开值产生十日之后，既没有抽也没有作废。"""
    for plan, events in _plans(books):
        over = books.until - plan.told["public_value_at"] > timedelta(days=10)
        done = _first(events, "plan.drawn.v1", "plan.annulled.v1", "plan.voided.v1")
        if over and done is None:
            yield plan.position, "%s 登记了没有抽" % plan.stream


def listed_late(books: Books) -> Found:
    """种子在前名单在后：份额承诺或公开值早于名单冻结。"""
    for plan, events in _plans(books):
        frozen = _first(events, "plan.lists_frozen.v1")
        seed = _first(events, "plan.share_committed.v1", "plan.public_value_fixed.v1")
        if frozen and seed and seed.position < frozen.position:
            yield frozen.position, "%s 的名单冻结在种子之后" % plan.stream


def inspected_own_case(books: Books) -> Found:
    """自己查自己：检查人员经手过该许可的办件；或者签名不足两人。"""
    granted = {
        event.stream.partition("/")[2]: event.told["case_no"]
        for event in books.events
        if event.name == "licence.granted.v1"
    }
    for events in books.by_stream.values():
        task = _first(events, "task.assigned.v1")
        done = next((one for one in events if one.name.startswith("task.inspected.")), None)
        if task is None or done is None:
            continue
        signed_by = set(done.told["signatures"])
        own = books.by_key.get(granted.get(task.told["licence_no"] or "", ""), [])
        handlers = {one.told.get("handler") for one in own}
        if len(signed_by) < 2:
            yield done.position, "%s 的检查签名不足两人" % task.stream
        elif signed_by & handlers:
            yield done.position, "%s 的检查人员经手过该件" % task.stream


SUSPICIONS: List[Callable[[Books], Found]] = [
    backdated,
    clock_set_back,
    decided_before_received,
    not_pushed,
    one_person,
    revoked_in_haste,
    drawn_again,
    never_drawn,
    listed_late,
    inspected_own_case,
]


def suspicions(events: List[Event]) -> List[Dict[str, Any]]:
    """可疑之处：账没有改，但所记的事值得查问。只看得到证据包里有的。"""
    books = books_of(events)
    return [
        {"position": at, "kind": look.__name__, "what": what}
        for look in SUSPICIONS
        for at, what in look(books)
    ]


# -- the command


def run(data: bytes, policy: Policy, last: Optional[bytes]) -> Dict[str, Any]:
    """The report: every check in its order; what stands on a failed one is not done."""
    return judge(open_files(data), policy, last)


def judge(files: Dict[str, bytes], policy: Policy, last: Optional[bytes]) -> Dict[str, Any]:
    """The same, of the files of the archive."""
    bundle = Bundle(files)
    if not bundle.manifest["events"]:
        return {"subject": bundle.manifest["subject"], "checks": [], "verdict": "nothing"}
    case, told, failed = Case(bundle, policy, last), [], False
    for number, check in enumerate(CHECKS, 1):
        title = (check.__doc__ or "").strip()
        if failed and check is not CHECKS[0]:
            told.append({"number": number, "check": title, "result": "skipped", "found": ""})
            continue
        try:
            outcome, found = "ok", check(case)
        except NotDone as error:
            outcome, found = "not_done", str(error)
        except (Differs, Malformed) as error:
            outcome, found, failed = "failed", str(error), True
        told.append({"number": number, "check": title, "result": outcome, "found": found})
    report = {"subject": bundle.manifest["subject"], "checks": told}
    report["verdict"] = "failed" if failed else "verified"
    report["suspicions"] = [] if failed else suspicions(bundle.events)
    return report


MARKS = {"ok": "✓", "failed": "✗", "skipped": "·", "not_done": "－"}
EXITS = {"verified": VERIFIED, "failed": FAILED, "nothing": NOTHING}


def show(report: Dict[str, Any]) -> None:
    """The report for people."""
    for one in report["checks"]:
        print("%2d %s %s" % (one["number"], MARKS[one["result"]], one["check"]))
        if one["found"]:
            print("     %s" % one["found"])
    for one in report.get("suspicions", ()):
        print("可疑：第 %d 件，%s" % (one["position"], one["what"]))
    verdicts = {
        "verified": "核验相符 (verified)",
        "failed": "不符 (integrity failure)：证据包或账本改过，其后各步没有做",
        "nothing": "证据包里没有事件，没有可核验的 (nothing to verify)",
    }
    print(verdicts[report["verdict"]])
    left = [str(one["number"]) for one in report["checks"] if one["result"] == "not_done"]
    if left:
        print("没有做的步骤 (not done)：%s" % "、".join(left))


def main(words: Optional[List[str]] = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bundle")
    parser.add_argument("--policy", required=True)
    parser.add_argument("--last")
    parser.add_argument("--json", action="store_true")
    try:
        chosen = parser.parse_args(words)
    except SystemExit as stop:
        return VERIFIED if stop.code == 0 else USAGE
    try:
        with open(chosen.policy, encoding="utf-8") as source:
            policy = read_policy(source.read())
        last = None
        if chosen.last:
            with open(chosen.last, "rb") as source:
                last = source.read()
        with open(chosen.bundle, "rb") as source:
            report = run(source.read(), policy, last)
    except (Malformed, OSError, UnicodeDecodeError) as error:
        print("读不了 (malformed): %s" % error, file=sys.stderr)
        return USAGE
    if chosen.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        show(report)
    return EXITS[report["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
