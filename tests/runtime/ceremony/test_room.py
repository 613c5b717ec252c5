"""当众的一场：照着问的走到抽定，各家的承诺当场看得见；断在哪里都接着办；办不成的说明。"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest

from domain import inspection_plan as plans
from domain.terms import BEIJING, HashName
from runtime import cli
from runtime import settings as settings_module
from runtime.ceremony import doors
from runtime.ceremony.shares import Safe
from runtime.commands import draw
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from tests.runtime.ceremony import stage
from tests.runtime.ceremony.stage import OFFICES, PLAN
from tests.runtime.conftest import NewLedger

pytestmark = pytest.mark.integration

Play = Callable[..., str]
_NUMBERS = count()
VALUE = "02.09.17.21.26.33+08"


class Interrupted:
    """在场的人：照答，到第几问为止；再问就断。``how``: Ctrl-C，或者没有人在。"""

    def __init__(self, answers: int, how: type[BaseException] = KeyboardInterrupt) -> None:
        self.questions: list[str] = []
        self._left, self._how = answers, how

    def __call__(self, question: str) -> str:
        if self._left == 0:
            raise self._how
        self._left -= 1
        self.questions.append(question)
        return VALUE if "公开值（" in question else ""


@pytest.fixture(scope="module")
def town(new_ledger: NewLedger) -> Iterator[Settings]:
    """一本账，机器在跑。"""
    chosen = stage.town(new_ledger)
    with stage.machine(chosen):
        yield chosen


@pytest.fixture
def plan_no(town: Settings) -> str:
    """一份新计划，公开值在账上此刻的一小时之后产生。"""
    with stage.desk(town) as desk:
        at = (desk.hall.clock.now() + timedelta(hours=1)).astimezone(BEIJING)
        text = PLAN.replace("2026-04-02T21:30:00", f"{at:%Y-%m-%dT%H:%M:%S}")
        return stage.registered(desk, next(_NUMBERS), text)


@pytest.fixture
def play(
    town: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Play:
    """办一场，得印出来的。"""
    monkeypatch.setattr(settings_module, "existing", lambda *_: town)

    def played(people: Interrupted, *argv: str) -> str:
        monkeypatch.setattr(doors, "_ask", people)
        capsys.readouterr()
        assert draw.run(cli.parse(["draw", "run", *argv]), None) == Exit.DONE
        return capsys.readouterr().out

    return played


def counted(town: Settings, plan_no: str, kind: type[plans.PlanEvent]) -> int:
    """这一种记了几件。"""
    with stage.desk(town) as desk:
        return sum(isinstance(fact.event, kind) for fact in desk.facts(plan_no))


def test_a_ceremony_goes_from_the_lists_to_the_result(
    play: Play, plan_no: str, town: Settings
) -> None:
    """三家依次承诺、依次揭示，公开值到时，抽定：每一个散列当场看得见，问的次序就是办的次序。"""
    people = Interrupted(99)
    said = play(people, plan_no, "--ceremony")
    assert len(people.questions) == 2 * len(OFFICES) + 2
    assert "公开值" in people.questions[-1]
    squeezed = "".join(said.split())
    with stage.desk(town) as desk:
        for fact in desk.facts(plan_no):
            match fact.event:
                case plans.ShareCommitted(commitment=shown) | plans.ShareRevealed(share=shown):
                    assert shown in squeezed
                case plans.ListsFrozen(object_root=shown) | plans.Drawn(seed=shown):
                    assert shown in squeezed
                case _:
                    continue
    assert "抽中的对象" in said
    assert "P-" not in said.partition("抽中的对象")[2]  # who goes there is not for the room
    assert f"draw publish {plan_no}" in said
    again = Interrupted(0)
    assert "抽中的对象" in play(again, plan_no, "--ceremony")
    assert counted(town, plan_no, plans.Drawn) == 1


def test_of_a_sealed_draw_the_room_sees_the_numbers_only(play: Play, town: Settings) -> None:
    """封存方式：抽取人凭封存份额抽；在场的人只看到户数，种子与抽中了谁都不说。"""
    with stage.desk(town) as desk:
        at = (desk.hall.clock.now() + timedelta(hours=1)).astimezone(BEIJING)
        text = PLAN.replace("2026-04-02T21:30:00", f"{at:%Y-%m-%dT%H:%M:%S}")
        safe = Safe.of(town, desk.hall.ledger.frame.origin, stage.MARKET)
        promised = safe.seal(HashName.SHA256).commitment
        plan_no = stage.registered(desk, next(_NUMBERS), text, promised)
    said = play(Interrupted(99), plan_no, "--ceremony")
    with stage.desk(town) as desk:
        (drawn,) = [
            fact.event for fact in desk.facts(plan_no) if isinstance(fact.event, plans.Drawn)
        ]
    assert f"抽中 {len(drawn.drawn)} 户" in said
    assert drawn.seed not in said
    assert not any(one.ticket[:16] in said or one.subject in said for one in drawn.drawn)
    assert f"draw share open {plan_no}" in said


@pytest.mark.parametrize(("answers", "how"), [(0, KeyboardInterrupt), (2, EOFError), (4, EOFError)])
def test_interrupted_it_goes_on_where_it_was(
    play: Play, plan_no: str, town: Settings, answers: int, how: type[BaseException]
) -> None:
    """断在承诺之间、揭示之间：说明怎样接着办；再来只问余下的，每家还是一次、一份。"""
    first = Interrupted(answers, how)
    said = play(first, plan_no, "--ceremony")
    assert f"./shenguan draw run {plan_no} --ceremony" in said
    assert len(first.questions) == answers
    rest = Interrupted(99)
    play(rest, plan_no, "--ceremony", "--value", VALUE)
    assert len(rest.questions) == 2 * len(OFFICES) + 1 - answers
    for kind, times in ((plans.ShareCommitted, 3), (plans.ShareRevealed, 3), (plans.Drawn, 1)):
        assert counted(town, plan_no, kind) == times


def test_a_plan_that_nobody_committed_to_cannot_be_drawn(
    play: Play, plan_no: str, town: Settings
) -> None:
    """公开值产生之时已到而没有承诺：不再收，说明是哪几家，只有作废；作废了的说已作废。"""
    with stage.desk(town) as desk:
        desk.hall.until(desk.plan(plan_no).public_value_at)
    people = Interrupted(99)
    with pytest.raises(Stop) as stop:
        play(people, plan_no, "--ceremony")
    assert (stop.value.code, stop.value.exit_code) == ("draw.no_commitments", Exit.REFUSED)
    assert OFFICES[1] in stop.value.facts["offices"]
    assert people.questions == []
    annul = ["draw", "annul", plan_no, "--reason", "没有承诺", "--second", "J01"]
    assert draw.run(cli.parse([*annul, "--officer", "S02"]), None) == Exit.DONE
    with pytest.raises(Stop) as over:
        play(people, plan_no)
    assert over.value.code == "plan.annulled"
