"""抽取（sampling）：公开的种子，可复算的抽签号（双随机 v1，trust.md B）。

Arithmetic only: whoever has the frozen list, the reveals and the public value gets the same draw.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from domain.hashing import Digest, digest, lp
from domain.terms import HashName, SubjectId

ALGORITHM: Final = "ssj/v1"
WHOLE: Final = 10_000  # basis points
SHARE_BYTES: Final = 32
HASH_BYTES: Final = 32  # SHA-256 and SM3 alike
WITHHELD: Final = bytes(SHARE_BYTES)


@dataclass(frozen=True, slots=True)
class Stratum:
    """一层：抽取比例以基点计（10000 = 全部），至少 floor 个。"""

    name: str
    basis_points: int
    floor: int


def strata_sound(strata: Sequence[Stratum]) -> bool:
    """至少一层，名不重复，比例与下限都说得通。"""
    names = {one.name for one in strata}
    return (
        bool(names)
        and len(names) == len(strata)
        and all(0 <= one.basis_points <= WHOLE and one.floor >= 0 for one in strata)
    )


@dataclass(frozen=True, slots=True)
class DrawnObject:
    """抽中的对象与抽签号。"""

    subject: SubjectId
    stratum: str
    ticket: str  # 小写十六进制


def share_commitment(name: HashName, share: bytes) -> str:
    """种子份额的承诺值（小写十六进制）：先交承诺，后揭示份额。"""
    return digest(name)(lp(b"ssj/commit/v1") + lp(share)).hex()


def base_seed(
    name: HashName, plan_leaf_hash: bytes, reveals: Sequence[bytes], public_value: str
) -> bytes:
    """S0：计划叶杂凑、各部门份额（按计划所列次序）与公开值合成。"""
    parts = [b"ssj/seed/v1", plan_leaf_hash, *reveals, public_value.encode()]
    return digest(name)(b"".join(map(lp, parts)))


def final_seed(name: HashName, base: bytes, sealed_share: bytes = b"") -> bytes:
    """S：再合入封存份额；公开方式没有封存份额，为空。"""
    return digest(name)(lp(b"ssj/draw/v1") + lp(base) + lp(sealed_share))


def ticket_office(name: HashName, seed: bytes) -> Callable[[str], bytes]:
    """发签处：给对象编号，得抽签号。"""
    compute: Digest = digest(name)
    prefix = lp(b"ssj/object/v1") + lp(seed)
    return lambda subject: compute(prefix + lp(subject.encode()))


def stratum_size(count: int, stratum: Stratum) -> int:
    """该层抽取个数：比例进一，不少于下限，不多于全部。"""
    share = -(-count * stratum.basis_points // WHOLE)
    return min(count, max(stratum.floor, share))


def draw_stratum(
    tickets: Callable[[str], bytes], stratum: Stratum, subjects: Iterable[str]
) -> tuple[DrawnObject, ...]:
    """一层之中抽签号最小的若干个；与列出的先后无关，抽六十个的前五十个就是抽五十个。

    A ticket followed by the id sorts as (ticket, id) does and spares a million tuples.
    """
    ranked = sorted(tickets(subject) + subject.encode() for subject in subjects)
    chosen = ranked[: stratum_size(len(ranked), stratum)]
    return tuple(
        DrawnObject(SubjectId(slip[HASH_BYTES:].decode()), stratum.name, slip[:HASH_BYTES].hex())
        for slip in chosen
    )


def next_in_line(
    tickets: Callable[[str], bytes], stratum: str, subjects: Iterable[str], taken: Container[str]
) -> DrawnObject | None:
    """一层之中还没有抽过的，抽签号最小的一个；替补只能是它。"""
    whole = draw_stratum(tickets, Stratum(stratum, WHOLE, 0), subjects)
    return next((one for one in whole if one.subject not in taken), None)


class StratumInput(TypedDict):
    """公开输入中的一层。"""

    name: str
    objects: list[str]
    ratio_bp: int
    floor: int


class DrawInput(TypedDict):
    """公开输入：十六进制的种子材料与分层名单；``None`` 是未揭示的份额。"""

    hash: str
    plan_leaf_hash: str
    reveals: list[str | None]
    public_value: str
    sealed_share: str
    strata: list[StratumInput]


def compute(published: DrawInput) -> dict[str, object]:
    """由公开输入复算整次抽取，格式同公开的抽取结果。"""
    name = HashName(published["hash"].upper())
    reveals = [WITHHELD if text is None else bytes.fromhex(text) for text in published["reveals"]]
    base = base_seed(
        name, bytes.fromhex(published["plan_leaf_hash"]), reveals, published["public_value"]
    )
    seed = final_seed(name, base, bytes.fromhex(published["sealed_share"]))
    tickets = ticket_office(name, seed)
    strata = [_drawn_stratum(tickets, layer) for layer in published["strata"]]
    return {"seed_0": base.hex(), "seed": seed.hex(), "strata": strata}


def _drawn_stratum(tickets: Callable[[str], bytes], layer: StratumInput) -> Mapping[str, object]:
    stratum = Stratum(layer["name"], layer["ratio_bp"], layer["floor"])
    drawn = draw_stratum(tickets, stratum, layer["objects"])
    chosen = [{"object": one.subject, "ticket": one.ticket} for one in drawn]
    return {"name": stratum.name, "size": len(drawn), "chosen": chosen}
