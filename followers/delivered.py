"""送达的一件事：账本已经担保（杂凑相符）之后才译出的事件。"""

from dataclasses import dataclass

from domain.decider import Event
from ledger.entry import Entry
from schemas.codec import Meta


@dataclass(frozen=True, slots=True)
class Delivered:
    """一件已核对的事实。

    ``entry`` is the stored record (position, topic, partition, leaf hash …), ``meta`` its envelope,
    ``event`` the fact. Made only by :mod:`followers.vouching`, after the leaf check.
    """

    entry: Entry
    meta: Meta
    event: Event

    @property
    def position(self) -> int:
        """账本位置，自 0 起无缺号。"""
        return self.entry.position

    @property
    def name(self) -> str:
        """事件名，例如 ``case.accepted.v1``。"""
        return self.entry.name

    @property
    def stream(self) -> str:
        """案卷号，例如 ``case/2026-000001``。"""
        return self.entry.stream

    @property
    def key(self) -> str:
        """分区键：办件类为办件编号，检查类为计划编号，其余为自身编号。"""
        return self.entry.key

    @property
    def identity(self) -> str:
        """案卷号去掉类别：``case/2026-000001`` → ``2026-000001``。"""
        return self.entry.stream.partition("/")[2]
