"""派谁去的承诺（disclosure）：检查之前只公布承诺，检查之后打开，谁也换不了人（trust.md B.6）。

The salts come from the frozen list of inspectors, which is opened together with the names: whoever knows that list
could compute the pairs anyway, so nothing else has to be kept.
"""

from collections.abc import Callable, Iterable

from domain.hashing import digest, lp
from domain.matching import Pair
from domain.roster import ListedInspector, canonical_inspector
from domain.terms import HashName


def pair_commitments(
    name: HashName, seed: bytes, inspectors: Iterable[ListedInspector]
) -> Callable[[Pair], str]:
    """每一户派谁去的承诺（小写十六进制）；名单一公开，人人可以打开。"""
    compute = digest(name)
    ordered = sorted(inspectors, key=lambda one: one.inspector)
    roster = b"".join(lp(canonical_inspector(one)) for one in ordered)
    key = compute(lp(b"ssj/pair-key/v1") + lp(seed) + roster)

    def commitment(pair: Pair) -> str:
        subject = lp(pair.subject.encode())
        salt = compute(lp(b"ssj/pair-salt/v1") + lp(key) + subject)
        people = b"".join(lp(person.encode()) for person in pair.inspectors)
        return compute(lp(b"ssj/pair-commitment/v1") + lp(salt) + subject + people).hex()

    return commitment
