"""视图：由事件推出、可随时重建的现状。"""

from typing import Final

from followers.projection import Projection
from projections import (
    approvals,
    case_timeline,
    case_view,
    deadline_view,
    inbox,
    item_register,
    subject_register,
)

ALL: Final[tuple[Projection, ...]] = (
    case_view.PROJECTION,
    case_timeline.PROJECTION,
    inbox.PROJECTION,
    subject_register.PROJECTION,
    item_register.PROJECTION,
    approvals.PROJECTION,
    deadline_view.PROJECTION,
)
