"""杂凑树根（RFC 6962 §2.1）：名单冻结后，多一人、少一人、换一人，树根即不同。"""

from collections.abc import Iterable

from domain.hashing import digest
from domain.terms import HashName


def root(name: HashName, entries: Iterable[bytes]) -> bytes:
    """各条目依次为叶的树根；没有条目时为空串的杂凑。

    Leaves are hashed behind 0x00, nodes behind 0x01, and a list splits at the largest power of two
    below its length: perfect subtrees are kept by size until an equal neighbour arrives.
    """
    compute = digest(name)
    subtrees: list[tuple[int, bytes]] = []
    for entry in entries:
        size, right = 1, compute(b"\x00" + entry)
        while subtrees and subtrees[-1][0] == size:
            right = compute(b"\x01" + subtrees.pop()[1] + right)
            size *= 2
        subtrees.append((size, right))
    if not subtrees:
        return compute(b"")
    _, right = subtrees.pop()
    while subtrees:
        right = compute(b"\x01" + subtrees.pop()[1] + right)
    return right
