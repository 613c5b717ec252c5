"""全体监管消费者的共同规矩：机器只提出，不决定；重放得同样的命令。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers import ALL
from domain.duties import DUTIES
from domain.terms import Role
from followers.supervisor import Supervisor, command_id
from runtime.scenarios.book import Notes
from schemas.registry import EVENT_NAMES
from tests.deliveries import played, story

STORY = story().kept
# What only a person may do (G10): none of it may ever come from a consumer.
DECIDING = frozenset({"Approve", "Reject", "Decline", "ConfirmBreach", "Revoke", "WithdrawLicence"})
each = pytest.mark.parametrize("supervisor", ALL, ids=lambda supervisor: supervisor.name)


@each
def test_machine_proposes_only_what_the_duties_allow(supervisor: Supervisor) -> None:
    """每道命令都是权限表许给机器的，且以机器的身份提出。"""
    for command in played(supervisor, STORY):
        act = type(command.act).__name__
        assert command.actor.role is Role.SYSTEM
        assert Role.SYSTEM in DUTIES[act].roles
        assert act not in DECIDING


def test_duties_keep_deciding_acts_from_the_machine() -> None:
    """准予、不予、确认、撤销、撤回，权限表不许机器办。"""
    for act in DECIDING:
        assert Role.SYSTEM not in DUTIES[act].roles


@each
@given(cut=st.integers(0, len(STORY)))
def test_stopping_changes_nothing(supervisor: Supervisor, cut: int) -> None:
    """中途停下再接着读，提出的命令与编号完全一样。"""
    rows = Notes()
    split = played(supervisor, STORY[:cut], rows) + played(supervisor, STORY[cut:], rows)
    assert split == played(supervisor, STORY)


@each
def test_command_ids_never_collide(supervisor: Supervisor) -> None:
    """同一件事引出的各道命令，编号各不相同。"""
    for delivered in STORY:
        commands = played(supervisor, [delivered])
        ids = {command_id(supervisor.name, delivered.name, one.purpose) for one in commands}
        assert len(ids) == len(commands)


def test_consumers_read_only_known_events() -> None:
    """只读登记在册的事件，名称互不相同。"""
    assert len({supervisor.name for supervisor in ALL}) == len(ALL)
    for supervisor in ALL:
        assert supervisor.reads <= set(EVENT_NAMES)
