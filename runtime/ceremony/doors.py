"""`draw` 的各步：plan、freeze、commit、reveal、public、share、annul；每一步之后说出下一步。"""

import argparse
import json
import re
from pathlib import Path
from typing import Final

from rich.console import Console

from domain import inspection_plan as plans
from domain.acts.inspections import (
    AnnulPlan,
    CommitShare,
    DrawSealed,
    FixPublicValue,
    OpenSealedShare,
    RegisterPlan,
    RevealShare,
)
from domain.decider import Refused
from domain.inspection_plan import PlanRegistered, plan_number
from domain.refusals import Refusal
from domain.terms import HashName, Mode, OfficerId, Organ
from ledger.failpoints import arm
from runtime import case_file, settings
from runtime.acts import told as answers
from runtime.acts.perform import Answer
from runtime.ceremony import plan_file, steps
from runtime.ceremony.desk import Desk
from runtime.ceremony.room import Room
from runtime.ceremony.shares import Safe, Share, sealed_of
from runtime.exits import Exit, Stop
from runtime.hall import open_hall
from runtime.messages import say
from runtime.settings import Settings
from runtime.words import organ, term, told

PATIENCE: Final = 60.0  # seconds the machine may take to freeze the lists
_SOME: Final = "0" * 64  # a commitment that nobody made, to ask whether one would be taken
_PLAN_NO: Final = re.compile(r"[0-9]{1,6}")


def run(arguments: argparse.Namespace) -> int:
    """退出码：0 已办 · 1 用法，或文件写得不对 · 2 不予办理 · 3 份额或账本有疑 · 5 等不到、数据库不可用。"""
    chosen = settings.existing(*settings.choose_folder("draw", arguments.data))
    with open_hall(chosen) as hall:
        mode = hall.ledger.frame.mode
        if arguments.at is not None:
            if mode is not Mode.DEMO:
                raise Stop(Exit.REFUSED, "act.at_formal")
            hall.until(arguments.at)
        arm(mode)
        door = Door(Desk(hall), chosen, arguments)
        code: int = getattr(door, arguments.action)()
        return code


def _ask(question: str) -> str:
    print(question, end="", flush=True)
    return input()


def number(text: str) -> str:
    """计划编号；``1`` 就是 ``000001``。Raises :class:`Stop` ``draw.plan_number``."""
    if not _PLAN_NO.fullmatch(text):
        raise Stop(Exit.USAGE, "draw.plan_number", what=text)
    return plan_number(int(text))


class Door:
    """一条命令：账本、参数，与怎样说。"""

    def __init__(self, desk: Desk, chosen: Settings, arguments: argparse.Namespace) -> None:
        self.desk, self.chosen, self.arguments = desk, chosen, arguments
        self.console = case_file.paper(Console())

    # -- plan, freeze

    def plan(self) -> int:
        """登记一份计划，或者看一份计划到了哪一步。"""
        if self.arguments.show:
            return self._show(number(self._what("plan --show")))
        path = Path(self._what("plan"))
        ledger, account = self.desk.hall.ledger, self.arguments.officer
        named = self.desk.actor(RegisterPlan, account).organ if account else None
        read = plan_file.read(path, named, strict=ledger.frame.mode is not Mode.DEMO)
        actor = self.desk.actor(RegisterPlan, account, read.act.department)
        safe = self._safe(read.act.department)
        seal = (lambda: safe.seal(read.act.hash).commitment) if read.sealed else None
        plan_no, answer = self.desk.register(read.act, actor, seal)
        self._say(answer)
        if answer.code is not None:
            return Exit.REFUSED
        if not self.arguments.json:
            print(say("draw.plan_no", plan_no=plan_no))
            if seal:
                print(say("draw.sealed_in", folder=safe.folder))
        return self._next(plan_no)

    def freeze(self) -> int:
        """等机器冻结名单，印出两个树根与户数、人数。"""
        plan_no = number(self._what("freeze"))
        self.await_event(plan_no, plans.ListsFrozen)
        return self._show(plan_no)

    def await_event(self, plan_no: str, kind: type[plans.ListsFrozen]) -> None:
        """等机器办完。Raises :class:`Stop` ``draw.waiting``, or why it will never come."""
        self.desk.plan(plan_no)

        def done() -> bool:
            known = steps.read(self.desk.facts(plan_no))
            over = known.of(plans.PlanAnnulled) or known.of(plans.PlanVoided)
            if known.of(kind) is None and over:
                refused = plans.standing(self.desk.state(plan_no))
                raise Stop(Exit.REFUSED, str(refused.code), **refused.facts)
            return known.of(kind) is not None

        seconds = PATIENCE if self.arguments.wait is None else float(self.arguments.wait)
        try:
            self.desk.hall.wait(done, "", seconds)
        except Stop as stop:
            if stop.code != "demo_waiting":
                raise
            facts = {"plan_no": plan_no, "seconds": round(seconds)}
            raise Stop(Exit.DEPENDENCY, "draw.waiting", **facts) from None

    def run(self) -> int:
        """当众的一场；``--ceremony`` 各家当场承诺、揭示，否则只看。"""
        wait = PATIENCE if self.arguments.wait is None else float(self.arguments.wait)
        plan_no, by_hand = number(self._what("run")), self.arguments.ceremony
        room = Room(
            self.desk, self.chosen, plan_no, self.console, _ask, by_hand, wait, self.arguments.value
        )
        try:
            return room.run()
        except (KeyboardInterrupt, EOFError):
            print("\n" + say("draw.room.interrupted", plan_no=plan_no))
            return Exit.DONE

    # -- commit, reveal, public

    def commit(self) -> int:
        """取 32 个随机字节，先存进本部门的私有文件夹，再把承诺交进账本。"""
        plan_no, office = number(self._what("commit")), self._office()
        actor = self.desk.actor(CommitShare, self.arguments.officer, office)
        share = self._kept(plan_no, office, self.desk.plan(plan_no).hash)
        return self._done(plan_no, self.desk.do(CommitShare(plan_no, share.commitment), actor))

    def _kept(self, plan_no: str, office: str, name: HashName) -> Share:
        """Only what the ledger would take is kept: not of a stranger, not a second one, not too late."""
        safe = self._safe(office)
        known = safe.find(plan_no)
        promised, now = known.commitment if known else _SOME, self.desk.hall.clock.now()
        probe = plans.Commit(Organ(office), promised, now)
        refused = plans.decide(self.desk.state(plan_no), probe)
        if isinstance(refused, Refused):
            raise Stop(Exit.REFUSED, str(refused.code), **told(refused.facts))
        return safe.keep(plan_no, name, self._brought())

    def _brought(self) -> str | None:
        """A share that the office brings along, in a file: never on the command line."""
        if self.arguments.share_file is None:
            return None
        path = Path(self.arguments.share_file)
        if not path.is_file():
            raise Stop(Exit.USAGE, "act.file", file=path)
        return path.read_text("utf-8", errors="replace").strip()

    def reveal(self) -> int:
        """揭示承诺过的那一份。"""
        plan_no, office = number(self._what("reveal")), self._office()
        actor = self.desk.actor(RevealShare, self.arguments.officer, office)
        share, safe = self._brought(), self._safe(office)
        if share is None:
            known = safe.find(plan_no)
            if known is None:
                facts = {"office": organ(office), "folder": safe.folder}
                raise Stop(Exit.REFUSED, "draw.no_share", plan_no=plan_no, **facts)
            share = known.share
        return self._done(plan_no, self.desk.do(RevealShare(plan_no, share), actor))

    def public(self) -> int:
        """记入公开值，由抽取人或者见证人。"""
        plan_no = number(self._what("public"))
        if not self.arguments.value:
            raise Stop(Exit.USAGE, "draw.no_value")
        runner = self.desk.plan(plan_no).runner
        actor = self.desk.actor(FixPublicValue, self.arguments.officer, None, runner)
        return self._done(
            plan_no, self.desk.do(FixPublicValue(plan_no, self.arguments.value), actor)
        )

    # -- the sealed share

    def share(self) -> int:
        """封存份额：seal 造一份，draw 凭它抽取，open 到期开启。"""
        what = list(self.arguments.what)
        match what:
            case ["seal"]:
                return self._seal()
            case ["draw", plan_no]:
                return self._share_draw(number(plan_no))
            case ["open", plan_no]:
                return self._share_open(number(plan_no))
            case _:
                raise Stop(Exit.USAGE, "draw.share_usage")

    def _seal(self) -> int:
        safe = self._safe(self._office())
        share = safe.seal(HashName.SHA256)
        if self.arguments.json:
            print(json.dumps({"commitment": share.commitment, "folder": str(safe.folder)}))
        else:
            print(say("draw.sealed_share", commitment=share.commitment, folder=safe.folder))
        return Exit.DONE

    def _share_draw(self, plan_no: str) -> int:
        plan = self.desk.plan(plan_no)
        actor = self.desk.actor(DrawSealed, self.arguments.officer, plan.department, plan.runner)
        act = DrawSealed(plan_no, self._sealed_share(plan))
        return self._done(plan_no, self.desk.do(act, actor))

    def _share_open(self, plan_no: str) -> int:
        plan = self.desk.plan(plan_no)
        actor = self.desk.actor(OpenSealedShare, self.arguments.officer, plan.department)
        act = OpenSealedShare(plan_no, self._sealed_share(plan))
        return self._done(plan_no, self.desk.do(act, actor))

    def _sealed_share(self, plan: PlanRegistered) -> str:
        """The one that was brought, else the one in the department's safe."""
        if (brought := self._brought()) is not None:
            return brought
        if plan.sealed_share_commitment is None:
            raise Stop(Exit.REFUSED, str(Refusal.PLAN_NOT_SEALED))
        return sealed_of(self.chosen, self.desk.hall.ledger.frame.origin, plan).share

    # -- annul

    def annul(self) -> int:
        """公开作废，须写明理由，另一人同意。"""
        plan_no = number(self._what("annul"))
        if not (self.arguments.reason and self.arguments.second):
            raise Stop(Exit.USAGE, "draw.annul_usage")
        department = self.desk.plan(plan_no).department
        actor = self.desk.actor(AnnulPlan, self.arguments.officer, department)
        act = AnnulPlan(plan_no, self.arguments.reason, OfficerId(self.arguments.second))
        return self._done(plan_no, self.desk.do(act, actor))

    # -- how it is said

    def _what(self, action: str) -> str:
        if len(self.arguments.what) != 1:
            raise Stop(Exit.USAGE, "draw.what_missing", action=action)
        return str(self.arguments.what[0])

    def _office(self) -> str:
        if not self.arguments.office:
            raise Stop(Exit.USAGE, "draw.no_office", action=self.arguments.action)
        return str(self.arguments.office)

    def _safe(self, office: str) -> Safe:
        return Safe.of(self.chosen, self.desk.hall.ledger.frame.origin, office)

    def _done(self, plan_no: str, answer: Answer) -> int:
        self._say(answer)
        if answer.code is not None:
            return Exit.REFUSED
        return self._next(plan_no)

    def _say(self, answer: Answer) -> None:
        if self.arguments.json:
            print(json.dumps(answers.to_json(answer), ensure_ascii=False), flush=True)
        elif answer.outcome is not None and answer.outcome.repeated:
            first, last = answer.outcome.first, answer.outcome.last
            what = term("act", type(answer.order.act).__name__)
            print(say("draw.repeated", what=what, first=first, last=last), flush=True)
        else:
            print("\n".join(answers.lines(answer)), flush=True)

    def _next(self, plan_no: str) -> int:
        if not self.arguments.json:
            known, now = steps.read(self.desk.facts(plan_no)), self.desk.hall.clock.now()
            for line in steps.hints(known, plan_no, now):
                print(line.plain)
        return Exit.DONE

    def _show(self, plan_no: str) -> int:
        known, now = steps.read(self.desk.facts(plan_no)), self.desk.hall.clock.now()
        if self.arguments.json:
            print(json.dumps(steps.to_json(known, plan_no, now), ensure_ascii=False))
        else:
            self.console.print(steps.shown(known, plan_no, now), highlight=False)
        return Exit.DONE
