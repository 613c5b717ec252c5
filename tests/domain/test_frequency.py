"""年度检查次数：一项任务记一次，日子可以更正（国办发〔2024〕54号）。"""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from domain import frequency
from domain.frequency import Corrected, Count
from tests.domain.case_file import case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws
from tests.yearly import counted

given = case_files(frequency.AGGREGATE, frequency.decide)


def test_counting_obeys_the_laws_of_deciders() -> None:
    """重复记入无事可办；两次记入同一任务、更正没有的任务，都是不可能的历史。"""
    first = counted()
    check_decider_laws(frequency.AGGREGATE, frequency.decide, anything(Count), [(), (first,)])
    same = Count(replace(first, nth=0, visits_of_year=0))
    given().when(same).then(first)
    given(first).when(same).then()
    check_decider_laws(frequency.AGGREGATE, frequency.decide, st.just(same), [(), (first,)])
    check_impossible(
        frequency.AGGREGATE, [(), (first,)], [first, Corrected("别的", date(2026, 4, 9))]
    )
