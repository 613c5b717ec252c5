"""逐版公布的（事项、清单、承诺办法、灯的界限、计分办法、上下级）：某日依哪一版，版本先后有序。"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """写明何日起有效的一个版本。"""

    @property
    def effective_from(self) -> date:
        """生效之日。"""


V = TypeVar("V", bound=Dated)


def in_force(versions: Sequence[V], day: date) -> V | None:
    """某日有效的版本：已经生效的里面末一个；尚无的没有。"""
    return next((one for one in reversed(versions) if one.effective_from <= day), None)


def floor(versions: Sequence[Dated], today: date) -> date:
    """新的一版须在哪一日之后生效：今日与前一版的生效之日，取后者。"""
    return max((today, *(one.effective_from for one in versions[-1:])))
