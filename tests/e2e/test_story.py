"""整个故事走一遍：真的 PostgreSQL、真的 Kafka；跟随者的角色读不到账本里的事件内容，只靠主题。"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from rich.console import Console

from domain import approval, commitment, inspection_plan
from domain.acts.deciding import Deliver
from domain.acts.pledges import MakeCommitment
from domain.commitment import CommitmentKind, Promise
from domain.terms import CommitmentId, Mode
from followers.kafka_feed import read_topics
from ledger.application import Ledger, Outcome, OutcomeKind, Request
from ledger.verify import Elsewhere, verify
from projections import case_timeline, case_view
from runtime import case_file, cli, settings, story
from runtime.commands import draw
from runtime.exits import Exit, Stop
from runtime.foundation import lay
from runtime.founding import found
from runtime.hall import Hall, applicant, beijing, open_hall
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.stage import running

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


@dataclass(frozen=True, slots=True)
class Played:
    """演完的故事。"""

    settings: Settings
    hall: Hall
    refused: dict[str, Outcome]


@pytest.fixture(scope="module")
def played(new_database: NewDatabase, kafka: str) -> Iterator[Played]:
    """演一遍，供本文件各测试查看。"""
    settings = replace(new_database(), kafka_bootstrap=kafka)
    lay(settings, "story", Mode.DEMO, beijing(story.BEGINS))
    with ExitStack() as stack:
        hall = stack.enter_context(open_hall(settings))
        stack.enter_context(running(settings, hall))
        found(hall)
        for chapter in story.CHAPTERS:
            chapter.play(hall)
        refused = {attempt.title: attempt.outcome for attempt in story.broken_paths(hall)}
        hall.settle()
        yield Played(settings, hall, refused)


def names(played: Played, stream: str) -> list[str]:
    """一份案卷上的事件名，按先后。"""
    query = "SELECT name FROM ledger.event_feed WHERE stream = %s ORDER BY version"
    return [str(row[0]) for row in played.hall.reader.execute(query, (stream,))]


def test_the_case_goes_from_receipt_to_delivery(played: Played) -> None:
    """收件、受理、审核、准予、送达，依次在账。"""
    assert names(played, f"case/{story.CASE}") == [
        "case.received.v1",
        "case.accepted.v1",
        "case.reviewed.v1",
        "case.approved.v1",
        "case.delivered.v1",
    ]


def test_the_draw_is_published_and_replayed_by_outsiders(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """抽取的结果公布成一个文件夹：局外人用其中的程序复算相符；已有的文件夹不覆盖，没有抽取的不公布。"""
    monkeypatch.setattr(settings, "existing", lambda *_: played.settings)
    out = tmp_path / "published"
    publish = ["draw", "publish", inspection_plan.plan_number(1), "--out", str(out)]
    assert draw.run(cli.parse(publish), None) == Exit.DONE
    assert {one.name for one in out.iterdir()} == {
        *("draw.json", "input.json", "index.html", "replay.py")
    }
    command = [sys.executable, "-I", str(out / "replay.py"), str(out / "draw.json")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert draw.run(cli.parse(["draw", "replay", str(out / "draw.json")]), None) == Exit.DONE
    assert draw.run(cli.parse(["draw", "compute", str(out / "input.json")]), None) == Exit.DONE
    lists = ["draw", "lists", inspection_plan.plan_number(1)]
    assert draw.run(cli.parse(lists), None) == Exit.DONE
    assert draw.run(cli.parse([*lists, "--json"]), None) == Exit.DONE
    for wrong, code in (
        ([*lists[:2], "000099"], "draw.no_lists"),
        (publish, "draw.folder_not_empty"),
        ([*publish[:2], "000099", "--out", str(tmp_path / "none")], "draw.not_drawn"),
        (publish[:3], "draw.no_folder"),
    ):
        with pytest.raises(Stop) as stop:
            draw.run(cli.parse(wrong), None)
        assert stop.value.code == code


def test_the_broken_promise_ends_in_revocation_by_a_person(played: Played) -> None:
    """承诺落空：机器建议，人确认、告知、听取、审核，另一名决定人撤销（G10）。"""
    number = story.revocation_of(played.hall)
    assert names(played, f"revocation/{number}") == [
        "revocation.proposed.v1",
        "revocation.notice_served.v1",
        "revocation.statement_heard.v1",
        "revocation.legal_reviewed.v1",
        "revocation.decided.v1",
    ]
    with psycopg.connect(played.settings.dsn("shenguan_follow"), autocommit=True) as conn:
        rows = case_timeline.of_case(conn, story.CASE)
    roles = {row.name: (row.officer_id, row.role) for row in rows}
    assert roles["revocation.proposed.v1"] == ("system.commitment_watch", "SYSTEM")
    assert roles["commitment.breach_confirmed.v1"] == ("R01", "REVIEWER")
    assert roles["revocation.decided.v1"] == ("D02", "DECIDER")


def test_licence_and_commitment_end_with_the_decision(played: Played) -> None:
    """撤销决定、许可失效、承诺终止在同一次入账。"""
    ledger = played.hall.ledger
    assert isinstance(ledger.load(approval.AGGREGATE, story.LICENCE), approval.Ended)
    assert isinstance(ledger.load(commitment.AGGREGATE, story.PLEDGE), commitment.Closed)
    query = "SELECT count(DISTINCT appended_at) FROM ledger.event WHERE name = ANY(%s) AND key = %s"
    together = ["revocation.decided.v1", "licence.revoked.v1", "commitment.voided.v1"]
    row = played.hall.reader.execute(query, (together, story.CASE)).fetchone()
    assert row == (1,)


def test_the_plan_passes_every_stage_once(played: Played) -> None:
    """计划登记、冻结、承诺、揭示、公开值、抽取、配对，各阶段依次，只抽一次（G9）。"""
    stages = names(played, f"plan/{story.PLAN}")
    assert [stage for stage in stages if stage != "plan.objects_listed.v1"] == [
        "plan.registered.v2",
        "plan.inspectors_listed.v1",
        "plan.lists_frozen.v1",
        *["plan.share_committed.v1"] * 3,
        "plan.commits_in.v1",
        *["plan.share_revealed.v1"] * 3,
        "plan.reveals_closed.v1",
        "plan.public_value_fixed.v1",
        "plan.drawn.v1",
        "plan.matched.v1",
    ]


def test_the_draw_is_recomputed_from_published_values(played: Played) -> None:
    """任何人用名单、份额与公开值，不用我们的代码，重算出同一批对象（G9，trust.md B）。"""
    events = [fact.event for fact in played.hall.ledger.events(f"plan/{story.PLAN}")]
    frozen = next(event for event in events if isinstance(event, inspection_plan.ListsFrozen))
    drawn = next(event for event in events if isinstance(event, inspection_plan.Drawn))
    shares = [event.share for event in events if isinstance(event, inspection_plan.ShareRevealed)]
    listed = [event.objects for event in events if isinstance(event, inspection_plan.ObjectsListed)]
    objects = {one.subject: one.stratum for chunk in listed for one in chunk}

    first = _hash(
        b"ssj/seed/v1",
        bytes.fromhex(frozen.plan_leaf_hash),
        *(bytes.fromhex(share) for share in shares),
        story.PUBLIC_VALUE.encode(),
    )
    seed = _hash(b"ssj/draw/v1", first, b"")
    tickets = {name: _hash(b"ssj/object/v1", seed, name.encode()) for name in objects}
    chosen = set()
    for stratum, size in {"A": 1, "B": 2, "C": 2, "D": 1}.items():
        inside = [name for name, own in objects.items() if own == stratum]
        chosen |= set(sorted(inside, key=lambda name: (tickets[name], name))[:size])

    assert drawn.seed == seed.hex()
    assert {one.subject: one.ticket for one in drawn.drawn} == {
        name: tickets[name].hex() for name in chosen
    }


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()


def test_a_silent_office_has_accepted(played: Played) -> None:
    """五日内未告知补正，机器记为视为受理，溯及收件之日（许可法 32 条，规则 1）。"""
    query = (
        "SELECT effective_on, decided_at::date FROM projection.case_timeline_g1"
        " WHERE stream = %s AND name = 'case.deemed_accepted.v1'"
    )
    row = played.hall.reader.execute(query, (f"case/{story.SILENT}",)).fetchone()
    assert row is not None
    assert str(row[0]) == "2026-03-05"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("story.late_material", "commitment.too_late"),
        ("story.two_clerks", "case.already_accepted"),
        ("story.supervisor_revokes", "revocation.not_the_decider"),
    ],
)
def test_a_broken_path_is_refused(played: Played, path: str, code: str) -> None:
    """走不通的路：被拒，理由码各异，账上没有留下事件。"""
    outcome = played.refused[path]
    assert (outcome.kind, outcome.code, outcome.first) == (OutcomeKind.REFUSED, code, None)


def test_the_second_clerk_sees_who_was_first(played: Played) -> None:
    """两名窗口人员同时受理：账上只有一次受理，输的一方看到是谁。"""
    assert names(played, f"case/{story.CONTESTED}").count("case.accepted.v1") == 1
    assert played.refused["story.two_clerks"].facts["handler"] in {"P-LIN", "P-ZHENG"}


def test_a_double_click_gets_the_first_answer(played: Played) -> None:
    """同一命令第二次：得到第一次的答复，不再入账（G2）。"""
    again = played.refused["story.double_click"]
    assert again.repeated
    assert names(played, f"case/{story.CASE}").count("case.delivered.v1") == 1


def test_the_supervisors_effects_happened_once(played: Played) -> None:
    """每件准予、报备与撤销，每个监管部门恰好推送一次（G6）。"""
    query = (
        "SELECT count(*), count(DISTINCT stream) FROM ledger.event_feed WHERE name = 'push.sent.v2'"
    )
    sent = played.hall.reader.execute(query).fetchone()
    results = played.hall.reader.execute(
        "SELECT count(*) FROM ledger.event_feed WHERE name IN"
        " ('case.approved.v1', 'filing.filed.v1', 'licence.revoked.v1')"
    ).fetchone()
    assert results is not None
    assert sent == (results[0], results[0])


def test_playing_it_again_changes_nothing(played: Played) -> None:
    """再演一遍：每一步得到第一次的答复，账本一件不多（G2）。"""
    before = played.hall.reader.execute("SELECT next_position FROM ledger.head").fetchone()
    for chapter in story.CHAPTERS:
        chapter.play(played.hall)
    assert played.hall.reader.execute("SELECT next_position FROM ledger.head").fetchone() == before


@pytest.mark.parametrize("cached", [1, 2, 3])
def test_a_small_memory_decides_the_same(played: Played, cached: int) -> None:
    """内存里记得办件而不记得事项：照样调阅、照样答复，不把旧案卷当作新立的。"""
    deliver = Deliver(story.CASE, "准字〔2026〕1号", "邮寄")
    promise = (Promise(story.FIRE_PAPER, date(2026, 7, 1)),)
    pledge = MakeCommitment(
        CommitmentId("2026-000001-C9"),
        story.CASE,
        CommitmentKind.NOTIFICATION,
        story.digest("告知承诺书"),
        promise,
        verification_due_on=date(2026, 7, 31),
    )
    acts = ((deliver, story.CLERK), (pledge, applicant(story.HERO))) * 2

    def asked() -> list[Request]:
        return [Request(act, actor, uuid4()) for act, actor in acts]

    with Ledger.open(played.settings) as mindful:
        expected = [mindful.execute(one).code for one in asked()]
    with Ledger.open(played.settings, cached=cached) as forgetful:
        assert [forgetful.execute(one).code for one in asked()] == expected
        assert [one.code for one in forgetful.execute_many(asked())] == expected


def test_the_ledger_verifies_against_its_topics(played: Played) -> None:
    """九步核验全部相符，主题与账本双向相等（G3、G5）。"""
    bootstrap = played.settings.kafka_bootstrap
    report = verify(
        played.settings.dsn("shenguan_audit"),
        Elsewhere(lambda origin, lane: read_topics(bootstrap, origin, (lane,))),
    )
    assert report is not None
    assert report.is_sound, [step.difference for step in report.steps if step.difference]


def test_the_followers_could_not_read_the_ledger(played: Played) -> None:
    """跟随者的角色读叶杂凑，读不到事件内容：这个故事是 Kafka 独自承担的。"""
    with psycopg.connect(played.settings.dsn("shenguan_follow"), autocommit=True) as conn:
        assert conn.execute("SELECT leaf_hash FROM ledger.leaf_feed LIMIT 1").fetchone()
        with pytest.raises(InsufficientPrivilege):
            conn.execute("SELECT value FROM ledger.event_feed LIMIT 1")


def test_no_personal_data_is_in_the_clear(played: Played) -> None:
    """姓名与电话在账本与主题里都是密文（G12）。"""
    for row in played.hall.reader.execute("SELECT value FROM ledger.event_feed"):
        value = row[0]
        assert isinstance(value, bytes)
        for secret in ("0595-00000000", "泉州海纳餐饮有限公司", "林晓", "台商区第1小吃店"):
            assert secret.encode() not in value


def test_the_case_file_reads_like_a_dossier(played: Played) -> None:
    """案卷：三个时间、依据、出处与密封标记都在；状态是现状。"""
    with psycopg.connect(played.settings.dsn("shenguan_audit"), autocommit=True) as conn:
        row = case_view.find(conn, story.CASE)
        file = case_file.read(conn, story.CASE, played.hall.clock.now())
    assert row is not None
    assert file is not None
    assert (row.licence_state, row.commitment_state) == ("REVOKED", "VOIDED")
    text = Console(width=120)
    with text.capture() as capture:
        text.print(case_file.render(file))
    printed = capture.get()
    for expected in (
        "决定 2026-05-08 09:30:00",
        "第六十九条",
        "主题 case 分区",
        "〔已封存〕",
        "已撤销",
    ):
        assert expected in printed
