"""封存份额的托管（escrow）：三家各保管一份，揭示之前都收妥；到公布期限部门不开启，两家即可开启。

The ledger holds commitments to the pieces, never a piece before it is opened. That two pieces make
the share cannot be seen beforehand; a department that deposits false ones is shown up by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Final, TypeAlias

from domain import inspection_plan as plans
from domain import sampling, shamir
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.hashing import digest, lp
from domain.refusals import Refusal
from domain.shamir import Piece
from domain.terms import HashName, Organ, PersonId, beijing_day

# -- events


@dataclass(frozen=True, slots=True)
class PieceDeposited(Event):
    """托管一份：只记承诺。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    keeper: Organ
    number: int
    commitment: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class PieceConfirmed(Event):
    """托管人收妥。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    keeper: Organ
    confirmed_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class PieceOpened(Event):
    """托管人开启所保管的一份。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58",)
    keeper: Organ
    piece: str
    opened_on: date
    handler: PersonId


EscrowEvent: TypeAlias = PieceDeposited | PieceConfirmed | PieceOpened


# -- state


@dataclass(frozen=True, slots=True)
class Escrow:
    """一份计划的托管：托管了哪几份，哪几家收妥，哪几份已开启。"""

    deposited: tuple[PieceDeposited, ...] = ()
    confirmed: tuple[PieceConfirmed, ...] = ()
    opened: tuple[PieceOpened, ...] = ()

    def of(self, keeper: Organ) -> PieceDeposited | None:
        """这一家保管的一份。"""
        return next((one for one in self.deposited if one.keeper == keeper), None)

    def holds(self, keeper: Organ) -> bool:
        """这一家收妥了没有。"""
        return any(one.keeper == keeper for one in self.confirmed)


def complete(state: Escrow, plan: plans.PlanRegistered) -> bool:
    """登记时写明的托管人都收妥了；没有写明的不必。"""
    return all(map(state.holds, plan.share_keepers))


def commitment(name: HashName, plan_no: str, piece: Piece) -> str:
    """一份的承诺（小写十六进制）；份里有 256 位随机，猜不出。"""
    whole = lp(b"ssj/piece/v1") + lp(plan_no.encode()) + bytes([piece.number]) + lp(piece.value)
    return digest(name)(whole).hex()


def share_of(plan: plans.PlanRegistered, pieces: Iterable[Piece]) -> str | None:
    """由开启的几份合出登记时承诺的份额；合不出的没有。"""
    known = list(pieces)
    for at, one in enumerate(known):
        for other in known[at + 1 :]:
            share = shamir.combine(one, other)
            if sampling.share_commitment(plan.hash, share) == plan.sealed_share_commitment:
                return share.hex()
    return None


# -- commands; ``plan`` is the plan's own state, read in the same command


def _not_kept(plan: plans.PlanRegistered, keeper: Organ | None = None) -> Refused | None:
    if not plan.share_keepers:
        return Refused(Refusal.ESCROW_NO_KEEPERS)
    if keeper is not None and keeper not in plan.share_keepers:
        return Refused(Refusal.ESCROW_NOT_KEEPER, {"organ": keeper})
    return None


@dataclass(frozen=True, slots=True)
class Deposit:
    """托管三份的承诺，依登记时托管人的次序。``at`` is aware."""

    plan: plans.PlanRegistered
    commitments: tuple[str, ...]
    handler: PersonId
    at: datetime

    def decide(self, state: Escrow) -> Answer:
        """一次为限，在公开值产生之前。"""
        if barred := _not_kept(self.plan):
            return barred
        if state.deposited:
            same = tuple(one.commitment for one in state.deposited) == self.commitments
            return () if same else Refused(Refusal.ESCROW_DEPOSITED)
        hashes = set(self.commitments)
        if len(self.commitments) != shamir.PIECES or len(hashes) != shamir.PIECES:
            return Refused(Refusal.ESCROW_PIECES)
        if not all(map(plans.is_hash, hashes)):
            return Refused(Refusal.ESCROW_PIECES)
        if self.at >= self.plan.public_value_at:
            return Refused(Refusal.ESCROW_LATE)
        return tuple(
            PieceDeposited(keeper, number, told, self.handler)
            for number, (keeper, told) in enumerate(
                zip(self.plan.share_keepers, self.commitments, strict=True), 1
            )
        )


@dataclass(frozen=True, slots=True)
class Confirm:
    """托管人收妥：自己算出的承诺与托管的相符。``at`` is aware."""

    plan: plans.PlanRegistered
    keeper: Organ
    commitment: str
    handler: PersonId
    at: datetime

    def decide(self, state: Escrow) -> Answer:
        """在公开值产生之前；不相符的不能确认。"""
        if barred := _not_kept(self.plan, self.keeper):
            return barred
        kept = state.of(self.keeper)
        if kept is None:
            return Refused(Refusal.ESCROW_AWAITS)
        if state.holds(self.keeper):
            return ()
        if kept.commitment != self.commitment:
            return Refused(Refusal.ESCROW_PIECE_WRONG, {"organ": self.keeper})
        if self.at >= self.plan.public_value_at:
            return Refused(Refusal.ESCROW_LATE)
        day = beijing_day(self.at)
        return (PieceConfirmed(self.keeper, day, self.handler),)


@dataclass(frozen=True, slots=True)
class Open:
    """托管人开启所保管的一份。``today`` 是北京时间的日子。"""

    plan_no: str
    plan: plans.PlanRegistered
    keeper: Organ
    piece: str
    handler: PersonId
    today: date

    def decide(self, state: Escrow) -> Answer:
        """公布期限过后、失效之前；与承诺不符的是假的，不收。"""
        if barred := _not_kept(self.plan, self.keeper):
            return barred
        kept, piece = state.of(self.keeper), shamir.parse(self.piece)
        if kept is None or not state.holds(self.keeper):
            return Refused(Refusal.ESCROW_AWAITS)
        true = piece is not None and piece.number == kept.number
        if piece is None or not true or kept.commitment != self._commitment(piece):
            return Refused(Refusal.ESCROW_PIECE_WRONG, {"organ": self.keeper})
        if any(one.keeper == self.keeper for one in state.opened):
            return ()
        first, last = plans.open_by(self.plan), plans.void_by(self.plan)
        if not first < self.today <= last:
            return Refused(Refusal.ESCROW_TIME, {"after": str(first), "until": str(last)})
        return (PieceOpened(self.keeper, self.piece, self.today, self.handler),)

    def _commitment(self, piece: Piece) -> str:
        return commitment(self.plan.hash, self.plan_no, piece)


Command: TypeAlias = Deposit | Confirm | Open


def pieces(state: Escrow) -> tuple[Piece, ...]:
    """已开启的各份。"""
    known = (shamir.parse(one.piece) for one in state.opened)
    return tuple(one for one in known if one is not None)


# -- evolve, decide


def evolve(state: Escrow, event: Event) -> Escrow:
    """一件事发生之后的托管。Raises ImpossibleHistory."""
    match event:
        case PieceDeposited(keeper=keeper) if state.of(keeper) is None:
            return replace(state, deposited=(*state.deposited, event))
        case PieceConfirmed(keeper=keeper) if state.of(keeper) and not state.holds(keeper):
            return replace(state, confirmed=(*state.confirmed, event))
        case PieceOpened(keeper=keeper) if state.holds(keeper) and all(
            one.keeper != keeper for one in state.opened
        ):
            return replace(state, opened=(*state.opened, event))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: Escrow, command: Command) -> Answer:
    """依托管现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Escrow]("escrow", Escrow(), evolve)
