"""封存份额的托管：决定者的共同规矩，不可能的历史。"""

from datetime import date

from hypothesis import strategies as st

from domain import escrow, inspection_plan
from domain.escrow import PieceOpened
from domain.inspection_plan import plan_of
from domain.terms import PersonId
from tests.domain.case_file import at, check_impossible
from tests.domain.hall import BUREAU
from tests.domain.laws import check_decider_laws
from tests.rules.draws import NO
from tests.rules.test_escrow import DAY, KEEPERS, PIECES, TOLD, drawn


def test_escrow_obeys_the_laws_of_deciders() -> None:
    """托管守共同规矩；托管两次、没有托管先收妥、没有收妥先开启，都是不可能的历史。"""
    new = drawn()
    life = new.streams[f"escrow/{NO}"]
    plan = plan_of(new.load(inspection_plan.AGGREGATE, NO))
    assert plan is not None
    person, before, day = PersonId("P"), at(DAY), date(2026, 10, 31)
    commands: list[escrow.Command] = [
        escrow.Deposit(plan, told, person, before) for told in (TOLD, TOLD[::-1], TOLD[:1])
    ]
    for keeper in (*KEEPERS, BUREAU):
        commands += [escrow.Confirm(plan, keeper, told, person, before) for told in TOLD]
        commands += [escrow.Open(NO, plan, keeper, one.text, person, day) for one in PIECES]
    check_decider_laws(
        escrow.AGGREGATE, escrow.decide, st.sampled_from(commands), [(), life[:3], life]
    )
    opened = PieceOpened(KEEPERS[0], PIECES[0].text, day, person)
    check_impossible(
        escrow.AGGREGATE, [(), life[:3], life, (*life, opened)], [*life, opened, life[0]]
    )
