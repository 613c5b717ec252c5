"""视图：由事件推出、可随时重建的现状。"""

from typing import Final

from followers.projection import Projection
from projections import (
    approvals,
    calendar_register,
    case_timeline,
    case_view,
    deadline_view,
    import_view,
    inbox,
    inspection_view,
    inspector_register,
    item_register,
    service_calendar,
    statistics,
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
    inspection_view.PROJECTION,
    inspector_register.PROJECTION,
    import_view.PROJECTION,
    calendar_register.PROJECTION,
    service_calendar.PROJECTION,
    statistics.PROJECTION,
)
