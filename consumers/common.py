"""各监管消费者共用的小件：机器以何身份提出命令，证据怎么写。"""

from domain.terms import Actor, Evidence, OfficerId, Organ, Role, Sha256
from followers.delivered import Delivered

MACHINE: Organ = Organ("SYSTEM")  # 机器不代表任何机关


def machine(name: str) -> Actor:
    """机器的身份：只能提出、记录和提醒，不能决定。"""
    return Actor(OfficerId(f"system.{name}"), Role.SYSTEM, MACHINE, MACHINE)


def evidence(delivered: Delivered) -> Evidence:
    """以账上的一件事为证据：事件编号与它的叶杂凑，外人可以核对。"""
    return Evidence(delivered.entry.event_id, Sha256(delivered.entry.leaf_hash.hex()))
