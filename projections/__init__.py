"""视图：由事件推出、可随时重建的现状。"""

from typing import Final

from followers.projection import Projection
from projections import (
    affairs,
    approvals,
    calendar_register,
    case_timeline,
    case_view,
    conduct,
    credit_register,
    deadline_view,
    document_register,
    import_view,
    inbox,
    inspection_view,
    inspector_register,
    intermediary_register,
    item_register,
    joint_steps,
    light_register,
    list_register,
    officer_register,
    oversight_view,
    package_register,
    plan_register,
    policy_register,
    project_register,
    publication_view,
    quota_register,
    request_register,
    risk_register,
    service_calendar,
    side_files,
    statistics,
    subject_register,
)

ALL: Final[tuple[Projection, ...]] = (
    case_view.PROJECTION,
    case_timeline.PROJECTION,
    inbox.PROJECTION,
    subject_register.PROJECTION,
    item_register.PROJECTION,
    list_register.PROJECTION,
    approvals.PROJECTION,
    deadline_view.PROJECTION,
    inspection_view.PROJECTION,
    plan_register.PROJECTION,
    inspector_register.PROJECTION,
    import_view.PROJECTION,
    calendar_register.PROJECTION,
    officer_register.PROJECTION,
    service_calendar.PROJECTION,
    statistics.PROJECTION,
    # 监督、公示与服务
    oversight_view.PROJECTION,
    publication_view.PROJECTION,
    affairs.PROJECTION,
    conduct.PROJECTION,
    # 承诺办法、信用、中介
    policy_register.PROJECTION,
    quota_register.PROJECTION,
    document_register.PROJECTION,
    credit_register.PROJECTION,
    side_files.PROJECTION,
    intermediary_register.PROJECTION,
    # 几个机关几个人
    request_register.PROJECTION,
    package_register.PROJECTION,
    project_register.PROJECTION,
    joint_steps.PROJECTION,
    # 数字：灯的界限
    light_register.PROJECTION,
    # 名录：风险等级
    risk_register.PROJECTION,
)
