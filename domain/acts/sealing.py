"""封账的办理：公布与轮换封账公钥，报告封账存疑。由封账的程序自己提出。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import genesis
from domain.acts.base import Desk, handles, write
from domain.decider import Decision


@dataclass(frozen=True, slots=True)
class AnnounceSealKey:
    """公布封账公钥；轮换的写明替下哪一把、为何。"""

    origin: str
    verifier_key: str
    replaces: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DoubtSeal:
    """报告封账存疑：哪里不符、在多少件时、哪个位置。"""

    origin: str
    code: str
    as_of_size: int
    at_position: int | None


SealingAct: TypeAlias = AnnounceSealKey | DoubtSeal


@handles(AnnounceSealKey)
def announce_seal_key(act: AnnounceSealKey, desk: Desk) -> Decision:
    """公布封账公钥。"""
    fact = genesis.KeyAnnounced(act.verifier_key, act.replaces, act.reason)
    outcome = genesis.decide(desk.load(genesis.AGGREGATE, act.origin), genesis.AnnounceKey(fact))
    return write(genesis.AGGREGATE, act.origin, act.origin, outcome)


@handles(DoubtSeal)
def doubt_seal(act: DoubtSeal, desk: Desk) -> Decision:
    """报告封账存疑。"""
    fact = genesis.SealDoubted(act.code, act.as_of_size, act.at_position)
    outcome = genesis.decide(desk.load(genesis.AGGREGATE, act.origin), genesis.DoubtSeal(fact))
    return write(genesis.AGGREGATE, act.origin, act.origin, outcome)
