"""材料卷：各份材料、各自的版本，与审核、决定的人看到的是哪一版。"""

from dataclasses import replace

from domain import material
from domain.decider import Event
from domain.material import (
    Look,
    MediaType,
    Paper,
    Reuse,
    Reused,
    Seen,
    SeenAt,
    Store,
    Stored,
    Supersede,
    Superseded,
)
from domain.refusals import Refusal
from domain.terms import CaseNo, Material, PersonId, Sha256
from tests.domain.case_file import SHA, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(material.AGGREGATE, material.decide)

CLERK, DECIDER = PersonId("P-W"), PersonId("P-D")
NEW = Sha256("b" * 64)
STORED = Stored("平面图", SHA, 900, MediaType.PNG, CLERK)
SECOND = Superseded("平面图", 2, NEW, 901, MediaType.PDF, SHA, "原图缺比例尺", CLERK)
REUSED = Reused("营业执照", SHA, 77, MediaType.PDF, CaseNo("2026-000009"), None)
SEEN = Seen(SeenAt.REVIEW, (Material("平面图", SHA),), ("健康证",), CLERK)
DECIDED = replace(SEEN, step=SeenAt.APPROVAL, handler=DECIDER)
LIVES: tuple[tuple[Event, ...], ...] = (
    (STORED,),
    (STORED, SECOND),
    (REUSED, STORED, SEEN),
    (STORED, SEEN, DECIDED),
)


def test_a_material_is_stored_once_under_its_name() -> None:
    """同一内容再存无事可办；名下已有别的内容的，指出是谁交的哪一版。"""
    given().when(Store(STORED, None)).then(STORED)
    given().when(Store(STORED, SHA)).then(STORED)
    given(STORED).when(Store(STORED, None)).then()
    other = replace(STORED, sha256=NEW)
    given(STORED).when(Store(other, None)).refused(
        Refusal.MATERIAL_HELD, name="平面图", version="1", handler=CLERK
    )
    given(replace(STORED, handler=None)).when(Store(other, None)).refused(
        Refusal.MATERIAL_HELD, handler="?"
    )


def test_what_is_stored_is_what_was_registered_at_receipt() -> None:
    """收件时登记过摘要的，内容须与之相符。"""
    given().when(Store(STORED, NEW)).refused(Refusal.MATERIAL_DIFFERS, name="平面图")


def test_a_new_version_names_the_one_it_replaces() -> None:
    """换版：序号与所代替的一版由账本定；须说明理由；旧版仍在。"""
    wrong = replace(SECOND, version=9, replaces=NEW)
    given(STORED).when(Supersede(wrong)).then(SECOND)
    given(STORED, SECOND).when(Supersede(SECOND)).then()
    given(STORED).when(Supersede(replace(SECOND, reason=" "))).refused(Refusal.CASE_REASONS_MISSING)
    given().when(Supersede(SECOND)).refused(Refusal.MATERIAL_NOT_HELD, name="平面图")
    kept = material.AGGREGATE.fold((STORED, SECOND)).papers["平面图"]
    assert kept == Paper((STORED, SECOND))
    assert kept.version == 2


def test_what_was_decided_on_is_not_replaced() -> None:
    """已据以作出决定的一版不得替换；只审核过的可以。"""
    given(STORED, SEEN).when(Supersede(SECOND)).then(SECOND)
    given(STORED, SEEN, DECIDED).when(Supersede(SECOND)).refused(
        Refusal.MATERIAL_DECIDED_ON, name="平面图", handler=DECIDER
    )
    elsewhere = replace(DECIDED, materials=(Material("营业执照", NEW),))
    given(STORED, elsewhere).when(Supersede(SECOND)).then(SECOND)


def test_a_material_is_reused() -> None:
    """复用：名下还没有的可以；已有同一内容的无事可办，已有别的内容的不行。"""
    given().when(Reuse(REUSED)).then(REUSED)
    given(REUSED).when(Reuse(REUSED)).then()
    other = replace(REUSED, sha256=NEW)
    given(REUSED).when(Reuse(other)).refused(Refusal.MATERIAL_HELD, version="1", handler="?")


def test_what_was_seen_is_fixed() -> None:
    """所看的以摘要固定，同样的不再记；卷里没有材料的没有可固定的。"""
    given(STORED).when(Look(SEEN)).then(SEEN)
    given(STORED, SEEN).when(Look(SEEN)).then()
    given().when(Look(SEEN)).then()
    folder = material.AGGREGATE.fold((STORED, REUSED))
    assert folder.current == (Material("平面图", SHA), Material("营业执照", SHA))


def test_contradictions_stop_the_folder() -> None:
    """互相矛盾的历史当即停下：没有的材料换版、版次不续、空卷看材料。"""
    gap, other = replace(SECOND, version=3), replace(SECOND, replaces=NEW)
    check_impossible(material.AGGREGATE, ((), *LIVES), (STORED, REUSED, SECOND, gap, other, SEEN))


def test_decider_laws() -> None:
    """材料卷守决定者的共同规矩。"""
    check_decider_laws(material.AGGREGATE, material.decide, anything(material.Command), LIVES)
