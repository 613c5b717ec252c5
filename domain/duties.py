"""权限（duties）：哪种办理由哪些角色办；全系统只此一张表。

Rows are keyed by the class name of the act (``domain.acts``). Law that depends on the single case
(own organ, other person than before) is decided where that case is known; whether the person holds
the role today is decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from domain import officer
from domain.decider import Load, Refused
from domain.refusals import Refusal
from domain.terms import Actor, PersonId, Role


@dataclass(frozen=True, slots=True)
class Duty:
    """一行权限：可以办的角色，以及其他人来办时的拒绝理由。"""

    roles: frozenset[Role]
    otherwise: Refusal = Refusal.DUTY_ROLE


def _by(*roles: Role, otherwise: Refusal = Refusal.DUTY_ROLE) -> Duty:
    return Duty(frozenset(roles), otherwise)


_OFFICES: Final = (Role.SUPERVISOR, Role.SUPERVISION_HEAD, Role.PERFORMANCE, Role.DISCIPLINE)
# 被监督的部门里可以出面答复、报告的人
_ANSWERING: Final = (
    Role.COUNTER,
    Role.REVIEWER,
    Role.DECIDER,
    Role.HEAD,
    Role.SUPERVISOR,
    Role.SUPERVISION_HEAD,
    Role.PERFORMANCE,
)

DUTIES: Final[Mapping[str, Duty]] = MappingProxyType(
    {
        # 收件、受理
        "Receive": _by(Role.COUNTER),
        "RequestSupplement": _by(Role.COUNTER),
        "Supplement": _by(Role.COUNTER),
        "Accept": _by(Role.COUNTER),
        "Decline": _by(Role.COUNTER),
        # 日终封账
        "RecordClosing": _by(Role.SYSTEM),
        "DeemAccepted": _by(Role.SYSTEM),
        "MarkDeadlineMissed": _by(Role.SYSTEM),
        # 办件的时间：特别程序、延长、绿色通道
        "PauseClock": _by(Role.REVIEWER),
        "ResumeClock": _by(Role.REVIEWER),
        "ExtendLimit": _by(Role.HEAD, Role.GOVERNMENT),
        "Expedite": _by(Role.COUNTER, Role.HEAD),
        # 办件的时间：踏勘、收费、更正、撤回、容缺
        "RecordSurvey": _by(Role.REVIEWER),
        "NotifyFee": _by(Role.COUNTER),
        "CorrectEntry": _by(Role.COUNTER, Role.ISSUER, Role.REVIEWER, Role.DECIDER),
        "WithdrawApplication": _by(Role.APPLICANT, Role.COUNTER),
        "LapseSupplement": _by(Role.SYSTEM),
        "AcceptWithGaps": _by(Role.COUNTER),
        "FillGap": _by(Role.COUNTER),
        "DefaultGaps": _by(Role.SYSTEM),
        "RevokeAcceptance": _by(Role.DECIDER),
        # 审核、决定、送达
        "Review": _by(Role.REVIEWER),
        "Approve": _by(Role.DECIDER, Role.COUNTER),  # 窗口只办授权的即办件
        "Reject": _by(Role.DECIDER),
        "Deliver": _by(Role.COUNTER, Role.ISSUER),
        # 几个机关几个人：听证
        "NotifyParty": _by(Role.REVIEWER),
        "TellHearingRight": _by(Role.REVIEWER),
        "RequestHearing": _by(Role.APPLICANT, Role.COUNTER),
        "MarkHearingLapsed": _by(Role.SYSTEM),
        "AnnounceHearing": _by(Role.REVIEWER, Role.LEGAL),
        "ChallengeChair": _by(Role.APPLICANT, Role.COUNTER),
        "DecideChallenge": _by(Role.HEAD),
        "HoldHearing": _by(Role.LEGAL, Role.REVIEWER, Role.DECIDER, Role.HEAD),
        "SignHearingRecord": _by(Role.LEGAL, Role.REVIEWER, Role.DECIDER, Role.HEAD),
        "MarkHearingOverdue": _by(Role.SYSTEM),
        # 几个机关几个人：并联、核验、转报、一件事、项目、会商、副本
        "OpenJointReview": _by(Role.REVIEWER),
        "RequestOpinion": _by(Role.REVIEWER),
        "GiveOpinion": _by(Role.REVIEWER),
        "MarkOpinionOverdue": _by(Role.SYSTEM),
        "HoldJointStep": _by(Role.REVIEWER),
        "ConcludeJointReview": _by(Role.REVIEWER),
        "RequestVerification": _by(Role.COUNTER, Role.REVIEWER),
        "VerifyDocument": _by(Role.REVIEWER),
        "DenyDocument": _by(Role.REVIEWER),
        "MarkVerificationOverdue": _by(Role.SYSTEM),
        "HandInElsewhere": _by(Role.COUNTER),
        "ConfirmArrival": _by(Role.COUNTER),
        "OpenExamination": _by(Role.REVIEWER),
        "ForwardToSuperior": _by(Role.REVIEWER),
        "TakeOver": _by(Role.REVIEWER, Role.DECIDER),
        "MarkExaminationOverdue": _by(Role.SYSTEM),
        "EndProceedings": _by(Role.SYSTEM),
        "OpenPackage": _by(Role.COUNTER),
        "CloseChild": _by(Role.SYSTEM),
        "RegisterProject": _by(Role.COUNTER, Role.REVIEWER, Role.PERFORMANCE),
        "LinkCase": _by(Role.COUNTER, Role.REVIEWER, Role.PERFORMANCE),
        "HoldMeeting": _by(Role.PERFORMANCE, Role.HEAD, Role.GOVERNMENT),
        "SettleIssue": _by(Role.PERFORMANCE, Role.REVIEWER),
        "ReachMilestone": _by(Role.COUNTER, Role.REVIEWER, Role.PERFORMANCE),
        "DeclareUnits": _by(Role.COUNTER, Role.REVIEWER),
        "AcceptUnit": _by(Role.REVIEWER, Role.DECIDER),
        "AttestCopies": _by(Role.COUNTER),
        # 告知承诺
        "MakeCommitment": _by(Role.APPLICANT, Role.COUNTER, Role.REVIEWER),
        "SupplyMaterial": _by(Role.APPLICANT, Role.COUNTER),
        "AssessMaterial": _by(Role.REVIEWER, Role.SUPERVISOR),
        "MarkSupplementOverdue": _by(Role.SYSTEM),
        "SuspectBreach": _by(Role.SYSTEM, Role.SUPERVISOR),
        "ConfirmBreach": _by(Role.REVIEWER, Role.DECIDER),
        "DismissBreach": _by(Role.REVIEWER, Role.DECIDER),
        "Fulfil": _by(Role.REVIEWER, Role.SUPERVISOR),
        # 自审报备
        "SubmitFiling": _by(Role.APPLICANT, Role.COUNTER, Role.REVIEWER),
        "ReturnFiling": _by(Role.COUNTER, Role.REVIEWER),
        "File": _by(Role.COUNTER, Role.REVIEWER),
        "CancelFiling": _by(Role.DECIDER),
        # 审管联动
        "SendPush": _by(Role.SYSTEM),
        "ClaimPush": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "DisputePush": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "MarkPushOverdue": _by(Role.SYSTEM),
        # 撤销程序：监管与机器只建议，决定由作出许可的机关（许可法 69 条）
        "ProposeRevocation": _by(Role.SYSTEM, Role.SUPERVISOR, Role.REVIEWER),
        "ServeNotice": _by(Role.REVIEWER, Role.DECIDER),
        "HearStatement": _by(Role.REVIEWER, Role.DECIDER),
        "ReviewLegality": _by(Role.LEGAL),
        "Revoke": _by(Role.DECIDER, otherwise=Refusal.REVOCATION_NOT_THE_DECIDER),
        "DropRevocation": _by(Role.DECIDER, otherwise=Refusal.REVOCATION_NOT_THE_DECIDER),
        # 其他终结
        "WithdrawLicence": _by(Role.DECIDER),
        "ForfeitLicence": _by(Role.SUPERVISION_HEAD),
        "ExpireLicence": _by(Role.SYSTEM),
        "DeregisterLicence": _by(Role.DECIDER),
        # 吊销的程序、注销的两人
        "NoticePenalty": _by(Role.SUPERVISOR),
        "HearPenalty": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD, Role.LEGAL),
        "ProposeDeregistration": _by(Role.APPLICANT, Role.COUNTER, Role.REVIEWER, Role.SYSTEM),
        # 许可的一生：变更、换证、延续
        "ChangeLicence": _by(Role.DECIDER),
        "ReissueCertificate": _by(Role.DECIDER, Role.ISSUER),
        "VoidCertificate": _by(Role.DECIDER),
        "RequestRenewal": _by(Role.APPLICANT, Role.COUNTER),
        "Renew": _by(Role.DECIDER),
        "RefuseRenewal": _by(Role.DECIDER),
        "DeemRenewed": _by(Role.SYSTEM),
        # 撤销的后续：公告送达、不予撤销的后续、恢复、补偿
        "PublishNotice": _by(Role.REVIEWER, Role.DECIDER),
        "CloseFollowUp": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD, Role.REVIEWER, Role.DECIDER),
        "ReverseRevocation": _by(Role.DECIDER, otherwise=Refusal.REVOCATION_NOT_THE_DECIDER),
        "DecideCompensation": _by(Role.DECIDER),
        # 证照复用、模拟审批、一业一证
        "ReuseCertificate": _by(Role.APPLICANT, Role.COUNTER),
        "BreakDependency": _by(Role.SYSTEM),
        "RestoreDependency": _by(Role.SYSTEM),
        "AnswerDependency": _by(Role.REVIEWER, Role.DECIDER),
        "OpenSimulation": _by(Role.COUNTER),
        "IssueSimulatedOpinion": _by(Role.REVIEWER),
        "MeetCondition": _by(Role.COUNTER, Role.SYSTEM),
        "ChangeScheme": _by(Role.COUNTER),
        "RecordSuccessor": _by(Role.COUNTER),
        "ConvertSimulation": _by(Role.COUNTER),
        "LapseSimulation": _by(Role.COUNTER, Role.REVIEWER),
        "ExpireSimulation": _by(Role.SYSTEM),
        "IssueComposite": _by(Role.DECIDER, Role.ISSUER),
        "AdjustComposite": _by(Role.SYSTEM),
        # 帮代办
        "BeginAssistance": _by(Role.COUNTER),
        "FinishAssistance": _by(Role.COUNTER),
        # 承诺备案
        "LodgeUndertaking": _by(Role.APPLICANT, Role.COUNTER),
        "FileUndertaking": _by(Role.COUNTER, Role.REVIEWER),
        "VerifyUndertaking": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "CancelUndertaking": _by(Role.DECIDER),
        # 上级机关：可以撤销下级作出的许可（许可法 69 条一款）
        "SetSuperior": _by(Role.CATALOGUE),
        # 承诺落空的后续措施
        "OpenMeasure": _by(Role.SYSTEM),
        "CloseMeasure": _by(Role.DECIDER, Role.SUPERVISION_HEAD),
        "TakeOverRevocation": _by(Role.DECIDER, otherwise=Refusal.REVOCATION_NOT_THE_DECIDER),
        # 双随机检查
        "RegisterPlan": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "FreezeLists": _by(Role.SYSTEM),
        "CommitShare": _by(*_OFFICES),
        "RevealShare": _by(*_OFFICES),
        "CloseReveals": _by(Role.SYSTEM),
        "FixPublicValue": _by(*_OFFICES),
        "Draw": _by(Role.SYSTEM),
        "AnnulPlan": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "DrawSealed": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "OpenSealedShare": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "ReplaceObject": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "DeferTask": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "VoidPlan": _by(Role.SYSTEM),
        # 抽定之后
        "DeclareRecusal": _by(Role.INSPECTOR),
        "RequestRecusal": _by(
            Role.APPLICANT,
            Role.COUNTER,
            Role.SUPERVISOR,
            Role.SUPERVISION_HEAD,
            Role.INSPECTOR,
        ),
        "DecideRecusal": _by(Role.SUPERVISION_HEAD),
        "RedrawInspector": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "UseFallbackValue": _by(*_OFFICES),
        "EscrowShare": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "ConfirmPiece": _by(*_OFFICES),
        "OpenPiece": _by(*_OFFICES),
        "AssignTask": _by(Role.SYSTEM),
        "RecordInspection": _by(Role.INSPECTOR),
        "ReviewFinding": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        # 联合抽查
        "TakeSeed": _by(Role.SYSTEM),
        "FallWithLead": _by(Role.SYSTEM),
        "MergeVisit": _by(Role.SYSTEM),
        "AgreeVisit": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        # 检查的告知与代码集
        "NotifyCheck": _by(Role.INSPECTOR),
        "DecideUnannounced": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "PublishCodeSet": _by(Role.CATALOGUE),
        # 有因检查
        "OpenCheck": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD, Role.SYSTEM),
        "ApproveCheck": _by(Role.SUPERVISION_HEAD),
        "RefuseCheck": _by(Role.SUPERVISION_HEAD),
        "SendInspectors": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "RecordCheck": _by(Role.INSPECTOR),
        "ReviewCheck": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        # 检查结果的公开与后续处理
        "PublishResult": _by(Role.INSPECTOR, Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "MarkResultMissed": _by(Role.SYSTEM),
        "MarkFollowUpLacking": _by(Role.SYSTEM),
        "OverturnResult": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "WithdrawResult": _by(Role.SYSTEM),
        "CorrectResult": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "OpenCheckFollowUp": _by(Role.SUPERVISOR),
        "OpenContactCheck": _by(Role.SYSTEM),
        "PleadFollowUp": _by(Role.APPLICANT, Role.COUNTER, Role.SUPERVISOR),
        "WeighStatement": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "ReportRectification": _by(Role.APPLICANT, Role.COUNTER, Role.SUPERVISOR),
        "RecheckObject": _by(Role.INSPECTOR),
        "TryContact": _by(Role.INSPECTOR, Role.SUPERVISOR),
        "MarkCheckFollowUpOverdue": _by(Role.SYSTEM),
        "CloseCheckFollowUp": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        # 登记；建账时由机器写下最初的账号、岗位与日历
        "RegisterSubject": _by(Role.COUNTER, Role.SUPERVISOR),
        "AppointOfficer": _by(Role.SYSTEM_ADMIN, Role.SYSTEM),
        "GiveGrant": _by(Role.SYSTEM_ADMIN, Role.SYSTEM),
        "EndGrant": _by(Role.SYSTEM_ADMIN),
        "RegisterInspector": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "PublishItem": _by(Role.CATALOGUE),
        "PublishCalendar": _by(Role.CATALOGUE, Role.SYSTEM),
        "CreateLedger": _by(Role.SYSTEM),
        "PublishSchema": _by(Role.SYSTEM),
        # 封账
        "AnnounceSealKey": _by(Role.SYSTEM),
        "DoubtSeal": _by(Role.SYSTEM),
        # 承诺办法、信用、报备、中介
        "PublishPolicy": _by(Role.CATALOGUE),
        # 文书与材料
        "StoreMaterial": _by(Role.APPLICANT, Role.COUNTER),
        "ReplaceMaterial": _by(Role.APPLICANT, Role.COUNTER),
        "ReuseMaterial": _by(Role.APPLICANT, Role.COUNTER),
        "IssueDocument": _by(Role.COUNTER, Role.ISSUER, Role.REVIEWER, Role.DECIDER),
        "UseSeal": _by(Role.COUNTER, Role.ISSUER, Role.DECIDER),
        "DispatchDocument": _by(Role.COUNTER, Role.ISSUER),
        "DeliverDocument": _by(Role.COUNTER, Role.ISSUER),
        "OfferCommitment": _by(Role.COUNTER, Role.REVIEWER),
        "WithdrawCommitment": _by(Role.APPLICANT, Role.COUNTER),
        "VerifyCommitment": _by(Role.SUPERVISOR),  # 审批的人不核查自己批的（审管分离）
        "OrderRectification": _by(Role.DECIDER, Role.SUPERVISION_HEAD),
        "AcceptRectification": _by(Role.REVIEWER, Role.DECIDER, Role.SUPERVISOR),
        "FailRectification": _by(Role.REVIEWER, Role.DECIDER, Role.SUPERVISOR),
        "MarkRectificationOverdue": _by(Role.SYSTEM),
        "AddCreditRecord": _by(Role.DECIDER, Role.SUPERVISION_HEAD),
        "RepairCredit": _by(Role.DECIDER, Role.SUPERVISION_HEAD),
        "LapseCredit": _by(Role.SYSTEM),
        "BarApplicant": _by(Role.DECIDER),
        "WithdrawFiling": _by(Role.DECIDER),
        "TrackFiling": _by(Role.COUNTER, Role.REVIEWER),
        "CompleteFiling": _by(Role.COUNTER, Role.REVIEWER),
        "ChallengeReport": _by(Role.SYSTEM, Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "InvalidateReport": _by(Role.SUPERVISION_HEAD),
        "UpholdReport": _by(Role.SUPERVISION_HEAD),
        "RegisterIntermediary": _by(Role.SUPERVISION_HEAD),
        "RateIntermediary": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "SuspendIntermediary": _by(Role.SUPERVISION_HEAD),
        "ExitIntermediary": _by(Role.SUPERVISION_HEAD),
        # 计时：服务日历由中心公布；重新推算与亮灯是机器记下的事实
        "PublishServiceDays": _by(Role.CATALOGUE, Role.PERFORMANCE),
        "PublishLights": _by(Role.PERFORMANCE),  # 电子监察是效能部门的事
        "RederiveDeadline": _by(Role.SYSTEM),
        "WarnDeadline": _by(Role.SYSTEM),
        # 历史导入：来源的记录由档案人员收进账里，谁也不能借此作出决定
        "StartImport": _by(Role.ARCHIVE),
        "FinishImport": _by(Role.ARCHIVE),
        "ImportCaseStep": _by(Role.ARCHIVE),
        "ImportLicenceTerm": _by(Role.ARCHIVE),
        "ImportInspection": _by(Role.ARCHIVE),
        "ImportSubject": _by(Role.ARCHIVE),
        "ImportInspector": _by(Role.ARCHIVE),
        "LinkInspection": _by(Role.SYSTEM),
        # 监督、公示与服务；纪检监察只监督，不办件（SD8）
        "RaiseOversight": _by(Role.PERFORMANCE, Role.DISCIPLINE, Role.HEAD, Role.DECIDER),
        "RaiseAlert": _by(Role.SYSTEM),
        "CheckNotice": _by(Role.SYSTEM),
        "AnswerOversight": _by(*_ANSWERING),
        "MarkAnswerMissed": _by(Role.SYSTEM),
        "CloseOversight": _by(Role.PERFORMANCE, Role.DISCIPLINE, Role.HEAD, Role.DECIDER),
        "ReopenOversight": _by(Role.DISCIPLINE),
        "RequestTolerance": _by(*_ANSWERING),
        "DecideTolerance": _by(Role.DISCIPLINE),
        "Preregister": _by(Role.COUNTER, Role.APPLICANT),
        "ClosePreregistration": _by(Role.SYSTEM),
        "ConcludeVisit": _by(Role.PERFORMANCE),
        "OpenPublication": _by(Role.SYSTEM),
        "DisclosePenalty": _by(Role.SUPERVISION_HEAD),
        "ObjectToPublication": _by(Role.APPLICANT, Role.COUNTER),
        "DecideObjection": _by(Role.DECIDER),
        "Publish": _by(Role.SYSTEM),
        "MarkPublicationMissed": _by(Role.SYSTEM),
        "OverturnPublished": _by(Role.DECIDER, Role.SUPERVISION_HEAD),
        "OverturnRevoked": _by(Role.SYSTEM),
        "RestorePublished": _by(Role.SYSTEM),
        "WithdrawPublication": _by(Role.SYSTEM),
        "LodgeComplaint": _by(Role.COUNTER, Role.PERFORMANCE),
        "AssignComplaint": _by(Role.PERFORMANCE),
        "AnswerComplaint": _by(*_ANSWERING),
        "ReturnComplaint": _by(Role.PERFORMANCE),
        "SettleComplaint": _by(Role.PERFORMANCE),
        "TriggerCheck": _by(Role.PERFORMANCE, Role.SUPERVISION_HEAD),
        "MarkComplaintOverdue": _by(Role.SYSTEM),
        "MakeReferral": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD, Role.DECIDER),
        "SignReferral": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "ReturnReferral": _by(Role.SUPERVISION_HEAD),
        "AnswerReferral": _by(Role.SUPERVISION_HEAD),
        "AssignReform": _by(Role.PERFORMANCE),
        "ReportReform": _by(*_ANSWERING),
        "MarkReformOverdue": _by(Role.SYSTEM),
        "CloseReform": _by(Role.PERFORMANCE),
        "OpenSupervision": _by(Role.PERFORMANCE, Role.DISCIPLINE),
        "NoteSupervision": _by(Role.PERFORMANCE, Role.DISCIPLINE),
        "ConcludeSupervision": _by(Role.PERFORMANCE, Role.DISCIPLINE),
        "MakeAppointment": _by(Role.APPLICANT, Role.COUNTER),
        "KeepAppointment": _by(Role.COUNTER),
        "BreakAppointment": _by(Role.COUNTER),
        "CancelAppointment": _by(Role.APPLICANT, Role.COUNTER),
        "RecordTrip": _by(Role.COUNTER),
        "RateCase": _by(Role.APPLICANT),
        "FollowRating": _by(Role.PERFORMANCE),
        "ArchiveCase": _by(Role.ARCHIVE),
        "RecordPatrol": _by(Role.PERFORMANCE),
        "RecordConsultation": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD, Role.HEAD, Role.DECIDER),
        "RecordObserver": _by(Role.SUPERVISOR),
        "AwardPoints": _by(Role.SYSTEM),
        "CorrectPoints": _by(Role.PERFORMANCE),
        "PushProgress": _by(Role.SYSTEM),
        "TakeFeed": _by(Role.ARCHIVE),
        "DeclareFeed": _by(Role.ARCHIVE),
        "ReconcileFeed": _by(Role.ARCHIVE, Role.SYSTEM),
        # 事项与清单：休眠、取消、下放、划转，机关撤并
        "MakeDormant": _by(Role.CATALOGUE),
        "RecordFirstUse": _by(Role.SYSTEM),
        "CancelItem": _by(Role.CATALOGUE),
        "PlanTransfer": _by(Role.CATALOGUE),
        "TransferAuthority": _by(Role.CATALOGUE),
        "MergeOrgan": _by(Role.CATALOGUE),
        "PublishList": _by(Role.CATALOGUE),
        "PublishServices": _by(Role.CATALOGUE),
        "PublishAssessment": _by(Role.CATALOGUE),
        "ConfirmPlace": _by(Role.COUNTER, Role.REVIEWER),
        # 银行网点、网上预审、包容审慎、招标拍卖
        "OpenOutlet": _by(Role.HEAD),
        "CloseOutlet": _by(Role.HEAD),
        "TakeInAtOutlet": _by(Role.COUNTER),
        "CompleteHandover": _by(Role.COUNTER),
        "AskPrereview": _by(Role.APPLICANT, Role.COUNTER),
        "AnswerPrereview": _by(Role.COUNTER, Role.REVIEWER),
        "ConvertPrereview": _by(Role.COUNTER),
        "GrantObservation": _by(Role.SUPERVISION_HEAD),
        "GuideObserved": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "EndObservation": _by(Role.SUPERVISION_HEAD),
        "RecordExclusion": _by(Role.SYSTEM),
        "RecordAward": _by(Role.DECIDER, Role.HEAD),
        "ConvertTogether": _by(Role.COUNTER),
        "ApproveTogether": _by(Role.DECIDER),
        "DeclareReceived": _by(Role.ARCHIVE),
        "CompareReceived": _by(Role.SYSTEM),
        # 随机抽查事项清单、年度计划、频次上限
        "PublishMatters": _by(Role.SUPERVISION_HEAD, Role.CATALOGUE),
        "DraftAnnualPlan": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "AmendAnnualPlan": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "ApproveAnnualPlan": _by(Role.SUPERVISION_HEAD, Role.HEAD),
        "FileAnnualPlan": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "PublishAnnualPlan": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "CloseAnnualPlan": _by(Role.SYSTEM),
        "ApprovePlan": _by(Role.SUPERVISION_HEAD, Role.HEAD),
        "RecordCapExclusion": _by(Role.SYSTEM),
        "ScreenExemption": _by(Role.REVIEWER),
        "RegisterExemption": _by(Role.DECIDER),
        "EndExemption": _by(Role.DECIDER),
        # 两个名录、风险等级
        "DeregisterSubject": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "DeregisterFound": _by(Role.SYSTEM),
        "RestoreSubject": _by(Role.SUPERVISION_HEAD),
        "DeclareStanding": _by(Role.INSPECTOR, Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "LiftStanding": _by(Role.SUPERVISION_HEAD),
        "RemoveInspector": _by(Role.SUPERVISOR, Role.SUPERVISION_HEAD),
        "WarnCertificate": _by(Role.SYSTEM),
        "PublishScoring": _by(Role.SUPERVISION_HEAD),
        "BeginRiskMonth": _by(Role.SYSTEM),
        "ClassifyRisk": _by(Role.SYSTEM),
        "OverrideRisk": _by(Role.SUPERVISION_HEAD),
        "LiftOverride": _by(Role.SUPERVISION_HEAD),
        "ExpireOverride": _by(Role.SYSTEM),
        "ObjectToRisk": _by(Role.APPLICANT, Role.COUNTER),
        "AnswerRiskObjection": _by(Role.SUPERVISION_HEAD),
    }
)


def authorise(act: str, actor: Actor, day: date, load: Load) -> PersonId | Refused | None:
    """核岗：这个账号此日是否有此岗位，背后是哪个自然人。

    None for the applicant and the machine, who hold no post: the machine is no person, and the
    applicant acts for himself under his own number (the handlers check which).
    """
    duty = DUTIES[act]
    facts = {"act": act, "role": str(actor.role)}
    if actor.role not in duty.roles:
        machine = actor.role is Role.SYSTEM
        return Refused(Refusal.DUTY_MACHINE if machine else duty.otherwise, facts)
    if actor.role in {Role.SYSTEM, Role.APPLICANT}:
        return None
    known = appointed(actor, load)
    if known is None:
        return Refused(Refusal.OFFICER_UNKNOWN, {"officer": actor.officer_id})
    if not known.holds(actor.role, actor.organ, day):
        missing = {"officer": actor.officer_id, "organ": actor.organ, "on": str(day)}
        return Refused(Refusal.OFFICER_NO_GRANT, facts | missing)
    return known.person


def appointed(actor: Actor, load: Load) -> officer.Appointed | None:
    """在用的账号；没有启用过的没有。"""
    state = load(officer.AGGREGATE, actor.officer_id)
    return state if isinstance(state, officer.Appointed) else None
