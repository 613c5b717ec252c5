"""承诺办法的公布；随附的各地办法从数据文件读出。"""

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from domain import policy
from domain.acts.base import Desk, handles, write
from domain.decider import Decision
from domain.policy import Handling, Path, Trigger


@dataclass(frozen=True, slots=True)
class PublishPolicy:
    """公布一个承诺办法的新版本；版本号由账本排定。"""

    policy_id: str
    effective_from: date
    name: str
    jurisdiction: str
    source: str
    handlings: tuple[Handling, ...]


PolicyAct: TypeAlias = PublishPolicy


def policies(text: str) -> tuple[PublishPolicy, ...]:
    """读 ``domain/data/policies.toml`` 的正文，得各承诺办法的公布；没有写的后果即没有。"""
    return tuple(
        PublishPolicy(
            policy_id=one["id"],
            effective_from=one["effective_from"],
            name=one["name"],
            jurisdiction=one["jurisdiction"],
            source=one["source"],
            handlings=tuple(_handling(trigger, one[trigger.lower()]) for trigger in Trigger),
        )
        for one in tomllib.loads(text)["policy"]
    )


def _handling(trigger: Trigger, entry: dict[str, Any]) -> Handling:
    return Handling(
        trigger,
        Path(entry["path"]),
        terminate=entry.get("terminate", False),
        credit_record=entry.get("credit_record", False),
        no_more_commitments=entry.get("no_more_commitments", False),
        penalty=entry.get("penalty", False),
    )


# -- handlers


@handles(PublishPolicy)
def publish_policy(act: PublishPolicy, desk: Desk) -> Decision:
    """公布承诺办法版本。"""
    fact = policy.PolicyPublished(
        version=0,
        effective_from=act.effective_from,
        name=act.name,
        jurisdiction=act.jurisdiction,
        source=act.source,
        handlings=act.handlings,
    )
    known = desk.load(policy.AGGREGATE, act.policy_id)
    outcome = policy.decide(known, policy.Publish(fact, desk.today))
    return write(policy.AGGREGATE, act.policy_id, act.policy_id, outcome)
