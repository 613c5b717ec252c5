"""命令 material 与 document：在一本真的账上，从收件到决定书送达。"""

import hashlib
import io
import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from domain import material
from domain.acts.deciding import Approve, Review
from domain.acts.documents import DispatchDocument
from domain.acts.hearings import AnnounceHearing, NotifyParty, TellHearingRight
from domain.acts.intake import Accept, Receive
from domain.case import ReviewOpinion
from domain.document import DocumentKind
from domain.hearing import HearingGround
from domain.terms import (
    CaseKind,
    CaseNo,
    Channel,
    HashName,
    ItemCode,
    LicenceNo,
    Material,
    Mode,
    PersonId,
    Sha256,
    SubjectId,
)
from followers.delivered import Delivered
from followers.storage import connect, create_cursor
from followers.tables import Table
from ledger.application import Ledger
from ledger.founding import establish, publish
from projections import case_timeline, document_register, officer_register
from runtime import cli
from runtime.commands import document as document_command
from runtime.commands import material as material_command
from runtime.documents import issue as issuing
from runtime.documents.seal import SealedPdf, choose
from runtime.documents.source import told
from runtime.exits import Exit, Stop
from runtime.founding import found, scenario, subjects
from runtime.hall import Hall, beijing, open_hall
from runtime.materials.choose import store
from runtime.settings import Settings
from runtime.story import CLERK, DECIDER, REVIEWER
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase
from tests.deliveries import folded
from tests.runtime.papers.sheets import text_of

pytestmark = pytest.mark.integration

CASE: Final = CaseNo("2026-000001")
OTHER: Final = CaseNo("2026-000002")
HEARD: Final = CaseNo("2026-000003")
FORM: Final = "申请书：本店申请食品经营许可。\n".encode()
HERO: Final = SubjectId("S-0001")
VIEWS: Final = (case_timeline.PROJECTION, document_register.PROJECTION, officer_register.PROJECTION)
Ask = Callable[..., dict[str, Any]]
STREAMS: Final = (
    f"case/{CASE}",
    f"material/{CASE}",
    f"document/{CASE}.acceptance",
    f"document/{CASE}.approval",
    f"seal/{CASE}.acceptance",
    f"seal/{CASE}.approval",
    f"case/{HEARD}",
    f"hearing/{HEARD}",
    "officer/L01",
)


def receive(case_no: CaseNo, *materials: Material) -> Receive:
    """主角的一件申请。"""
    item = ItemCode("SP-FOOD-001")
    return Receive(case_no, item, Channel.COUNTER, HERO, materials, f"SJ-{case_no}")


@pytest.fixture(scope="module")
def settings(new_database: NewDatabase) -> Settings:
    """一本演练账：家底已登记，一件已准予，另一件刚收下；视图还是空的。"""
    chosen = new_database()
    establish(chosen, "demo", Mode.DEMO, HashName.SHA256, DEFAULT_PARTITIONS)
    with Ledger.open(chosen) as ledger:
        publish(ledger)
    with open_hall(chosen) as hall:
        hall.clock.advance(beijing("2026-03-02 08:30"))
        found(hall)
        _decided(hall)
    show(chosen)
    return chosen


def _decided(hall: Hall) -> None:
    digest = Sha256(hashlib.sha256(FORM).hexdigest())
    hall.clock.advance(beijing("2026-03-02 09:00"))
    hall.do("receive", receive(CASE, Material("申请书", digest)), CLERK)
    hall.do("receive other", receive(OTHER), CLERK)
    hall.do("receive heard", receive(HEARD), CLERK)
    hall.do("accept", Accept(CASE, CaseKind.PLEDGED_TIME, "SL-2026-0001"), CLERK)


def decide(chosen: Settings) -> None:
    """审核、准予。"""
    with open_hall(chosen) as hall:
        hall.do("review", Review(CASE, ReviewOpinion.APPROVE, "材料齐全"), REVIEWER)
        hall.do("approve", Approve(CASE, "准字〔2026〕1号", LicenceNo("JY-1")), DECIDER)


def show(chosen: Settings) -> None:
    """照账本填好时间线与文书登记簿：没有跟随者在跑。"""
    with Ledger.open(chosen) as ledger:
        facts = [fact for stream in STREAMS for fact in ledger.events(stream)]
    kept = [Delivered(one.entry, one.meta, one.event) for one in facts if one.entry]
    kept.sort(key=lambda one: one.position)
    with closing(connect(chosen.dsn("shenguan_follow"))) as conn:
        for view in VIEWS:
            cursor = create_cursor(conn, view.name, "projection", view.version)
            table = Table(view, cursor.generation)
            conn.execute(f"DROP TABLE IF EXISTS projection.{view.name}_g{cursor.generation}")
            table.create(conn)
            table.save(conn, folded(view, kept))


@pytest.fixture
def ask(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Ask:
    """办一个命令，取其 JSON 答复。"""

    def run(*argv: object) -> dict[str, Any]:
        arguments = cli.parse([*map(str, argv), "--json"])
        command = material_command if argv[0] == "material" else document_command
        assert command.run(arguments, settings) == Exit.DONE
        answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return answer

    return run


def refused(settings: Settings, *argv: object) -> str:
    """办不成的命令，说的是哪个代码。"""
    arguments = cli.parse([*map(str, argv)])
    command = material_command if argv[0] == "material" else document_command
    with pytest.raises(Stop) as stopped:
        command.run(arguments, settings)
    return stopped.value.code


def test_from_the_first_material_to_the_delivered_decision(
    settings: Settings, ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """存入、换版、复用、取回；受理通知书与决定书出具用印；寄出、送达，办件的送达随之记下。"""
    form, plan, better = (tmp_path / name for name in ("form", "plan", "better"))
    form.write_bytes(FORM)
    picture = io.BytesIO()
    Image.new("RGB", (2000, 10)).save(picture, "PNG")
    plan.write_bytes(picture.getvalue())
    better.write_text("平面图，比例尺一比一百")
    added = ask("material", "add", CASE, form, "--name", "申请书")
    assert (added["outcome"], added["stored"]) == ("RECORDED", True)
    assert ask("material", "add", CASE, form, "--name", "申请书")["outcome"] == "NOTHING"
    ask("material", "add", CASE, plan, "--name", "平面图")
    assert refused(settings, "material", "add", CASE, better, "--name", "平面图") == "material.held"
    replaced = ("--name", "平面图", "--replace", "缺比例尺")
    ask("material", "add", CASE, better, *replaced)
    assert ask("material", "reuse", OTHER, "平面图", "--source", CASE)["stored"] is False
    decide(settings)
    listed = ask("material", "list", CASE)
    assert [one["step"] for one in listed["seen"]] == ["REVIEW", "APPROVAL"]
    assert len(listed["materials"]["平面图"]) == 2
    _taken_back(settings, tmp_path, plan.read_bytes())
    _papers_leave(settings, ask, tmp_path)
    capsys.readouterr()
    rows = document_command.run(cli.parse(["document", "list", CASE, "--json"]), settings)
    assert rows == Exit.DONE
    states = {row["key"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert states == {f"{CASE}.acceptance": "SEALED", f"{CASE}.approval": "SERVED"}


def _papers_leave(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """出具、用印、寄出、送达。"""
    show(settings)
    out = tmp_path / "draft.pdf"
    assert ask("document", CASE, "受理通知书", "--out", out)["sha256"] is None
    assert "草稿" in text_of(out.read_bytes())
    issued = ask("document", CASE, "acceptance", "--issue")
    assert issued["sealed_sha256"] not in {None, issued["sha256"]}
    assert ask("document", CASE, "acceptance", "--issue") == issued
    nowhere = tmp_path / "none" / "paper.pdf"
    code = refused(settings, "document", CASE, "approval", "--issue", "--out", nowhere)
    assert code == "export.folder"
    assert ask("document", CASE, "approval")["sha256"] is None  # refused before it was issued
    paper = tmp_path / "paper.pdf"
    ask("document", CASE, "approval", "--issue", "--out", paper)
    shown = text_of(paper.read_bytes())
    assert "准予行政许可决定书" in shown
    assert "准字〔2026〕1号" in shown
    number = f"{CASE}.approval"
    ask("document", "send", number, "--carrier", "中国邮政", "--tracking", "EA-1")
    ask("document", "deliver", number, "--method", "post", "--proof", "EA-1")
    with Ledger.open(settings) as ledger:
        delivered = ledger.events(f"case/{CASE}")[-1]
    assert delivered.entry is not None
    assert delivered.entry.name == "case.delivered.v1"
    show(settings)


def _taken_back(settings: Settings, tmp_path: Path, first: bytes) -> None:
    """取回第一版，一字不差；已有的文件不覆盖；预览成图。"""
    out, small = tmp_path / "out", tmp_path / "small.png"
    wanted = ("material", "get", CASE, "平面图", "--version", "1")
    arguments = cli.parse([*wanted, "--out", str(out)])
    assert material_command.run(arguments, settings) == Exit.DONE
    assert out.read_bytes() == first
    assert refused(settings, *wanted, "--out", out) == "export.exists"
    arguments = cli.parse([*wanted, "--preview", "--out", str(small)])
    assert material_command.run(arguments, settings) == Exit.DONE
    with Image.open(small) as seen:
        assert max(seen.size) == 1200


class Broken:
    """盖到一半停电的印章。"""

    def __init__(self, settings: Settings) -> None:
        self._real = choose(settings, {})
        self.source = self._real.source
        self.note = self._real.note

    def apply(self, content: bytes, organ: str) -> SealedPdf:
        """停电。"""
        raise ConnectionResetError(len(content), organ)


def test_a_seal_that_failed_is_put_the_next_time(settings: Settings) -> None:
    """出具之后、用印之前断了：文书在账上、没有盖章，不能寄；再来一次，盖的就是那一份。"""
    with open_hall(settings) as hall:
        hall.do("accept other", Accept(OTHER, CaseKind.PLEDGED_TIME, "SL-2026-0002"), CLERK)
        kept = store(settings, {})
        known = told(hall.ledger, OTHER, DocumentKind.ACCEPTANCE, ())
        with pytest.raises(ConnectionResetError):
            issuing.issue(hall.ledger, kept, Broken(settings), known, CLERK)
        before = issuing.standing(hall.ledger, known)
        assert before.sha256
        assert before.sealed_sha256 is None
        post = DispatchDocument(before.identity, "中国邮政", "EA-2")
        with pytest.raises(Stop) as stopped:
            issuing.execute(hall.ledger, post, CLERK)
        assert stopped.value.code == "document.not_sealed"
        after = issuing.issue(hall.ledger, kept, choose(settings, {}), known, CLERK)
        assert after.sha256 == before.sha256
        assert after.sealed_sha256


def test_papers_of_a_hearing_name_the_people(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """利害关系人告知书写给利害关系人；听证告知书列出被告知的人；听证通知书写明主持人的姓名。"""
    neighbour, town = SubjectId("S-0002"), scenario()
    chair = next(one for one in town["officer"] if one["account"] == "L01")
    with open_hall(settings) as hall:
        hall.do("accept heard", Accept(HEARD, CaseKind.PLEDGED_TIME, "SL-2026-0003"), CLERK)
        party = NotifyParty(HEARD, neighbour, "油烟影响其住宅", "利字1号")
        hall.do("party", party, REVIEWER)
        told_both = TellHearingRight(HEARD, (HERO, neighbour), "听告1号")
        hall.do("told", told_both, REVIEWER)
        announced = AnnounceHearing(
            case_no=HEARD,
            ground=HearingGround.PUBLIC_INTEREST,
            notice_no="听通1号",
            hold_on=date(2026, 3, 20),
            place="三楼会议室",
            chair=PersonId(chair["person"]),
        )
        hall.do("announced", announced, REVIEWER)
    show(settings)
    said = {}
    for kind in ("party", "听证告知书", "听证通知书"):
        out = tmp_path / f"{kind}.pdf"
        assert ask("document", HEARD, kind, "--out", out)["kind"]
        said[kind] = text_of(out.read_bytes())
    names = {one.identity: one.name for one in subjects(town)}
    assert f"{names[neighbour]}：" in said["party"]
    assert names[HERO] in said["party"]
    assert f"2.{names[neighbour]}" in said["听证告知书"]
    assert f"主持人：{chair['name']}" in said["听证通知书"]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("material", "add", CASE), "material.usage"),
        (("material", "add", CASE, "/no/file"), "material.no_file"),
        (("material", "get", CASE, "没有的"), "material.unknown"),
        (("document", CASE, "nothing"), "document.kind"),
        (("document", CASE, "decline"), "document.no_event"),
        (("document", "2026-999999", "acceptance"), "document.no_case"),
        (("document", "send", f"{CASE}.none", "--carrier", "x"), "document.usage"),
        (("document", "list"), "document.usage"),
        (("document", CASE, "acceptance", "--issue", "--officer", "NOBODY"), "acting.no_post"),
    ],
)
def test_what_cannot_be_done_says_why(
    settings: Settings, argv: tuple[object, ...], code: str
) -> None:
    """缺了什么、没有什么、谁没有岗位，都有说法。"""
    assert refused(settings, *argv) == code


def test_wrong_files_and_wrong_names_are_refused(settings: Settings, tmp_path: Path) -> None:
    """目录、管道、空文件、程序、像路径的名字、写不进账的名字与编号：都有说法，账上什么也不添。"""
    pipe, empty, program = tmp_path / "pipe", tmp_path / "empty.pdf", tmp_path / "report.pdf"
    os.mkfifo(pipe)
    empty.touch()
    program.write_bytes(b"MZ\x90\x00 a program")
    form = tmp_path / "form.txt"
    form.write_bytes("另一份申请书".encode())
    undecodable = tmp_path / "\udcff.txt"
    undecodable.write_bytes(form.read_bytes())
    with Ledger.open(settings) as ledger:
        before = ledger.load(material.AGGREGATE, OTHER)
    for argv, code in (
        ((tmp_path,), "material.no_file"),
        ((pipe,), "material.no_file"),
        ((empty,), "material.empty"),
        ((program,), "material.kind"),
        ((form, "--name", "../../etc/passwd"), "material.name"),
        ((form, "--name", " "), "material.name"),
        ((form, "--name", "申请\u202e书"), "text.character"),
        ((form, "--name", "字" * 20_000), "text.too_long"),
        ((undecodable,), "text.character"),
    ):
        assert refused(settings, "material", "add", OTHER, *argv) == code, argv
    for wrong in ("\udcff", "2026-000001' OR '1'='1", "x" * 5000, "../../case"):
        code = refused(settings, "material", "add", wrong, form)
        assert code in {"case.not_found", "text.character"}, wrong
    with Ledger.open(settings) as ledger:
        assert ledger.load(material.AGGREGATE, OTHER) == before
