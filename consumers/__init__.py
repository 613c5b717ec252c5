"""监管消费者：看到事实，办该办的事；只提出，不决定。"""

from typing import Final

from consumers import (
    case_ends,
    commitment_watch,
    deadline_watch,
    findings,
    first_use,
    inspection_round,
    intermediary_watch,
    licence_watch,
    linkage,
    monitor,
    progress,
    publicity,
    risk_watch,
    scheduler,
    simulated_watch,
    subscription_watch,
)
from followers.supervisor import Supervisor

ALL: Final[tuple[Supervisor, ...]] = (
    linkage.SUPERVISOR,
    commitment_watch.SUPERVISOR,
    inspection_round.SUPERVISOR,
    findings.SUPERVISOR,
    first_use.SUPERVISOR,
    intermediary_watch.SUPERVISOR,
    case_ends.SUPERVISOR,
    # 证照复用、一业一证、模拟审批
    licence_watch.SUPERVISOR,
    simulated_watch.SUPERVISOR,
    scheduler.SUPERVISOR,
    deadline_watch.SUPERVISOR,
    # 监督、公示与服务
    progress.SUPERVISOR,
    publicity.SUPERVISOR,
    monitor.SUPERVISOR,
    subscription_watch.SUPERVISOR,
    # 名录：风险等级
    risk_watch.SUPERVISOR,
)
