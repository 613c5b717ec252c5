"""办理（act）：外界提交的每一件事，从这一道门进来。

An act holds business input only. ``handle`` finds the natural person behind the account, reads what
the decision rests on, and returns one plan or one refusal; it neither stores nor sends anything.
"""

from datetime import datetime
from typing import TypeAlias

from domain.acts.afterwards import AfterwardsAct
from domain.acts.annual import AnnualAct
from domain.acts.areas import AreaAct
from domain.acts.assistances import AssistanceAct
from domain.acts.attestations import AttestationAct
from domain.acts.base import HANDLERS, Desk
from domain.acts.catalogue import CatalogueAct
from domain.acts.check_results import CheckResultAct
from domain.acts.checks import CheckAct
from domain.acts.closings import ClosingAct
from domain.acts.complaints import ComplaintAct
from domain.acts.composites import CompositeAct
from domain.acts.credits import CreditAct
from domain.acts.deciding import DecidingAct
from domain.acts.deferrals import DeferralAct
from domain.acts.documents import DocumentAct
from domain.acts.endings import EndingAct
from domain.acts.escrows import EscrowAct
from domain.acts.exemptions import ExemptionAct
from domain.acts.filings import FilingAct
from domain.acts.follow_ups import FollowUpAct
from domain.acts.forwardings import ForwardingAct
from domain.acts.frequencies import FrequencyAct
from domain.acts.gaps import GapsAct
from domain.acts.hearings import HearingAct
from domain.acts.imports import ImportAct
from domain.acts.inspections import InspectionAct
from domain.acts.intake import IntakeAct
from domain.acts.intermediaries import IntermediaryAct
from domain.acts.joint_draws import JointDrawAct
from domain.acts.joints import JointAct
from domain.acts.licences import LicenceAct
from domain.acts.linkage import LinkageAct
from domain.acts.lists import ListAct
from domain.acts.materials import MaterialAct
from domain.acts.measures import MeasureAct
from domain.acts.monitoring import MonitoringAct
from domain.acts.observations import ObservationAct
from domain.acts.outlets import OutletAct
from domain.acts.oversight import OversightAct
from domain.acts.packages import PackageAct
from domain.acts.pledges import PledgeAct
from domain.acts.policies import PolicyAct
from domain.acts.prereviews import PrereviewAct
from domain.acts.procedure import ProcedureAct
from domain.acts.proceedings import ProceedingAct
from domain.acts.public_values import PublicValueAct
from domain.acts.publications import PublicationAct
from domain.acts.register import RegisterAct
from domain.acts.reliances import RelianceAct
from domain.acts.remarks import RemarksAct
from domain.acts.revocations import RevocationAct
from domain.acts.risks import RiskAct
from domain.acts.rolls import RollAct
from domain.acts.sealing import SealingAct
from domain.acts.services import ServiceAct
from domain.acts.simulations import SimulationAct
from domain.acts.subscriptions import SubscriptionAct
from domain.acts.tenders import TenderAct
from domain.acts.timekeeping import TimekeepingAct
from domain.acts.together import TogetherAct
from domain.acts.trigger_checks import TriggerCheckAct
from domain.acts.undertakings import UndertakingAct
from domain.acts.verifications import VerificationAct
from domain.decider import Decision, Load, Plan, Refused
from domain.duties import authorise
from domain.terms import Actor, Role, beijing_day
from domain.texts import improper, unnumbered

Act: TypeAlias = (
    ClosingAct
    | DeferralAct
    | IntakeAct
    | DecidingAct
    | ProcedureAct
    | RemarksAct
    | GapsAct
    | PledgeAct
    | PolicyAct
    | CreditAct
    | MeasureAct
    | IntermediaryAct
    | FilingAct
    | LinkageAct
    | RevocationAct
    | EndingAct
    | LicenceAct
    | SealingAct
    | InspectionAct
    | JointDrawAct
    | TriggerCheckAct
    | AfterwardsAct
    | PublicValueAct
    | EscrowAct
    | CheckAct
    | CheckResultAct
    | FollowUpAct
    | RegisterAct
    | ImportAct
    | RiskAct
    | RollAct
    | OversightAct
    | MonitoringAct
    | PublicationAct
    | ComplaintAct
    | ServiceAct
    | HearingAct
    | JointAct
    | VerificationAct
    | ForwardingAct
    | ProceedingAct
    | PackageAct
    | AttestationAct
    | CatalogueAct
    | ListAct
    | ExemptionAct
    | AreaAct
    | MaterialAct
    | DocumentAct
    | TimekeepingAct
    | RelianceAct
    | SimulationAct
    | CompositeAct
    | UndertakingAct
    | AssistanceAct
    | OutletAct
    | PrereviewAct
    | ObservationAct
    | TenderAct
    | TogetherAct
    | SubscriptionAct
    | AnnualAct
    | FrequencyAct
)


def handle(act: Act, actor: Actor, at: datetime, load: Load) -> Decision:
    """办理一件事：先核岗，再依法决定。``at`` is aware; ``load`` reads one stream's state."""
    person = authorise(type(act).__name__, actor, beijing_day(at), load)
    if isinstance(person, Refused):
        return person
    by_hand = actor.role not in {Role.SYSTEM, Role.ARCHIVE}
    if by_hand and (fault := improper(act)) is not None:
        return fault
    decision = HANDLERS[type(act)](act, Desk(actor, person, at, load))
    if by_hand and isinstance(decision, Plan) and decision.writes:
        return unnumbered(act) or decision
    return decision
