"""事件名录：每种事件在账上和主题里的名字，一经使用不再改变。

``EVENT_NAMES`` is append only: a name is a promise to every reader, for ever. A test compares it
with ``schemas/avro/*.avsc``, with the event classes of ``domain`` and with the glossary. A class
that grew (an appended field with a default, a further enum member) has several names: what is
written now bears the last of them, the earlier ones are read for ever.
"""

from collections.abc import Collection
from typing import Final

from domain import (
    annual,
    approval,
    area,
    assistance,
    attestation,
    calendar,
    case,
    catalogue,
    check_result,
    clock,
    closing,
    code_set,
    commitment,
    compensation,
    complaint,
    composite,
    credit,
    document,
    escrow,
    exemption,
    feed,
    filing,
    follow_up,
    forwarding,
    frequency,
    gaps,
    genesis,
    hearing,
    importing,
    inspection_plan,
    inspection_task,
    inspector,
    intermediary,
    joint,
    joint_visit,
    light_setting,
    linkage,
    lists,
    material,
    measure,
    observation,
    officer,
    organ,
    outlet,
    oversight,
    package,
    past_inspection,
    policy,
    preregistration,
    prereview,
    project,
    publication,
    quota,
    record,
    recusal,
    referral,
    reform,
    reliance,
    remarks,
    revocation,
    risk,
    scoring,
    seal,
    service,
    service_days,
    simulated,
    subject,
    subscription,
    supervision,
    tender,
    timekeeping,
    trigger_check,
    undertaking,
    verification,
    visit,
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
    "plan.registered.v1": inspection_plan.PlanRegistered,  # 计划登记
    "plan.objects_listed.v1": inspection_plan.ObjectsListed,  # 检查对象名单
    "plan.inspectors_listed.v1": inspection_plan.InspectorsListed,  # 检查人员名单
    "plan.lists_frozen.v1": inspection_plan.ListsFrozen,  # 名单冻结
    "plan.share_committed.v1": inspection_plan.ShareCommitted,  # 提交份额承诺
    "plan.commits_in.v1": inspection_plan.CommitsIn,  # 份额承诺齐备
    "plan.share_revealed.v1": inspection_plan.ShareRevealed,  # 揭示份额
    "plan.reveals_closed.v1": inspection_plan.RevealsClosed,  # 揭示截止
    "plan.public_value_fixed.v1": inspection_plan.PublicValueFixed,  # 公开值确定
    "plan.drawn.v1": inspection_plan.Drawn,  # 抽取检查对象
    "plan.matched.v1": inspection_plan.Matched,  # 抽取检查人员
    "plan.annulled.v1": inspection_plan.PlanAnnulled,  # 计划作废
    "task.assigned.v1": inspection_task.TaskAssigned,  # 派发检查任务
    "task.inspected.v1": inspection_task.Inspected,  # 检查结果
    "task.finding_reviewed.v1": inspection_task.FindingReviewed,  # 检查结果复核
    "item.published.v1": catalogue.ItemPublished,  # 事项公布
    "item.published.v2": catalogue.ItemPublished,  # 事项公布（附办理规则）
    "subject.registered.v1": subject.SubjectRegistered,  # 监管对象登记
    "officer.appointed.v1": officer.OfficerAppointed,  # 账号启用
    "officer.grant_given.v1": officer.GrantGiven,  # 授予岗位
    "officer.grant_ended.v1": officer.GrantEnded,  # 收回岗位
    "inspector.registered.v1": inspector.InspectorRegistered,  # 检查人员入库
    "calendar.published.v1": calendar.CalendarPublished,  # 工作日历公布
    "case.paused.v1": clock.Paused,  # 特别程序开始
    "case.resumed.v1": clock.Resumed,  # 特别程序结束
    "case.extended.v1": clock.Extended,  # 延长期限
    "case.expedited.v1": clock.Expedited,  # 进绿色通道
    "case.deadline_missed.v2": case.DeadlineMissed,  # 逾期（含绿色通道）
    "policy.published.v1": policy.PolicyPublished,  # 承诺办法公布
    "case.supplement_requested.v2": case.SupplementRequested,  # 补正告知（可定补正期限）
    "case.notice_violated.v1": remarks.NoticeViolated,  # 违规补正告知
    "case.survey_recorded.v1": remarks.SurveyRecorded,  # 现场踏勘
    "case.fee_notified.v1": remarks.FeeNotified,  # 收费告知
    "case.corrected.v1": remarks.Corrected,  # 更正录入
    "case.deemed_approved.v1": case.DeemedApproved,  # 超时默认同意
    "case.withdrawn.v1": case.Withdrawn,  # 撤回申请
    "case.supplement_lapsed.v1": case.SupplementLapsed,  # 逾期不补正
    "case.gaps_accepted.v1": gaps.GapsAccepted,  # 容缺受理
    "case.gap_filled.v1": gaps.GapFilled,  # 补来容缺材料
    "case.gap_defaulted.v1": gaps.GapDefaulted,  # 容缺逾期
    "case.acceptance_revoked.v1": case.AcceptanceRevoked,  # 撤销受理
    "quota.place_taken.v1": quota.PlaceTaken,  # 名额取号
    "quota.place_granted.v1": quota.PlaceGranted,  # 名额用去
    "quota.place_released.v1": quota.PlaceReleased,  # 名额退出
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
    "copy.attested.v1": attestation.CopyAttested,  # 副本作证
    "item.first_used.v1": catalogue.FirstUsed,  # 事项首次办件
    "item.dormant.v1": catalogue.MadeDormant,  # 事项休眠
    "item.activated.v1": catalogue.Activated,  # 事项激活
    "item.cancelled.v1": catalogue.Cancelled,  # 取消审批
    "item.transfer_planned.v1": catalogue.TransferPlanned,  # 拟下放
    "item.authority_transferred.v1": catalogue.AuthorityTransferred,  # 事权下放
    "organ.succeeded.v1": organ.Succeeded,  # 机关撤并
    "list.version_published.v1": lists.VersionPublished,  # 清单公布
    "list.services_published.v1": lists.ServicesPublished,  # 中介服务事项清单公布
    "area.assessment_published.v1": area.AssessmentPublished,  # 区域评估公布
    "placement.confirmed.v1": area.Confirmed,  # 落区认定
    "exemption.screened.v1": exemption.Screened,  # 豁免筛查
    "exemption.registered.v1": exemption.Registered,  # 豁免登记
    "exemption.ended.v1": exemption.Ended,  # 豁免终止
    "licence.changed.v1": approval.Changed,  # 许可变更
    "licence.certificate_reissued.v1": approval.CertificateReissued,  # 另发证照
    "licence.certificate_voided.v1": approval.CertificateVoided,  # 公告作废
    "licence.renewal_requested.v1": approval.RenewalRequested,  # 延续申请
    "licence.renewed.v1": approval.Renewed,  # 准予延续
    "licence.renewal_refused.v1": approval.RenewalRefused,  # 不予延续
    "licence.deemed_renewed.v1": approval.DeemedRenewed,  # 视为准予延续
    "material.stored.v1": material.Stored,  # 材料存入
    "material.superseded.v1": material.Superseded,  # 材料换版
    "material.reused.v1": material.Reused,  # 材料复用
    "material.seen.v1": material.Seen,  # 所看材料
    "document.issued.v1": document.Issued,  # 文书出具
    "document.issued.v2": document.Issued,  # 文书出具（全部种类）
    "document.dispatched.v1": document.Dispatched,  # 文书寄出
    "document.delivered.v1": document.Delivered,  # 文书送达
    "seal.used.v1": seal.Used,  # 用印
    "commitment.eligibility_checked.v1": commitment.EligibilityChecked,  # 承诺资格核对
    "commitment.offered.v1": commitment.Offered,  # 承诺告知
    "commitment.withdrawn.v1": commitment.Withdrawn,  # 撤回承诺
    "commitment.verification_set.v1": commitment.VerificationSet,  # 定核查期限
    "commitment.verified.v1": commitment.Verified,  # 承诺核查
    "commitment.rectification_ordered.v1": commitment.RectificationOrdered,  # 责令限期整改
    "commitment.rectified.v1": commitment.Rectified,  # 整改完成
    "commitment.rectification_failed.v1": commitment.RectificationFailed,  # 整改未完成
    "credit.record_added.v1": credit.RecordAdded,  # 信用记录记入
    "credit.record_repaired.v1": credit.RecordRepaired,  # 信用修复
    "credit.record_lapsed.v1": credit.RecordLapsed,  # 信用记录期满
    "credit.barred.v1": credit.Barred,  # 限制再次申请
    "licence.partly_revoked.v1": approval.PartlyRevoked,  # 部分撤销
    "licence.revocation_reversed.v1": approval.RevocationReversed,  # 撤销决定被撤销
    "revocation.notice_published.v1": revocation.NoticePublished,  # 撤销公告
    "revocation.follow_up_ordered.v1": revocation.FollowUpOrdered,  # 不予撤销的后续
    "revocation.follow_up_closed.v1": revocation.FollowUpClosed,  # 后续了结
    "compensation.opened.v1": compensation.Opened,  # 补偿立案
    "compensation.decided.v1": compensation.Decided,  # 补偿决定
    "filing.screened.v1": filing.Screened,  # 报备核对
    "filing.withdrawn.v1": filing.Withdrawn,  # 备案撤回
    "filing.tracked.v1": filing.Tracked,  # 转入工程审批
    "filing.completed.v1": filing.Completed,  # 备案开工
    "filing.report_challenged.v1": filing.ReportChallenged,  # 报告存疑
    "filing.report_invalidated.v1": filing.ReportInvalidated,  # 报告无效
    "filing.report_upheld.v1": filing.ReportUpheld,  # 报告成立
    "intermediary.registered.v1": intermediary.IntermediaryRegistered,  # 中介机构登记
    "intermediary.rated.v1": intermediary.IntermediaryRated,  # 中介机构评价
    "intermediary.suspended.v1": intermediary.IntermediarySuspended,  # 中介机构暂停
    "intermediary.exited.v1": intermediary.IntermediaryExited,  # 中介机构退出
    "calendar.service_days_published.v1": service_days.ServiceDaysPublished,  # 服务日历公布
    "deadline.rederived.v1": timekeeping.Rederived,  # 期限重新推算
    "deadline.warned.v1": timekeeping.Warned,  # 期限亮灯
    "joint.ended.v1": joint.JointEnded,  # 并联审批终止
    "verification.ended.v1": verification.VerificationsEnded,  # 联审核验终止
    "forwarding.ended.v1": forwarding.ForwardingEnded,  # 初审终止
    "reliance.certificate_reused.v1": reliance.CertificateReused,  # 电子证照复用
    "reliance.broken.v1": reliance.DependencyBroken,  # 依靠中断
    "reliance.restored.v1": reliance.DependencyRestored,  # 依靠恢复
    "reliance.answered.v1": reliance.DependencyAnswered,  # 中断处置
    "simulated.opened.v1": simulated.Opened,  # 模拟审批启动
    "simulated.opinion_issued.v1": simulated.OpinionIssued,  # 模拟意见
    "simulated.condition_met.v1": simulated.ConditionMet,  # 前置条件到了
    "simulated.scheme_changed.v1": simulated.SchemeChanged,  # 模拟方案变更
    "simulated.successor_recorded.v1": simulated.SuccessorRecorded,  # 模拟主体承继
    "simulated.converted.v1": simulated.Converted,  # 模拟转正
    "simulated.lapsed.v1": simulated.Lapsed,  # 模拟审批终止
    "composite.issued.v1": composite.Issued,  # 综合许可证颁发
    "composite.adjusted.v1": composite.Adjusted,  # 综合许可证调整
    "composite.ended.v1": composite.Ended,  # 综合许可证终止
    "commitment.revived.v1": commitment.Revived,  # 承诺恢复
    "commitment.deadlines_resumed.v1": commitment.DeadlinesResumed,  # 补交期限续行
    "organ.superior_set.v1": organ.SuperiorSet,  # 上级机关登记
    "revocation.taken_over.v1": revocation.TakenOver,  # 上级提级办理撤销
    "credit.decision_reversed.v1": credit.DecisionReversed,  # 信用所依决定被撤销
    "push.sent.v2": linkage.Sent,  # 推送（含部分撤销与恢复）
    "lights.published.v1": light_setting.LightsPublished,  # 灯的界限（版本）公布
    "oversight.raised.v1": oversight.Raised,  # 提出督办
    "oversight.answered.v1": oversight.Answered,  # 答复督办
    "oversight.answer_missed.v1": oversight.AnswerMissed,  # 督办逾期未答复
    "oversight.closed.v1": oversight.Closed,  # 督办办结
    "oversight.reopened.v1": oversight.Reopened,  # 再监督
    "oversight.tolerance_requested.v1": oversight.ToleranceRequested,  # 申请容错
    "oversight.tolerance_granted.v1": oversight.ToleranceGranted,  # 准予容错
    "oversight.tolerance_denied.v1": oversight.ToleranceDenied,  # 不予容错
    "preregistration.made.v1": preregistration.Made,  # 预登记
    "preregistration.notice_suspected.v1": preregistration.NoticeSuspected,  # 疑似一次性告知不到位
    "preregistration.window_closed.v1": preregistration.WindowClosed,  # 预登记了结
    "visit.opened.v1": visit.Opened,  # 办件回访立项
    "visit.concluded.v1": visit.Concluded,  # 办件回访办结
    "publication.due.v1": publication.Due,  # 应予公示
    "publication.objected.v1": publication.Objected,  # 公开异议
    "publication.objection_decided.v1": publication.ObjectionDecided,  # 公开异议处理
    "publication.published.v1": publication.Published,  # 公示
    "publication.missed.v1": publication.Missed,  # 公示逾期
    "publication.overturned.v1": publication.Overturned,  # 所公示的决定被推翻
    "publication.withdrawn.v1": publication.Withdrawn,  # 撤下公示
    "complaint.lodged.v1": complaint.Lodged,  # 收到投诉
    "complaint.assigned.v1": complaint.Assigned,  # 投诉转办
    "complaint.answered.v1": complaint.Answered,  # 投诉答复
    "complaint.returned.v1": complaint.Returned,  # 投诉退回重办
    "complaint.settled.v1": complaint.Settled,  # 投诉办结
    "complaint.check_triggered.v1": complaint.CheckTriggered,  # 投诉触发检查
    "complaint.overdue.v1": complaint.Overdue,  # 投诉逾期未办
    "referral.made.v1": referral.Made,  # 移送
    "referral.signed.v1": referral.Signed,  # 移送签收
    "referral.returned.v1": referral.Returned,  # 移送退回
    "referral.answered.v1": referral.Answered,  # 移送回告
    "reform.assigned.v1": reform.Assigned,  # 下达改革任务
    "reform.reported.v1": reform.Reported,  # 改革任务报告
    "reform.overdue.v1": reform.Overdue,  # 改革任务逾期
    "reform.closed.v1": reform.Closed,  # 改革任务销号
    "supervision.opened.v1": supervision.Opened,  # 专项督查立项
    "supervision.noted.v1": supervision.Noted,  # 督查记录
    "supervision.concluded.v1": supervision.Concluded,  # 专项督查办结
    "feed.taken.v1": feed.Taken,  # 回流数据收到
    "feed.declared.v1": feed.Declared,  # 来源申报日总数
    "feed.reconciled.v1": feed.Reconciled,  # 回流对账
    "appointment.made.v1": service.AppointmentMade,  # 预约
    "appointment.kept.v1": service.AppointmentKept,  # 如约到场
    "appointment.broken.v1": service.AppointmentBroken,  # 预约未到
    "appointment.cancelled.v1": service.AppointmentCancelled,  # 取消预约
    "trip.recorded.v1": service.TripRecorded,  # 跑趟记录
    "rating.given.v1": service.RatingGiven,  # 评价
    "rating.followed.v1": service.RatingFollowed,  # 差评核实
    "archive.filed.v1": record.ArchiveFiled,  # 归档
    "patrol.recorded.v1": record.PatrolRecorded,  # 日常巡查
    "liaison.consulted.v1": record.LiaisonConsulted,  # 审管会商
    "liaison.observed.v1": record.LiaisonObserved,  # 观察员参与踏勘
    "points.awarded.v1": record.PointsAwarded,  # 代办积分
    "points.corrected.v1": record.PointsCorrected,  # 窗口积分更正
    "progress.pushed.v1": record.ProgressPushed,  # 过程推送
    "undertaking.lodged.v1": undertaking.Lodged,  # 承诺备案提交
    "undertaking.filed.v1": undertaking.Filed,  # 承诺备案通过
    "undertaking.verified.v1": undertaking.Verified,  # 承诺备案核查
    "undertaking.cancelled.v1": undertaking.Cancelled,  # 撤销承诺备案
    "measure.opened.v1": measure.Opened,  # 后续措施待办
    "measure.closed.v1": measure.Closed,  # 后续措施办结
    "plan.more_drawn.v1": inspection_plan.MoreDrawn,  # 抽取对象续段
    "plan.more_matched.v1": inspection_plan.MoreMatched,  # 配对分段
    "oversight.raised.v2": oversight.Raised,  # 提出督办（含推送与其他期限）
    "publication.restored.v1": publication.Restored,  # 恢复公示
    "assistance.begun.v1": assistance.Begun,  # 帮代办开始
    "assistance.finished.v1": assistance.Finished,  # 帮代办完成
    "licence.penalty_noticed.v1": approval.PenaltyNoticed,  # 吊销前告知
    "licence.penalty_heard.v1": approval.PenaltyHeard,  # 吊销听证
    "licence.deregistration_proposed.v1": approval.DeregistrationProposed,  # 注销建议
    "hearing.ended.v1": hearing.HearingEnded,  # 听证终止
    "case.supplemented.v2": case.Supplemented,  # 补正材料收到（补齐即定受理期限）
    "outlet.opened.v1": outlet.OutletOpened,  # 设立银行网点
    "outlet.closed.v1": outlet.OutletClosed,  # 撤销银行网点
    "handover.taken_in.v1": outlet.HandoverTakenIn,  # 网点代收
    "handover.completed.v1": outlet.HandoverCompleted,  # 网点材料移交大厅
    "prereview.asked.v1": prereview.PrereviewAsked,  # 申请网上预审
    "prereview.answered.v1": prereview.PrereviewAnswered,  # 告知预审结果
    "prereview.converted.v1": prereview.PrereviewConverted,  # 预审转为收件
    "observation.granted.v1": observation.ObservationGranted,  # 列入观察期
    "observation.guided.v1": observation.ObservationGuided,  # 观察期指导
    "observation.ended.v1": observation.ObservationEnded,  # 提前终止观察期
    "exclusion.made.v1": observation.ExclusionMade,  # 不列入抽查
    "tender.awarded.v1": tender.TenderAwarded,  # 招标、拍卖结果
    "subscription.declared.v1": subscription.SubscriptionDeclared,  # 订阅方申报收到的件数
    "subscription.compared.v1": subscription.SubscriptionCompared,  # 订阅对账
    "plan.sealed_share_opened.v1": inspection_plan.SealedShareOpened,  # 封存份额开启
    "plan.voided.v1": inspection_plan.PlanVoided,  # 计划失效
    "plan.object_replaced.v1": inspection_plan.ObjectReplaced,  # 排除与替补
    "task.withdrawn.v1": inspection_task.TaskWithdrawn,  # 撤回检查任务
    "scoring.published.v1": scoring.ScoringPublished,  # 风险计分办法公布
    "scoring.month_begun.v1": scoring.MonthBegun,  # 当月风险分类
    "risk.classified.v1": risk.Classified,  # 风险等级变更
    "risk.overridden.v1": risk.Overridden,  # 风险等级人工调整
    "risk.override_ended.v1": risk.OverrideEnded,  # 风险等级人工调整结束
    "risk.objected.v1": risk.Objected,  # 风险等级异议
    "risk.objection_decided.v1": risk.ObjectionDecided,  # 风险等级异议答复
    "subject.deregistered.v1": subject.Deregistered,  # 监管对象出库
    "subject.restored.v1": subject.Restored,  # 监管对象恢复在库
    "inspector.recusal_declared.v1": inspector.RecusalDeclared,  # 检查人员回避
    "inspector.recusal_lifted.v1": inspector.RecusalLifted,  # 检查人员回避解除
    "inspector.removed.v1": inspector.InspectorRemoved,  # 检查人员出库
    "inspector.certificate_expiring.v1": inspector.CertificateExpiring,  # 执法证件临近到期
    "plan.registered.v2": inspection_plan.PlanRegistered,  # 计划登记（附种类与范围）
    "plan.joined.v1": inspection_plan.PlanJoined,  # 共用种子
    "plan.seed_shared.v1": inspection_plan.SeedShared,  # 取用种子
    "plan.lead_fell.v1": inspection_plan.LeadFell,  # 牵头计划不作数
    "jointvisit.member_joined.v1": joint_visit.MemberJoined,  # 并入联合检查
    "jointvisit.member_left.v1": joint_visit.MemberLeft,  # 退出联合检查
    "jointvisit.date_agreed.v1": joint_visit.DateAgreed,  # 约定联合检查的日子
    "list.matters_published.v1": lists.MattersPublished,  # 随机抽查事项清单公布
    "annual.drafted.v1": annual.Drafted,  # 年度抽查计划拟订
    "annual.amended.v1": annual.Amended,  # 年度抽查计划修订
    "annual.approved.v1": annual.Approved,  # 年度抽查计划批准
    "annual.filed.v1": annual.Filed,  # 年度抽查计划备案
    "annual.published.v1": annual.Published,  # 年度抽查计划公布
    "annual.campaign_taken.v1": annual.CampaignTaken,  # 计划内抽查登记
    "annual.campaign_returned.v1": annual.CampaignReturned,  # 计划内抽查退回
    "annual.closed.v1": annual.Closed,  # 年度抽查计划年终
    "plan.approved.v1": inspection_plan.PlanApproved,  # 计划外抽查批准
    "exclusion.capped.v1": observation.ExclusionCapped,  # 已达上限不列入抽查
    "frequency.counted.v1": frequency.Counted,  # 检查次数记入
    "frequency.corrected.v1": frequency.Corrected,  # 检查次数更正
    "recusal.declared.v1": recusal.RecusalDeclared,  # 自行回避
    "recusal.requested.v1": recusal.RecusalRequested,  # 申请检查人员回避
    "recusal.decided.v1": recusal.RecusalDecided,  # 回避的决定
    "plan.inspector_redrawn.v1": inspection_plan.InspectorRedrawn,  # 更换检查人员
    "task.reassigned.v1": inspection_task.TaskReassigned,  # 检查任务改派
    "ledger.key_announced.v1": genesis.KeyAnnounced,  # 公布封账公钥
    "ledger.seal_doubted.v1": genesis.SealDoubted,  # 封账存疑
    "task.inspected.v2": inspection_task.Inspected,  # 检查结果（附代码集、对象签字与报备）
    "task.notified.v1": inspection_task.CheckNotified,  # 检查通知
    "task.unannounced.v1": inspection_task.CheckUnannounced,  # 决定不预先告知检查
    "task.entered_late.v1": inspection_task.EnteredLate,  # 检查结果补录迟缓
    "codeset.published.v1": code_set.CodeSetPublished,  # 公布检查结果代码集
    "check.opened.v1": trigger_check.CheckOpened,  # 有因检查立项
    "check.approved.v1": trigger_check.CheckApproved,  # 批准有因检查
    "check.refused.v1": trigger_check.CheckRefused,  # 不批准有因检查
    "check.inspectors_sent.v1": trigger_check.InspectorsSent,  # 指派有因检查的人员
    "check.done.v1": trigger_check.CheckDone,  # 有因检查的结果
    "check.reviewed.v1": trigger_check.CheckReviewed,  # 复核有因检查
    "plan.fallback_used.v1": inspection_plan.FallbackUsed,  # 改用替代来源
    "escrow.deposited.v1": escrow.PieceDeposited,  # 托管一份
    "escrow.confirmed.v1": escrow.PieceConfirmed,  # 托管人收妥
    "escrow.opened.v1": escrow.PieceOpened,  # 开启托管的一份
    "result.formed.v1": check_result.ResultFormed,  # 检查结果形成
    "result.published.v1": check_result.ResultPublished,  # 检查结果公开
    "result.publication_missed.v1": check_result.PublicationMissed,  # 检查结果逾期未公开
    "result.overturned.v1": check_result.ResultOverturned,  # 检查结果被推翻
    "result.withdrawn.v1": check_result.ResultWithdrawn,  # 撤下检查结果
    "result.corrected.v1": check_result.ResultCorrected,  # 检查结果更正
    "result.follow_up_begun.v1": check_result.FollowUpBegun,  # 检查结果已有后续处理
    "result.follow_up_lacking.v1": check_result.FollowUpLacking,  # 检查结果逾期没有后续处理
    "followup.opened.v1": follow_up.FollowUpOpened,  # 检查后续立项
    "followup.statement_made.v1": follow_up.StatementMade,  # 检查对象陈述申辩
    "followup.statement_weighed.v1": follow_up.StatementWeighed,  # 陈述申辩的复核
    "followup.rectification_reported.v1": follow_up.RectificationReported,  # 整改报告
    "followup.rechecked.v1": follow_up.Rechecked,  # 复查
    "followup.contact_tried.v1": follow_up.ContactTried,  # 核实能否联系
    "followup.overdue.v1": follow_up.FollowUpOverdue,  # 检查后续处理逾期
    "followup.closed.v1": follow_up.FollowUpClosed,  # 检查后续办结
    "closing.recorded.v1": closing.ClosingRecorded,  # 日终封账
    "plan.recusals_listed.v1": inspection_plan.RecusalsListed,  # 回避名单分段
    "plan.recusals_frozen.v1": inspection_plan.RecusalsFrozen,  # 回避名单冻结
    "plan.reclassifications_listed.v1": inspection_plan.ReclassificationsListed,  # 近三十日等级变更
    "task.deferred.v1": inspection_task.TaskDeferred,  # 暂缓检查
    "case.imported.v1": case.CaseImported,  # 历史办件导入
    "case.step_imported.v1": case.StepImported,  # 历史办件步骤导入
    "licence.imported.v1": approval.LicenceImported,  # 历史许可导入
    "licence.change_imported.v1": approval.ChangeImported,  # 历史许可变更导入
    "licence.ending_imported.v1": approval.EndingImported,  # 历史许可终结导入
    "inspection.imported.v1": past_inspection.InspectionImported,  # 历史检查结果导入
    "inspection.linked.v1": past_inspection.InspectionLinked,  # 历史检查关联
    "subject.imported.v1": subject.SubjectImported,  # 历史监管对象导入
    "import.started.v1": importing.ImportStarted,  # 导入开始
    "import.started.v2": importing.ImportStarted,  # 导入开始（含两个名录）
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


def names_of_kinds(kinds: Collection[type[Event]]) -> frozenset[str]:
    """若干种事件的全部名字，各版都在。"""
    return frozenset(name for name, kind in EVENT_NAMES.items() if kind in kinds)
