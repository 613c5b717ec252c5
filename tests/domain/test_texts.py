"""文字：控制字符、改变书写方向的、看不见的一律不收；生僻字、表情、组合附加符照收。"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

import pytest

from domain import case, procedure
from domain.acts.intake import MOST_MATERIALS, Decline, DeemAccepted, Receive, RequestSupplement
from domain.acts.materials import ReuseMaterial, StoreMaterial
from domain.acts.procedure import PauseClock, StopReason
from domain.acts.remarks import NotifyFee
from domain.case import Declined, DeclineReason
from domain.catalogue import HandlingRules, PledgeRules, ReviewRules
from domain.decider import Plan, Refused
from domain.material import MediaType
from domain.refusals import Refusal
from domain.remarks import Corrected, CorrectedField
from domain.terms import BEIJING, CaseNo, Material, PersonId, Sha256, SubjectId
from domain.texts import LONGEST, LONGEST_NAME, MOST_DAYS, MOST_MONTHS, improper
from tests.domain.case_file import MACHINE, SHA, Book, person, town
from tests.rules.papers import (
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REVIEWER,
    accepted,
    item,
    only,
    received,
    reviewed,
)

WHY: Final = Decline(NO, DeclineReason.NOT_REQUIRED, "不需要取得许可", "BSL-1")
OTHER: Final = Sha256("b" * 64)


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("不需要\0取得", "U+0000"),
        ("不需要\r\n取得", "U+000D"),
        ("不需要\x1b[31m取得", "U+001B"),
        ("不需要\x7f取得", "U+007F"),
        ("不需要\x9b取得", "U+009B"),
        ("不需要\u202e取得", "U+202E"),
        ("不需要\u2066取得", "U+2066"),
        ("不需要\u200b取得", "U+200B"),
        ("\ufeff不需要取得", "U+FEFF"),
        ("不需要\u2028取得", "U+2028"),
        ("不需要\ud800取得", "U+D800"),
        ("不需要\udcff取得", "U+DCFF"),
    ],
)
def test_what_cannot_be_seen_is_refused(text: str, character: str) -> None:
    """一个也不收，说出是哪一个；账上什么也不添。"""
    act = replace(WHY, explanation=text)
    received("2026-03-02").refuse(
        Refusal.TEXT_CHARACTER, act, CLERK, "2026-03-02 10:00", character=character
    )


@pytest.mark.parametrize(
    "text",
    [
        "𠮷野家不需要取得许可",
        "㐂 䶮 𬱖 𰻞",
        "\ue863 私有区的字",
        "e\u0301 组合附加符",
        "表情 👨\u200d👩\u200d👧 与旗",
        "مرحبا 从右到左的文字",
        "</script>{{7*7}}%s' OR 1=1 --",
        "=cmd|'/c calc'!A1",
        "第一行\n第二行\t制表",
        "全角　空格",
    ],
)
def test_rare_and_strange_but_visible_is_taken_as_it_is(text: str) -> None:
    """原样入账，一个字不改。"""
    act = replace(WHY, explanation=text)
    fact = only(received("2026-03-02").do(act, CLERK, "2026-03-02 10:00"), Declined)
    assert fact.explanation == text


def test_a_text_has_an_end() -> None:
    """一项文字最多一万字：恰好一万字的收，多一字的、一千万字的不收。"""
    book = received("2026-03-02")
    for length in (LONGEST + 1, 10_000_000):
        act = replace(WHY, explanation="字" * length)
        book.refuse(Refusal.TEXT_TOO_LONG, act, CLERK, "2026-03-02 10:00", length=str(length))
    book.do(replace(WHY, explanation="字" * LONGEST), CLERK, "2026-03-02 10:00")


def test_texts_are_found_wherever_they_stand() -> None:
    """材料清单里的也看；数字、日期、没有填的不是文字。"""
    materials = (Material("申请书", SHA), Material("平面\0图", SHA))
    assert improper(replace(RECEIVE, materials=materials)) == Refused(
        Refusal.TEXT_CHARACTER, {"character": "U+0000"}
    )
    assert improper(RECEIVE) is None


def test_what_the_machine_says_was_read_from_the_ledger() -> None:
    """机器办的不再看：它说的都是账上已有的。"""
    town().refuse(Refusal.CASE_NOT_FOUND, DeemAccepted(CaseNo("\0")), MACHINE, "2026-02-12")


# -- names of materials


@pytest.mark.parametrize(
    "name",
    ["", " ", " 申请书", "../../etc/passwd", "C:\\申请书", "申请\n书", "字" * (LONGEST_NAME + 1)],
)
def test_a_name_is_no_path_and_one_line(name: str) -> None:
    """收件的、存入的都看；空的、像路径的、几行的、太长的，不能作名字。"""
    act = replace(RECEIVE, materials=(Material(name, SHA),))
    town().refuse(Refusal.MATERIAL_NAME, act, CLERK, "2026-03-02", name=name)
    kept = StoreMaterial(NO, name, SHA, 10, MediaType.TEXT)
    received("2026-03-02").refuse(Refusal.MATERIAL_NAME, kept, CLERK, "2026-03-02", name=name)


def test_names_are_distinct_and_not_too_many() -> None:
    """同名两份的、超过两千份的，不收件；恰好两千份的收。"""
    twice = (Material("申请书", SHA), Material("申请书", OTHER))
    town().refuse(
        Refusal.MATERIAL_NAME, replace(RECEIVE, materials=twice), CLERK, "2026-03-02", name="申请书"
    )
    many = tuple(Material(f"图{number}", SHA) for number in range(MOST_MATERIALS + 1))
    act = replace(RECEIVE, materials=many)
    town().refuse(Refusal.MATERIAL_TOO_MANY, act, CLERK, "2026-03-02", largest="2000")
    town().do(replace(act, materials=many[1:]), CLERK, "2026-03-02")


def test_what_is_reused_is_what_was_registered() -> None:
    """复用的内容与收件时登记的摘要不同的，拒绝。"""
    book: Book = received("2026-03-02")
    book.do(StoreMaterial(NO, "申请书", SHA, 10, MediaType.TEXT), CLERK, "2026-03-02")
    other = CaseNo("2026-000002")
    differs = replace(
        RECEIVE, case_no=other, receipt_no="SJ-2", materials=(Material("申请书", OTHER),)
    )
    book.do(differs, CLERK, "2026-03-03")
    reuse = ReuseMaterial(other, "申请书", NO)
    book.refuse(Refusal.MATERIAL_DIFFERS, reuse, CLERK, "2026-03-03", name="申请书")
    third = CaseNo("2026-000003")
    book.do(replace(differs, case_no=third, receipt_no="SJ-3", materials=()), CLERK, "2026-03-03")
    assert isinstance(book.ask(ReuseMaterial(third, "申请书", NO), CLERK, "2026-03-03"), Plan)


def test_there_is_nothing_to_correct_before_receipt() -> None:
    """没有此件的，更正被拒（历史导入的也一样）。"""
    fact = Corrected(CorrectedField.RECEIPT_NO, "", "SJ-9", "笔误", None, person("clerk"))
    answer = procedure.decide(case.Nothing(), procedure.Correct(fact, date(2026, 3, 2)))
    assert isinstance(answer, Refused)
    assert answer.code is Refusal.CASE_NOT_FOUND


# -- numbers, days, identities


@pytest.mark.parametrize(
    ("days", "code"), [(MOST_DAYS, None), (MOST_DAYS + 1, "text.range"), (2**70, "text.range")]
)
def test_a_period_has_an_end(days: int, code: str | None) -> None:
    """所需时间最多十年：再长的不收，期限也就推算得出来。"""
    stop = PauseClock(NO, StopReason.TESTING, "检测规程第三条", "TB-1", days)
    answer = accepted("2026-04-20").ask(stop, REVIEWER, "2026-04-27")
    assert (answer.code if isinstance(answer, Refused) else None) == code


@pytest.mark.parametrize("amount", [2**31, 2**63, -(2**70)])
def test_an_amount_fits_the_format(amount: int) -> None:
    """写不进格式的数，拒绝而不是停机。"""
    book = accepted("2026-04-20", item(review=ReviewRules(charged=True)))
    act = NotifyFee(NO, "SF-1", amount)
    book.refuse(Refusal.TEXT_RANGE, act, CLERK, "2026-04-27", entry="amount_fen")


def test_months_have_an_end_too() -> None:
    """以月计的最多十年。"""
    rules = HandlingRules(pledge=PledgeRules(verification_months=MOST_MONTHS + 1))
    assert improper(rules) == Refused(
        Refusal.TEXT_RANGE, {"entry": "verification_months", "largest": str(MOST_MONTHS)}
    )
    assert improper(HandlingRules(pledge=PledgeRules(verification_months=MOST_MONTHS))) is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 9),  # noqa: DTZ001 -- the very thing that is refused
        datetime(9999, 12, 31, 23, 59, tzinfo=BEIJING),
        datetime(1, 1, 1, tzinfo=BEIJING),
        datetime(1899, 12, 31, 23, 59, tzinfo=BEIJING),
        datetime(2200, 1, 1, tzinfo=BEIJING),
    ],
)
def test_a_moment_has_its_zone_and_its_century(moment: datetime) -> None:
    """没有时区的、公元一年与九九九九年的，不收。"""
    act = replace(RECEIVE, received_at=moment)
    town().refuse(Refusal.TEXT_DAY, act, CLERK, "2026-03-02", entry="received_at")


def test_days_of_the_centuries_that_count_are_taken() -> None:
    """公历 1900 年首日与 2199 年末日都收；长期有效写成九九九九年的，拒绝并说明不填。"""
    for day in (date(1900, 1, 1), date(2199, 12, 31)):
        assert improper(replace(APPROVE, valid_to=day)) is None
    endless = replace(APPROVE, valid_to=date(9999, 12, 31))
    reviewed("2026-03-02").refuse(
        Refusal.TEXT_DAY, endless, DECIDER, "2026-03-03", entry="valid_to"
    )


@pytest.mark.parametrize(
    ("act", "entry"),
    [
        (replace(RECEIVE, receipt_no=""), "receipt_no"),
        (replace(RECEIVE, receipt_no=" SJ-1"), "receipt_no"),
        (replace(RECEIVE, receipt_no="SJ\n1"), "receipt_no"),
        (replace(RECEIVE, receipt_no="S" * (LONGEST_NAME + 1)), "receipt_no"),
        (replace(RECEIVE, case_no=CaseNo("")), "case_no"),
        (replace(RECEIVE, applicant=SubjectId(" ")), "applicant"),
        (replace(RECEIVE, agent=PersonId("")), "agent"),
    ],
)
def test_a_paper_has_a_number_and_a_person_an_identity(act: Receive, entry: str) -> None:
    """五种结果都有文号（许可法 32 条二款）：空的、不成样的，法律准了也不写进账。"""
    town().refuse(Refusal.TEXT_NUMBER, act, CLERK, "2026-03-02", entry=entry)


@pytest.mark.parametrize("digest", ["", "nothex", "A" * 64, "a" * 63, "a" * 65, "g" * 64])
def test_a_digest_is_one(digest: str) -> None:
    """摘要是六十四位小写的十六进制数：手写的、大写的、短一位的不收。"""
    act = replace(RECEIVE, materials=(Material("申请书", Sha256(digest)),))
    town().refuse(Refusal.TEXT_DIGEST, act, CLERK, "2026-03-02", entry="sha256")


def test_the_law_speaks_first() -> None:
    """法律本来就不准的，说法律的理由，不说文号空着。"""
    act = replace(RECEIVE, receipt_no="")
    received("2026-03-02").refuse(Refusal.CASE_EXISTS, act, CLERK, "2026-03-02 10:00")


def test_a_notice_names_what_is_missing() -> None:
    """补正告知须写明所缺的：空白的一项不算写明。"""
    for missing in ((), ("",), ("平面图", " ")):
        notice = RequestSupplement(NO, "BZ-1", missing)
        received("2026-03-02").refuse(Refusal.CASE_NOTICE_EMPTY, notice, CLERK, "2026-03-03")
