"""登记：对象、账号与岗位、检查人员、事项、日历、建账。"""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from domain import calendar, catalogue, genesis, inspector, officer, subject
from domain.acts.register import (
    AppointOfficer,
    CreateLedger,
    EndGrant,
    GiveGrant,
    PublishCalendar,
    PublishItem,
    PublishSchema,
    RegisterInspector,
    RegisterSubject,
    calendars,
)
from domain.acts.sealing import AnnounceSealKey, DoubtSeal
from domain.commitment import BreachPolicy
from domain.decider import Event
from domain.genesis import TopicPartitions
from domain.refusals import Refusal
from domain.subject import SubjectKind
from domain.terms import (
    HashName,
    ItemCode,
    Mode,
    OfficerId,
    Organ,
    PersonId,
    Role,
    Sealed,
    SubjectId,
)
from tests.domain.case_file import MACHINE, actor, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import anything, check_decider_laws

LATER: Final = "2026-02-04"
TODAY: Final = date(2026, 1, 5)
NAME: Final = Sealed(b"sealed")

COMPANY = RegisterSubject(
    SubjectId("S-1"),
    SubjectKind.COMPANY,
    "91350100M000100Y43",
    NAME,
    "350505",
    "B",
    "kc-1",
)
ITEM = PublishItem(
    item_code=ItemCode("X-1"),
    effective_from=date(2026, 1, 1),
    name="食品经营许可",
    legal_basis=("《中华人民共和国食品安全法》第三十五条",),
    approving_body=Organ("审批局"),
    supervising_bodies=(BUREAU,),
    legal_days=20,
    promised_days=7,
    window_authorised=False,
    commitment_allowed=True,
    commitment_materials=("消防合格证明",),
    breach_policy=BreachPolicy.REVOKE,
    filing_only=False,
    materials=("申请书", "消防合格证明"),
    speciality="餐饮",
)
INSPECTOR = RegisterInspector(
    PersonId("P-9"), BUREAU, "350505", ("餐饮",), "一所", "闽-0001", date(2026, 8, 31)
)
CALENDAR = PublishCalendar(2026, "国办发明电〔2025〕7号", (date(2026, 1, 1),), (date(2026, 1, 4),))
LEDGER = CreateLedger("demo", Mode.DEMO, HashName.SHA256, (TopicPartitions("case", 2),))


@pytest.fixture
def hall() -> Hall:
    """一间有各岗位的大厅；首任安全管理员最后授权，建账至此完毕。"""
    new = Hall()
    new.employ("window", Role.COUNTER)
    new.employ("bureau", Role.SUPERVISOR)
    new.employ("list", Role.CATALOGUE)
    new.employ("admin", Role.SYSTEM_ADMIN)
    new.employ("deputy", Role.SECURITY_ADMIN)
    new.employ(officer.FOUNDER, Role.SECURITY_ADMIN)
    return new


WINDOW = actor("window", Role.COUNTER, BUREAU)
SUPERVISOR = actor("bureau", Role.SUPERVISOR, BUREAU)
LIST = actor("list", Role.CATALOGUE, BUREAU)
ADMIN = actor("admin", Role.SYSTEM_ADMIN, BUREAU)


# -- 监管对象


def test_a_company_is_registered_once(hall: Hall) -> None:
    """同一企业再次登记，内容未变的无事可办；变更风险类别的记一笔。"""
    assert len(hall.record(COMPANY, WINDOW)) == 1
    hall.idle(COMPANY, WINDOW)
    assert len(hall.record(replace(COMPANY, risk_class="D"), WINDOW)) == 1
    assert hall.claims["credit_code", "91350100M000100Y43"] == "subject/S-1"


def test_one_credit_code_one_subject(hall: Hall) -> None:
    """一个统一社会信用代码只能由一个对象占用。"""
    hall.record(COMPANY, WINDOW)
    with pytest.raises(AssertionError, match="held by subject/S-1"):
        hall.record(replace(COMPANY, subject_id=SubjectId("S-2")), WINDOW)


def test_a_subject_number_belongs_to_one_subject(hall: Hall) -> None:
    """编号已属他人的，拒绝。"""
    hall.record(COMPANY, WINDOW)
    other = replace(COMPANY, kind=SubjectKind.PERSON, credit_code=None)
    assert hall.refusal(other, WINDOW) is Refusal.SUBJECT_TAKEN


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (SubjectKind.COMPANY, None),
        (SubjectKind.COMPANY, "91350100M000100Y4"),
        (SubjectKind.COMPANY, "91350100m000100y43"),
        (SubjectKind.COMPANY, "91350100-000100Y43"),
        (SubjectKind.COMPANY, "\uff191350100M000100Y43"),
        (SubjectKind.SOLE_TRADER, "91350100M000100Y43"),
        (SubjectKind.PERSON, "91350100M000100Y43"),
    ],
)
def test_only_companies_have_an_open_credit_code(
    hall: Hall, kind: SubjectKind, code: str | None
) -> None:
    """企业须有十八位代码；个体户与自然人的代码可识别到人，不得明写。"""
    act = replace(COMPANY, kind=kind, credit_code=code)
    assert hall.refusal(act, WINDOW) is Refusal.SUBJECT_CREDIT_CODE


def test_a_person_is_registered_without_a_code(hall: Hall) -> None:
    """自然人登记不带代码。"""
    act = replace(COMPANY, kind=SubjectKind.PERSON, credit_code=None)
    assert len(hall.record(act, WINDOW)) == 1


def test_an_unknown_risk_class_is_refused(hall: Hall) -> None:
    """风险类别只有 A 至 D。"""
    assert hall.refusal(replace(COMPANY, risk_class="E"), WINDOW) is Refusal.SUBJECT_RISK_CLASS


# -- 账号与岗位


def grant(second: str | None, since: date = TODAY, until: date | None = None) -> GiveGrant:
    """授予新人检查岗位。"""
    account = None if second is None else OfficerId(second)
    return GiveGrant(OfficerId("new"), Role.INSPECTOR, BUREAU, since, until, account)


def appoint(hall: Hall, person: str = "p-new") -> None:
    """启用新人账号。"""
    hall.record(AppointOfficer(OfficerId("new"), PersonId(person), NAME, "kc"), ADMIN)


def test_an_account_belongs_to_one_person(hall: Hall) -> None:
    """账号再启用给同一人无事可办，给别人拒绝。"""
    appoint(hall)
    act = AppointOfficer(OfficerId("new"), PersonId("p-new"), NAME, "kc")
    hall.idle(act, ADMIN)
    assert hall.refusal(replace(act, person=PersonId("p-else")), ADMIN) is Refusal.OFFICER_TAKEN


def test_a_grant_needs_a_second_person(hall: Hall) -> None:
    """授予岗位须提出人与安全管理员两人；已有同一授权的无事可办。"""
    appoint(hall)
    (given,) = hall.record(grant("deputy"), ADMIN)
    assert isinstance(given, officer.GrantGiven)
    assert (given.proposer, given.second) == ("p-admin", "p-deputy")
    assert given.takes_effect(date(2025, 1, 1)) == TODAY
    hall.idle(grant("deputy"), ADMIN)


@pytest.mark.parametrize("second", ["window", "nobody"])
def test_the_second_person_is_a_security_administrator(hall: Hall, second: str) -> None:
    """同意人不是在岗安全管理员的，拒绝。"""
    appoint(hall)
    assert hall.refusal(grant(second), ADMIN) is Refusal.OFFICER_SECOND_ROLE


@pytest.mark.parametrize("owner", ["p-admin", "p-deputy"])
def test_nobody_grants_to_himself(hall: Hall, owner: str) -> None:
    """提出人、同意人都不得给自己（另一账号也不行）授予或收回岗位。"""
    appoint(hall, owner)
    assert hall.refusal(grant("deputy"), ADMIN) is Refusal.OFFICER_SECOND


def test_one_person_with_two_accounts_is_still_one(hall: Hall) -> None:
    """提出人与同意人是同一自然人的两个账号，拒绝。"""
    other = OfficerId("admin-2")
    hall.record(AppointOfficer(other, PersonId("p-deputy"), NAME, "kc"), ADMIN)
    # from before the three powers were kept apart by person
    held = officer.GrantGiven(Role.SYSTEM_ADMIN, BUREAU, TODAY, None, None, None)
    hall.streams["officer/admin-2"] = (*hall.streams["officer/admin-2"], held)
    appoint(hall)
    same = actor("admin-2", Role.SYSTEM_ADMIN, BUREAU)
    assert hall.refusal(grant("deputy"), same) is Refusal.OFFICER_SECOND


def test_after_the_founding_no_grant_without_a_second(hall: Hall) -> None:
    """首任安全管理员上岗后，建账程序不得再单方授权，人也不得。"""
    appoint(hall)
    assert hall.refusal(grant(None), MACHINE) is Refusal.OFFICER_FOUNDED
    assert hall.refusal(grant(None), ADMIN) is Refusal.OFFICER_FOUNDED
    assert hall.refusal(grant("deputy"), MACHINE) is Refusal.DUTY_MACHINE


def test_a_grant_is_not_backdated_nor_upside_down(hall: Hall) -> None:
    """授权不得倒签，止日不得先于起日。"""
    appoint(hall)
    before = TODAY - timedelta(days=1)
    assert hall.refusal(grant("deputy", before), ADMIN) is Refusal.OFFICER_BACKDATED
    assert hall.refusal(grant("deputy", TODAY, before), ADMIN) is Refusal.OFFICER_PERIOD


def test_an_account_must_be_appointed_first(hall: Hall) -> None:
    """没有启用的账号，不能授予也不能收回岗位。"""
    assert hall.refusal(grant("deputy"), ADMIN) is Refusal.OFFICER_NOT_APPOINTED
    assert hall.refusal(end(TODAY), ADMIN) is Refusal.OFFICER_NOT_APPOINTED


def end(last_day: date, second: str = "deputy") -> EndGrant:
    """收回新人的检查岗位。"""
    return EndGrant(OfficerId("new"), Role.INSPECTOR, BUREAU, last_day, OfficerId(second))


def test_a_grant_ends_after_its_last_day(hall: Hall) -> None:
    """收回的岗位末日仍有效，次日失效；再次收回无事可办。"""
    appoint(hall)
    hall.record(grant("deputy"), ADMIN)
    last = TODAY + timedelta(days=9)
    assert len(hall.record(end(last), ADMIN)) == 1
    held = hall.load(officer.AGGREGATE, "new")
    assert isinstance(held, officer.Appointed)
    assert held.holds(Role.INSPECTOR, BUREAU, last)
    assert not held.holds(Role.INSPECTOR, BUREAU, last + timedelta(days=1))
    assert held.roles_on(last) == {Role.INSPECTOR}
    hall.idle(end(last), ADMIN)


def test_ending_takes_the_grants_that_have_not_begun(hall: Hall) -> None:
    """收回时，已期满的不动，尚未开始的一并取消，别的岗位不动。"""
    appoint(hall)
    hall.record(grant("deputy", TODAY, TODAY), ADMIN)
    hall.record(grant("deputy", TODAY + timedelta(days=60)), ADMIN)
    other = replace(grant("deputy"), role=Role.REVIEWER)
    hall.record(other, ADMIN)
    hall.record(end(TODAY + timedelta(days=30)), ADMIN)
    held = hall.load(officer.AGGREGATE, "new")
    assert isinstance(held, officer.Appointed)
    assert held.roles_on(TODAY) == {Role.INSPECTOR, Role.REVIEWER}
    assert held.roles_on(TODAY + timedelta(days=90)) == {Role.REVIEWER}


def test_ending_obeys_the_same_rules_as_giving(hall: Hall) -> None:
    """收回不得倒签，须有第二人，没有的岗位无从收回。"""
    appoint(hall)
    assert hall.refusal(end(TODAY), ADMIN) is Refusal.OFFICER_NOT_HELD
    hall.record(grant("deputy"), ADMIN)
    before = TODAY - timedelta(days=1)
    assert hall.refusal(end(before), ADMIN) is Refusal.OFFICER_BACKDATED
    assert hall.refusal(end(TODAY, "window"), ADMIN) is Refusal.OFFICER_SECOND_ROLE


def test_nobody_ends_his_own_grant(hall: Hall) -> None:
    """不得收回自己的岗位。"""
    act = EndGrant(OfficerId("admin"), Role.SYSTEM_ADMIN, BUREAU, TODAY, OfficerId("deputy"))
    assert hall.refusal(act, ADMIN) is Refusal.OFFICER_SECOND


# -- 检查人员


def certificates(hall: Hall) -> dict[str, str]:
    """各执法证号属于谁。"""
    return {value: who for (kind, value), who in hall.claims.items() if kind == "certificate"}


def test_an_inspector_is_listed_and_renews_his_certificate(hall: Hall) -> None:
    """入库、重复、换证：旧证号随之放开，新证号归他。"""
    assert len(hall.record(INSPECTOR, SUPERVISOR)) == 1
    hall.idle(INSPECTOR, SUPERVISOR)
    state = hall.load(inspector.AGGREGATE, "P-9")
    assert inspector.certified_on(state, date(2026, 8, 31))
    assert not inspector.certified_on(state, date(2026, 9, 1))
    renewed = replace(INSPECTOR, certificate_no="闽-0002", certificate_valid_to=date(2028, 8, 31))
    hall.record(renewed, SUPERVISOR)
    assert certificates(hall) == {"闽-0002": "inspector/P-9"}
    assert inspector.certified_on(hall.load(inspector.AGGREGATE, "P-9"), date(2026, 9, 1))


def test_a_move_keeps_the_certificate(hall: Hall) -> None:
    """调所站不换证，证号照旧。"""
    hall.record(INSPECTOR, SUPERVISOR)
    assert len(hall.record(replace(INSPECTOR, station="二所"), SUPERVISOR)) == 1
    assert certificates(hall) == {"闽-0001": "inspector/P-9"}


@pytest.mark.parametrize("lack", [{"certificate_no": ""}, {"specialities": ()}])
def test_the_unqualified_are_not_listed(hall: Hall, lack: dict[str, object]) -> None:
    """没有证件或专业的不入库。"""
    act = replace(INSPECTOR, **lack)  # type: ignore[arg-type]
    assert hall.refusal(act, SUPERVISOR) is Refusal.INSPECTOR_UNQUALIFIED


def test_who_is_not_listed_is_not_certified() -> None:
    """不在库的人没有资格。"""
    assert not inspector.certified_on(inspector.Nothing(), TODAY)


# -- 事项


def test_a_case_is_judged_by_the_version_of_its_day(hall: Hall) -> None:
    """规则 16：七月一日起的新版本，不影响六月三十日的申请；生效前没有版本。"""
    hall.record(ITEM, LIST)
    newer = replace(ITEM, effective_from=date(2026, 7, 1), promised_days=5)
    (published,) = hall.record(newer, LIST, LATER)
    assert published.takes_effect(TODAY) == date(2026, 7, 1)
    state = hall.load(catalogue.AGGREGATE, "X-1")
    on = {day: catalogue.version_on(state, day) for day in (date(2026, 6, 30), date(2026, 7, 1))}
    assert [one.version for one in on.values() if one] == [1, 2]
    assert catalogue.version_on(state, date(2025, 12, 31)) is None
    assert catalogue.version_on(catalogue.Nothing(), TODAY) is None


def test_the_same_version_is_not_published_twice(hall: Hall) -> None:
    """内容相同的再次公布，无事可办。"""
    hall.record(ITEM, LIST)
    hall.idle(ITEM, LIST, LATER)


@pytest.mark.parametrize("since", [date(2026, 1, 31), date(2026, 2, 3)])
def test_a_new_version_is_not_retroactive(hall: Hall, since: date) -> None:
    """新版本不得早于公布之日，也不得早于上一版本。"""
    hall.record(ITEM, LIST)
    hall.record(replace(ITEM, effective_from=date(2026, 2, 10), name="新名"), LIST)
    act = replace(ITEM, effective_from=since, promised_days=6)
    assert hall.refusal(act, LIST, LATER) is Refusal.ITEM_BACKDATED


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"legal_basis": ()}, Refusal.ITEM_NO_BASIS),
        ({"supervising_bodies": ()}, Refusal.ITEM_NO_SUPERVISOR),
        ({"promised_days": 21}, Refusal.ITEM_PERIOD),
        ({"promised_days": -1}, Refusal.ITEM_PERIOD),
        ({"commitment_allowed": False}, Refusal.ITEM_MATERIALS),
        ({"commitment_materials": ()}, Refusal.ITEM_MATERIALS),
        ({"commitment_materials": ("其他材料",)}, Refusal.ITEM_MATERIALS),
    ],
)
def test_an_item_must_be_sound(hall: Hall, wrong: dict[str, object], code: Refusal) -> None:
    """事项须有依据、有监管部门、承诺时限不超法定时限、承诺材料在材料清单之内。"""
    assert hall.refusal(replace(ITEM, **wrong), LIST) is code  # type: ignore[arg-type]


# -- 日历


def test_the_official_calendars_can_be_published(hall: Hall) -> None:
    """随附的各年日历都可以公布，期限从此不再暂定，并记下所依版本。"""
    text = (Path(calendar.__file__).parent / "data" / "calendar.toml").read_text(encoding="utf-8")
    acts = calendars(text)
    assert [act.year for act in acts] == list(range(2004, 2027))
    for act in acts:
        hall.record(act, MACHINE)
    merged = calendar.calendar_from(hall.load, date(2025, 12, 31))
    assert merged.years == {2025, 2026}
    assert [f"{rule.name} {rule.version}" for rule in merged.rules] == [
        "calendar/cn-2025 1",
        "calendar/cn-2026 1",
    ]
    assert calendar.calendar_from(hall.load, date(2026, 12, 31)).years == {2026}


def test_a_correction_is_a_new_version(hall: Hall) -> None:
    """更正的日历是第二版；相同的无事可办。"""
    hall.record(CALENDAR, LIST)
    hall.idle(CALENDAR, LIST)
    (second,) = hall.record(replace(CALENDAR, working_weekends=()), LIST)
    assert isinstance(second, calendar.CalendarPublished)
    assert second.version == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_off": (date(2026, 1, 3),)},  # 周六
        {"working_weekends": (date(2026, 1, 5),)},  # 周一
        {"year": 2027},
        {"days_off": (date(2026, 1, 1), date(2026, 1, 1))},
        {"days_off": (), "working_weekends": ()},
    ],
)
def test_a_calendar_must_be_sound(hall: Hall, wrong: dict[str, object]) -> None:
    """放假写工作日，上班写周末，都在当年，不重复，不为空。"""
    act = replace(CALENDAR, **wrong)  # type: ignore[arg-type]
    assert hall.refusal(act, LIST) is Refusal.CALENDAR_DAYS


# -- 建账


def schema(text: str = "{}", name: str = "case.received.v1") -> PublishSchema:
    """一种事件格式。"""
    return PublishSchema("demo", name, hashlib.sha256(text.encode()).hexdigest(), text)


def test_a_ledger_is_created_once() -> None:
    """一本账只建一次；换了性质、算法或分区再建的拒绝。"""
    hall = Hall()
    assert len(hall.record(LEDGER, MACHINE)) == 1
    hall.idle(LEDGER, MACHINE)
    assert hall.refusal(replace(LEDGER, mode=Mode.FORMAL), MACHINE) is Refusal.LEDGER_EXISTS


def test_a_published_schema_never_changes() -> None:
    """事件格式公布后不得改动；先建账后公布；摘要须与全文相符。"""
    hall = Hall()
    assert hall.refusal(schema(), MACHINE) is Refusal.LEDGER_MISSING
    hall.record(LEDGER, MACHINE)
    assert len(hall.record(schema(), MACHINE)) == 1
    hall.idle(schema(), MACHINE)
    assert hall.refusal(schema("[]"), MACHINE) is Refusal.LEDGER_SCHEMA_FROZEN
    assert hall.refusal(replace(schema(), text="[]"), MACHINE) is Refusal.LEDGER_SCHEMA_DIGEST


FIRST_KEY, SECOND_KEY = "demo+00000001+AQ==", "demo+00000002+AQ=="


def test_the_seal_key_is_announced_and_rotated_on_record() -> None:
    """封账公钥写在账里；轮换的写明替下哪一把、为何；替下的不再用。"""
    hall = Hall()
    first = AnnounceSealKey("demo", FIRST_KEY)
    assert hall.refusal(first, MACHINE) is Refusal.LEDGER_MISSING
    hall.record(LEDGER, MACHINE)
    assert len(hall.record(first, MACHINE)) == 1
    hall.idle(first, MACHINE)
    rotation = AnnounceSealKey("demo", SECOND_KEY, FIRST_KEY, "例行轮换")
    assert hall.refusal(replace(rotation, reason=None), MACHINE) is Refusal.LEDGER_KEY_REPLACES
    assert hall.refusal(replace(rotation, replaces=None), MACHINE) is Refusal.LEDGER_KEY_REPLACES
    assert len(hall.record(rotation, MACHINE)) == 1
    assert hall.refusal(first, MACHINE) is Refusal.LEDGER_KEY_RETIRED


def test_a_doubt_about_the_seal_is_recorded_once() -> None:
    """封账存疑，同一处只记一次。"""
    hall = Hall()
    doubt = DoubtSeal("demo", "seal.leaf_differs", 100, 7)
    assert hall.refusal(doubt, MACHINE) is Refusal.LEDGER_MISSING
    hall.record(LEDGER, MACHINE)
    assert len(hall.record(doubt, MACHINE)) == 1
    hall.idle(doubt, MACHINE)
    assert len(hall.record(replace(doubt, at_position=8), MACHINE)) == 1


# -- 决定者的共同规矩与不可能的历史


SUBJECT = subject.SubjectRegistered(
    SubjectKind.COMPANY, "91350100M000100Y43", NAME, "350505", "B", "kc"
)
LISTED = inspector.InspectorRegistered(
    PersonId("P-9"), BUREAU, "350505", ("餐饮",), "一所", "闽-0001", date(2026, 8, 31)
)
YEAR = calendar.CalendarPublished(2026, 1, "文号", (date(2026, 1, 1),), ())
VERSION = catalogue.ItemPublished(
    1, TODAY, "事项", ("法",), BUREAU, (BUREAU,), 3, 1, False, False, (),  # noqa: FBT003
    BreachPolicy.REVOKE, False, (), "餐饮",  # noqa: FBT003
)  # fmt: skip
APPOINTED = officer.OfficerAppointed(PersonId("A"), NAME, "kc")
GIVEN = officer.GrantGiven(Role.COUNTER, Organ("A"), TODAY, None, None, None)
CREATED = genesis.LedgerCreated("demo", Mode.DEMO, HashName.SHA256, ())
TEXT = genesis.SchemaPublished("a.v1", "00", "{}")
KEY = genesis.KeyAnnounced(FIRST_KEY, None, None)


def test_every_register_obeys_the_laws_of_deciders() -> None:
    """各登记簿都守决定者的规矩：同答、幂等、重放等于现状。"""
    check_decider_laws(
        subject.AGGREGATE,
        subject.decide,
        anything(SubjectKind).map(
            lambda kind: subject.Register(
                replace(
                    SUBJECT,
                    kind=kind,
                    credit_code=SUBJECT.credit_code if kind is SubjectKind.COMPANY else None,
                )
            )
        ),
        [(SUBJECT,)],
    )
    check_decider_laws(inspector.AGGREGATE, inspector.decide, anything(inspector.Register))
    check_decider_laws(calendar.AGGREGATE, calendar.decide, anything(calendar.Publish), [(YEAR,)])
    check_decider_laws(
        catalogue.AGGREGATE, catalogue.decide, anything(catalogue.Publish), [(VERSION,)]
    )
    check_decider_laws(
        officer.AGGREGATE, officer.decide, anything(officer.Command), [(APPOINTED, GIVEN)]
    )
    check_decider_laws(
        genesis.AGGREGATE, genesis.decide, anything(genesis.Command), [(CREATED,), (CREATED, KEY)]
    )


def test_contradicting_facts_stop_the_file() -> None:
    """账上事实自相矛盾的，立即停下：次序不对、身份变了、版本跳号、格式重复。"""
    facts: list[Event] = [SUBJECT, LISTED, YEAR, VERSION, APPOINTED, GIVEN, CREATED, TEXT, KEY]
    facts += [
        replace(SUBJECT, key_commitment="kc-2"),
        replace(LISTED, person=PersonId("P-8")),
        replace(YEAR, version=3),
        replace(VERSION, version=3),
        officer.GrantEnded(Role.COUNTER, Organ("A"), TODAY, PersonId("B"), PersonId("C")),
    ]
    check_impossible(subject.AGGREGATE, [(), (SUBJECT,)], facts)
    check_impossible(inspector.AGGREGATE, [(), (LISTED,)], facts)
    check_impossible(calendar.AGGREGATE, [(), (YEAR,)], facts)
    check_impossible(catalogue.AGGREGATE, [(), (VERSION,)], facts)
    check_impossible(officer.AGGREGATE, [(), (APPOINTED, GIVEN)], facts)
    check_impossible(genesis.AGGREGATE, [(), (CREATED, TEXT)], facts)


def test_the_founding_never_reopens(hall: Hall) -> None:
    """首任安全管理员的岗位收回之后，建账程序仍不得单方授权。"""
    appoint(hall)
    act = EndGrant(officer.FOUNDER, Role.SECURITY_ADMIN, BUREAU, TODAY, OfficerId("deputy"))
    hall.record(act, ADMIN)
    assert hall.refusal(grant(None), MACHINE, LATER) is Refusal.OFFICER_FOUNDED
