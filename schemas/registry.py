"""事件名录：每种事件在账上和主题里的名字，一经使用不再改变。

``EVENT_NAMES`` is append only: a name is a promise to every reader, for ever. A test compares it
with ``schemas/avro/*.avsc``, with the event classes of ``domain`` and with the glossary. A class
that grew (an appended field with a default, a further enum member) has several names: what is
written now bears the last of them, the earlier ones are read for ever.
"""

from typing import Final

from domain import (
    approval,
    attestation,
    calendar,
    case,
    catalogue,
    commitment,
    consultation,
    filing,
    forwarding,
    genesis,
    hearing,
    importing,
    inspection,
    inspector,
    joint,
    linkage,
    officer,
    package,
    past_inspection,
    project,
    revocation,
    subject,
    verification,
)
from domain.decider import Event

EVENT_NAMES: Final[dict[str, type[Event]]] = {
    "case.received.v1": case.Received,  # 收件
    "case.supplement_requested.v1": case.SupplementRequested,  # 补正告知
    "case.supplemented.v1": case.Supplemented,  # 补正材料收到
    "case.accepted.v1": case.Accepted,  # 受理
    "case.deemed_accepted.v1": case.DeemedAccepted,  # 视为受理
    "case.declined.v1": case.Declined,  # 不予受理
    "case.reviewed.v1": case.Reviewed,  # 审核完毕
    "case.approved.v1": case.Approved,  # 准予许可
    "case.rejected.v1": case.Rejected,  # 不予许可
    "case.delivered.v1": case.Delivered,  # 送达
    "case.deadline_missed.v1": case.DeadlineMissed,  # 逾期
    "commitment.made.v1": commitment.Made,  # 作出承诺
    "commitment.relied_on.v1": commitment.ReliedOn,  # 依承诺作出决定
    "commitment.material_supplied.v1": commitment.MaterialSupplied,  # 按约补交材料
    "commitment.material_assessed.v1": commitment.MaterialAssessed,  # 补交材料核查
    "commitment.supplement_overdue.v1": commitment.SupplementOverdue,  # 逾期未补交
    "commitment.breach_suspected.v1": commitment.BreachSuspected,  # 疑似承诺落空
    "commitment.breach_confirmed.v1": commitment.BreachConfirmed,  # 确认承诺落空
    "commitment.breach_dismissed.v1": commitment.BreachDismissed,  # 承诺落空不成立
    "commitment.fulfilled.v1": commitment.Fulfilled,  # 承诺履行完毕
    "commitment.voided.v1": commitment.Voided,  # 承诺终止
    "filing.submitted.v1": filing.Submitted,  # 报备提交
    "filing.returned.v1": filing.Returned,  # 报备退回补齐
    "filing.filed.v1": filing.Filed,  # 报备通过
    "filing.cancelled.v1": filing.Cancelled,  # 撤销备案
    "licence.granted.v1": approval.Granted,  # 许可生效
    "licence.revoked.v1": approval.Revoked,  # 撤销
    "licence.withdrawn.v1": approval.Withdrawn,  # 撤回
    "licence.forfeited.v1": approval.Forfeited,  # 吊销
    "licence.expired.v1": approval.Expired,  # 有效期届满
    "licence.deregistered.v1": approval.Deregistered,  # 注销
    "revocation.proposed.v1": revocation.Proposed,  # 撤销建议
    "revocation.notice_served.v1": revocation.NoticeServed,  # 撤销前告知
    "revocation.statement_heard.v1": revocation.StatementHeard,  # 陈述申辩
    "revocation.legal_reviewed.v1": revocation.LegalReviewed,  # 法制审核
    "revocation.decided.v1": revocation.Decided,  # 撤销决定
    "revocation.dropped.v1": revocation.Dropped,  # 终止撤销
    "push.sent.v1": linkage.Sent,  # 推送
    "push.claimed.v1": linkage.Claimed,  # 认领
    "push.disputed.v1": linkage.Disputed,  # 异议
    "push.overdue.v1": linkage.Overdue,  # 逾期未认领
    "plan.registered.v1": inspection.PlanRegistered,  # 计划登记
    "plan.objects_listed.v1": inspection.ObjectsListed,  # 检查对象名单
    "plan.inspectors_listed.v1": inspection.InspectorsListed,  # 检查人员名单
    "plan.lists_frozen.v1": inspection.ListsFrozen,  # 名单冻结
    "plan.share_committed.v1": inspection.ShareCommitted,  # 提交份额承诺
    "plan.commits_in.v1": inspection.CommitsIn,  # 份额承诺齐备
    "plan.share_revealed.v1": inspection.ShareRevealed,  # 揭示份额
    "plan.reveals_closed.v1": inspection.RevealsClosed,  # 揭示截止
    "plan.public_value_fixed.v1": inspection.PublicValueFixed,  # 公开值确定
    "plan.drawn.v1": inspection.Drawn,  # 抽取检查对象
    "plan.matched.v1": inspection.Matched,  # 抽取检查人员
    "plan.annulled.v1": inspection.PlanAnnulled,  # 计划作废
    "task.assigned.v1": inspection.TaskAssigned,  # 派发检查任务
    "task.inspected.v1": inspection.Inspected,  # 检查结果
    "task.finding_reviewed.v1": inspection.FindingReviewed,  # 检查结果复核
    "item.published.v1": catalogue.ItemPublished,  # 事项公布
    "item.published.v2": catalogue.ItemPublished,  # 事项公布（附办理规则）
    "subject.registered.v1": subject.SubjectRegistered,  # 监管对象登记
    "officer.appointed.v1": officer.OfficerAppointed,  # 账号启用
    "officer.grant_given.v1": officer.GrantGiven,  # 授予岗位
    "officer.grant_ended.v1": officer.GrantEnded,  # 收回岗位
    "inspector.registered.v1": inspector.InspectorRegistered,  # 检查人员入库
    "calendar.published.v1": calendar.CalendarPublished,  # 工作日历公布
    "hearing.party_notified.v1": hearing.PartyNotified,  # 告知利害关系人
    "hearing.right_told.v1": hearing.RightTold,  # 告知听证权利
    "hearing.requested.v1": hearing.HearingRequested,  # 申请听证
    "hearing.request_lapsed.v1": hearing.RequestLapsed,  # 逾期未申请听证
    "hearing.announced.v1": hearing.HearingAnnounced,  # 公告听证
    "hearing.chair_challenged.v1": hearing.ChairChallenged,  # 申请主持人回避
    "hearing.challenge_decided.v1": hearing.ChallengeDecided,  # 决定主持人回避
    "hearing.held.v1": hearing.HearingHeld,  # 举行听证
    "hearing.record_signed.v1": hearing.RecordSigned,  # 听证笔录签字
    "hearing.overdue.v1": hearing.HearingOverdue,  # 听证逾期
    "hearing.relied_on.v1": hearing.RecordReliedOn,  # 根据听证笔录
    "joint.opened.v1": joint.JointOpened,  # 开始并联审批
    "joint.opinion_requested.v1": joint.OpinionRequested,  # 征求协办机关意见
    "joint.opinion_given.v1": joint.OpinionGiven,  # 协办机关意见
    "joint.opinion_overdue.v1": joint.OpinionOverdue,  # 协办机关意见逾期
    "joint.step_held.v1": joint.JointStepHeld,  # 联合勘验审图测绘验收
    "joint.concluded.v1": joint.JointConcluded,  # 并联审批汇总
    "verification.requested.v1": verification.VerificationRequested,  # 请求联审核验
    "verification.verified.v1": verification.DocumentVerified,  # 联审核验属实
    "verification.not_verified.v1": verification.DocumentNotVerified,  # 联审核验不实
    "verification.overdue.v1": verification.VerificationOverdue,  # 联审核验逾期
    "forwarding.handed_in.v1": forwarding.HandedIn,  # 异地或镇村代收
    "forwarding.arrived.v1": forwarding.Arrived,  # 代收材料送达
    "forwarding.examination_opened.v1": forwarding.ExaminationOpened,  # 下级初审
    "forwarding.forwarded.v1": forwarding.ForwardedToSuperior,  # 报送上级
    "forwarding.taken_over.v1": forwarding.TakenOver,  # 上级接收
    "forwarding.overdue.v1": forwarding.ExaminationOverdue,  # 初审逾期
    "package.opened.v1": package.PackageOpened,  # 一件事受理
    "package.child_closed.v1": package.ChildClosed,  # 一件事之一件办结
    "package.closed.v1": package.PackageClosed,  # 一件事办结
    "project.registered.v1": project.ProjectRegistered,  # 项目登记
    "project.case_linked.v1": project.CaseLinked,  # 办件归入项目
    "project.meeting_held.v1": project.MeetingHeld,  # 项目调度会
    "project.issue_settled.v1": project.IssueSettled,  # 调度会问题解决
    "project.units_declared.v1": project.UnitsDeclared,  # 申报单体工程
    "project.unit_accepted.v1": project.UnitAccepted,  # 单体竣工验收
    "project.milestone_reached.v1": project.MilestoneReached,  # 项目里程碑
    "project.completed.v1": project.ProjectCompleted,  # 项目竣工
    "consultation.held.v1": consultation.ConsultationHeld,  # 专项会商
    "consultation.observer_attended.v1": consultation.ObserverAttended,  # 观察员参与踏勘
    "copy.attested.v1": attestation.CopyAttested,  # 副本作证
    "case.imported.v1": case.CaseImported,  # 历史办件导入
    "case.step_imported.v1": case.StepImported,  # 历史办件步骤导入
    "licence.imported.v1": approval.LicenceImported,  # 历史许可导入
    "licence.change_imported.v1": approval.ChangeImported,  # 历史许可变更导入
    "licence.ending_imported.v1": approval.EndingImported,  # 历史许可终结导入
    "inspection.imported.v1": past_inspection.InspectionImported,  # 历史检查结果导入
    "inspection.linked.v1": past_inspection.InspectionLinked,  # 历史检查关联
    "subject.imported.v1": subject.SubjectImported,  # 历史监管对象导入
    "import.started.v1": importing.ImportStarted,  # 导入开始
    "import.finished.v1": importing.ImportFinished,  # 导入完毕
    "ledger.created.v1": genesis.LedgerCreated,  # 建账
    "ledger.schema_published.v1": genesis.SchemaPublished,  # 公布事件格式
}

_NAME_OF: Final[dict[type[Event], str]] = {kind: name for name, kind in EVENT_NAMES.items()}


def name_of(event: Event | type[Event]) -> str:
    """事件现在的名字，例如 ``case.accepted.v1``。

    Raises :class:`KeyError` for a class that was never given a name: a mistake of ours.
    """
    return _NAME_OF[event if isinstance(event, type) else type(event)]
