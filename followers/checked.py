"""核对过的一批：逐件的叶、译出的事件，以及推进到其中任一处所需的一切。"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from followers.delivered import Delivered
from followers.source import Batch
from followers.storage import Connection, Progress, leaves
from followers.vouching import Voucher


@dataclass(frozen=True, slots=True)
class Checked:
    """位置 ``first`` 起相连的一批；``delivered`` 只含要读的。"""

    first: int
    leaves: tuple[bytes, ...]
    delivered: tuple[Delivered, ...]
    feed: str
    offsets: Mapping[str, int]

    @property
    def after(self) -> int:
        """这一批之后的位置。"""
        return self.first + len(self.leaves)

    def relevant(self, position: int, reads: Collection[str]) -> tuple[Delivered, ...]:
        """自 ``position`` 起、名在 ``reads`` 中的各件。"""
        return tuple(
            one for one in self.delivered if one.position >= position and one.name in reads
        )

    def progress(self, after: int, offsets: Mapping[str, int]) -> Progress:
        """推进到 ``after`` 之前。"""
        return Progress(after, self.leaves[after - 1 - self.first], self.feed, offsets)

    @property
    def end(self) -> Progress:
        """推进到这一批的尽头。"""
        return self.progress(self.after, self.offsets)


def check(conn: Connection, voucher: Voucher, batch: Batch) -> Checked:
    """与账本逐件比对。Raises :class:`ledger.errors.LedgerDamaged`."""
    first = batch.entries[0].position
    expected = leaves(conn, first, first + len(batch.entries))
    delivered = voucher.vouch(batch.entries, expected)
    return Checked(first, tuple(expected), tuple(delivered), batch.feed.value, batch.offsets)
