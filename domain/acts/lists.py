"""清单的办理：公布一张清单的新版本，公布中介服务事项清单、随机抽查事项清单。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import lists
from domain.acts.base import Desk, handles, write
from domain.acts.listed import LIST
from domain.decider import Decision
from domain.lists import CheckMatter, ListEntry, ListKind, Service


@dataclass(frozen=True, slots=True)
class PublishList:
    """公布清单的新版本；版本号由账本排定。"""

    kind: ListKind
    effective_from: date
    document_no: str
    legal_basis: tuple[str, ...]
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class PublishServices:
    """公布中介服务事项清单的新版本。"""

    effective_from: date
    document_no: str
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class PublishMatters:
    """公布本部门随机抽查事项清单的新版本（表 F1）。"""

    effective_from: date
    document_no: str
    matters: tuple[CheckMatter, ...]


ListAct: TypeAlias = PublishList | PublishServices | PublishMatters


# -- handlers


@handles(PublishList)
def publish_list(act: PublishList, desk: Desk) -> Decision:
    """公布清单。"""
    fact = lists.VersionPublished(
        kind=act.kind,
        version=0,
        effective_from=act.effective_from,
        document_no=act.document_no,
        legal_basis=act.legal_basis,
        entries=act.entries,
        handler=desk.handler,
    )
    return _publish(str(act.kind), fact, desk)


@handles(PublishServices)
def publish_services(act: PublishServices, desk: Desk) -> Decision:
    """公布中介服务事项清单。"""
    fact = lists.ServicesPublished(
        version=0,
        effective_from=act.effective_from,
        document_no=act.document_no,
        services=act.services,
        handler=desk.handler,
    )
    return _publish(lists.SERVICES, fact, desk)


@handles(PublishMatters)
def publish_matters(act: PublishMatters, desk: Desk) -> Decision:
    """公布随机抽查事项清单；各部门公布各自的。"""
    fact = lists.MattersPublished(
        department=desk.actor.organ,
        version=0,
        effective_from=act.effective_from,
        document_no=act.document_no,
        matters=act.matters,
        handler=desk.handler,
    )
    return _publish(lists.matters_identity(desk.actor.organ), fact, desk)


def _publish(identity: str, fact: lists.Version, desk: Desk) -> Decision:
    answer = lists.decide(desk.load(LIST, identity), lists.Publish(fact, desk.today))
    return write(LIST, identity, identity, answer)
