"""文书：真的 PDF，打开来看文字；同样的事实同样的字节；印章查得出改动，也照实说自己是什么。"""

import io
import runpy
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

import pypdfium2
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from domain.document import DocumentKind
from domain.revocation import TakenOver
from domain.seal import SealSource
from domain.terms import Organ, PersonId
from runtime.documents.kinds import SOURCES, bare, wording
from runtime.documents.paper import compose, part
from runtime.documents.render import font_folder, render
from runtime.documents.seal import CommandSeal, EmbeddedSeal, choose
from runtime.exits import Exit, Stop
from runtime.messages import ROOT, tables
from runtime.settings import load
from schemas.registry import EVENT_NAMES
from tests.deliveries import CASE, LICENCE, PLEDGE
from tests.runtime.papers.sheets import FACTS, text_of, told

NOTE: Final = part("seal_embedded")
# What each paper must say, of what only this case knows.
SAYS: Final = {
    DocumentKind.ACCEPTANCE: ["受理之日为2026年3月2日", "承诺不迟于2026年3月11日", "文号：A-1"],
    DocumentKind.SUPPLEMENT: ["1.平面图", "2.健康证", "不再另行要求补正", "第三十二条第一款第四项"],
    DocumentKind.DECLINE: ["有权办理的机关：区水利局", "属于水土保持事项", "六十日内", "六个月内"],
    DocumentKind.APPROVAL: ["许可证件编号：L-1", "自2026年3月2日起至2031年3月1日止"],
    DocumentKind.REJECTION: ["理由：场所不符合要求", "可以重新申请", "提起行政诉讼", "第三十八条"],
    DocumentKind.REVOCATION_NOTICE: ["本告知书不是撤销决定", "承诺落空", "2026年5月20日"],
    DocumentKind.REVOCATION: ["现决定予以撤销", "理由：承诺落空", "申请行政复议"],
    DocumentKind.COMMITMENT: ["1.消防验收意见，2026年4月1日", "ab" * 32, "可以撤回承诺"],
    DocumentKind.RECEIPT: ["不迟于2026年3月9日", "不是受理决定", "收到申请材料之日起即为受理"],
    DocumentKind.GAPS: ["1.健康证", "2.平面图", "不迟于2026年3月23日补齐", "文号：A-1"],
    DocumentKind.ACCEPTANCE_REVOCATION: ["决定撤销受理", "理由：容缺的材料没有补齐"],
    DocumentKind.WITHDRAWAL: ["申请人撤回", "不再就该申请作出决定", f"文号：{CASE}"],
    DocumentKind.FEE: ["共计120.50元", "第五十九条"],
    DocumentKind.PAUSE: ["需要专家评审", "至2026年3月11日止", "法定不迟于2026年4月14日"],
    DocumentKind.EXTENSION: ["延长10个工作日", "不迟于2026年4月14日", "理由：案情复杂"],
    DocumentKind.PARTY: ["鲤城区幸福小区业主委员会：", "油烟影响其住宅", "陈述和申辩"],
    DocumentKind.HEARING: ["2.鲤城区幸福小区业主委员会", "不迟于2026年3月23日", "第四十七条"],
    DocumentKind.HEARING_NOTICE: ["2026年4月8日在三楼会议室", "主持人：罗明法", "有权申请回避"],
    DocumentKind.RECTIFICATION: ["1.装好油烟净化设施", "中止办理：是", f"承诺（{PLEDGE}）"],
    DocumentKind.DELIVERY: ["准予行政许可决定书，文号D-1", "当面领取", "2026年3月16日"],
    DocumentKind.CHANGE: ["准予变更", "说明：更名", f"许可证件{LICENCE}"],
    DocumentKind.RENEWAL: ["自2031年3月2日起至2036年3月1日止"],
    DocumentKind.RENEWAL_REFUSAL: ["不予延续", "至2031年3月1日届满", "可以另行申请"],
    DocumentKind.LICENCE_WITHDRAWAL: ["决定撤回", "所依规章已经废止", "给予补偿：是"],
    DocumentKind.DEREGISTRATION: ["办理注销手续", f"文号：{LICENCE}", "第七十条"],
    DocumentKind.COMPENSATION: ["30000元", "撤回许可的补偿", "停业损失"],
}


def pdf(kind: DocumentKind = DocumentKind.ACCEPTANCE) -> bytes:
    """一份文书的 PDF。"""
    return render(compose(told(kind), NOTE))


@pytest.mark.parametrize("kind", SOURCES)
def test_each_paper_says_what_the_ledger_knows(kind: DocumentKind) -> None:
    """每种文书：机关、文号、收件人、事实、依据、救济、日期、印章与核对的办法，都读得出。"""
    found, paper = text_of(pdf(kind)), told(kind)
    common = [
        f"{paper.addressee}：",
        paper.number,
        "食品经营许可",
        "2026年3月2日",
        "不具有法定印章的效力",
    ]
    expected = [wording(kind).title, *common, *SAYS[kind], "账上出处", paper.fact.meta.event_id]
    assert [one for one in expected if one not in found] == []
    assert "{" not in found


@pytest.mark.parametrize("kind", [kind for kind, source in SOURCES.items() if source.adverse])
def test_whom_it_goes_against_is_told_how_to_be_reviewed(kind: DocumentKind) -> None:
    """凡不利于当事人的，都告知复议六十日、诉讼六个月，并引其依据（许可法 38 条二款）。"""
    found = text_of(pdf(kind))
    for said in ("六十日内", "申请行政复议", "六个月内", "提起行政诉讼"):
        assert said in found, said
    assert {"xfy:20", "xssf:46"} <= set(wording(kind).basis)


def test_what_goes_against_somebody_has_its_paper() -> None:
    """事件里写着救济途径的，都有一种不利文书，救济照印；不利于人的决定一种不漏。"""
    adverse = {source.event: kind for kind, source in SOURCES.items() if source.adverse}
    told = {
        bare(name)
        for name, event in EVENT_NAMES.items()
        if any(item.name == "remedies" for item in fields(event))  # type: ignore[arg-type]
    }
    assert told
    assert told <= set(adverse)
    for event in told:
        assert "remedies" in wording(adverse[event]).blanks
    assert set(adverse) == told | {
        *("case.declined", "case.acceptance_revoked", "commitment.rectification_ordered"),
        *("licence.withdrawn", "licence.deregistered", "compensation.decided"),
    }


def test_a_superior_signs_what_it_decided() -> None:
    """上级机关提级撤销的，落款是上级机关。"""
    plain, above = told(DocumentKind.REVOCATION), Organ("350500-SPJ")
    taken = TakenOver(above, "提字〔2026〕1号", "久拖不决", PersonId("P-9"))
    paper = compose(replace(plain, before=(*plain.before, taken)), NOTE)
    named = str(tables()["organ"][above])
    assert paper.organ == named
    assert compose(plain, NOTE).organ != named


def test_the_page_of_papers_is_generated() -> None:
    """docs/papers.md 与文书的出处、写法一致；改了须重新生成。"""
    script = runpy.run_path(str(ROOT / "docs/make_papers.py"))
    assert script["page"]() == (ROOT / "docs/papers.md").read_text(encoding="utf-8")


def test_every_kind_can_be_issued() -> None:
    """文书的种类，一种不少都出得了。"""
    assert set(SOURCES) == set(DocumentKind)


def test_every_paper_is_tried() -> None:
    """出得了的每种文书，这里都试过。"""
    assert set(SOURCES) == set(FACTS) == set(SAYS)


def test_the_same_facts_give_the_same_bytes() -> None:
    """同样的事实，同样的字节：摘要才能作为事件；换一个字就不同。"""
    assert pdf() == pdf()
    other = render(compose(told(DocumentKind.ACCEPTANCE, applicant="别家"), NOTE))
    assert other != pdf()
    with pypdfium2.PdfDocument(pdf()) as document:
        assert document.get_metadata_dict()["CreationDate"] == "D:20260302000000Z"


def test_text_of_people_is_never_markup() -> None:
    """人写的文字照样印出：不当作排版的命令，也不当作空格。"""
    stream = FACTS[DocumentKind.REJECTION]
    wild = '#panic("x") *强* $x$ {organ} <a>'
    plain = told(DocumentKind.REJECTION)
    fact = replace(plain.fact, event=replace(stream[1], reasons=wild))  # type: ignore[type-var]
    found = text_of(render(compose(replace(plain, fact=fact), NOTE)))
    assert wild.replace(" ", "") in found


def test_a_draft_says_so() -> None:
    """草稿页面上打着“草稿”，出具的没有。"""
    draft = render(compose(told(DocumentKind.APPROVAL), NOTE, draft=True))
    assert "草稿：尚未出具" in text_of(draft)
    assert "草稿" not in text_of(pdf(DocumentKind.APPROVAL))


def test_a_licence_without_end_says_long_term() -> None:
    """有效期没有止日的写“长期”，没有别的机关的写“（无）”。"""
    plain = told(DocumentKind.APPROVAL)
    endless = replace(plain.fact, event=replace(plain.fact.event, valid_to=None))  # type: ignore[type-var]
    assert "至长期止" in text_of(render(compose(replace(plain, fact=endless), NOTE)))


def test_without_the_font_nothing_is_printed(tmp_path: Path) -> None:
    """没有中文字体就不排，不印一页方块；字体没有的字，指名说出。"""
    with pytest.raises(Stop) as missing:
        font_folder("no_such_package")
    assert (missing.value.code, missing.value.exit_code) == (
        "document.font_missing",
        Exit.DEPENDENCY,
    )
    with pytest.raises(Stop) as unknown:
        render(compose(told(DocumentKind.APPROVAL), NOTE), fonts=tmp_path)
    assert unknown.value.code == "document.typeset"
    with pytest.raises(Stop) as shapeless:
        render(compose(told(DocumentKind.APPROVAL, applicant="甲\ue123"), NOTE))
    assert "e123" in shapeless.value.facts["detail"]


# -- the seal


def status(content: bytes) -> PdfSignatureStatus:
    """验证末一个签名；信任的根就是它自己的证书。"""
    signature = PdfFileReader(io.BytesIO(content)).embedded_signatures[-1]
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    return validate_pdf_signature(signature, context)


def test_the_embedded_seal_is_verified_and_says_what_it_is(tmp_path: Path) -> None:
    """内置印章：签名验得过，覆盖全文，原来的字节一个不动；页面与签名里都说不是法定印章。"""
    seal = EmbeddedSeal(tmp_path)
    sealed = seal.apply(pdf(), "区行政审批局")
    found = status(sealed.content)
    assert (found.intact, found.valid, found.bottom_line) == (True, True, True)
    assert sealed.content.startswith(pdf())
    signature = PdfFileReader(io.BytesIO(sealed.content)).embedded_signatures[0]
    assert signature.sig_object["/Reason"] == seal.note == NOTE
    assert "不具有法定印章的效力" in text_of(sealed.content)
    assert "非法定" in signature.signer_cert.subject.human_friendly
    assert (tmp_path / "seal.pem").stat().st_mode & 0o077 == 0
    again = EmbeddedSeal(tmp_path).apply(pdf(), "区行政审批局")
    assert again.certificate_sha256 == sealed.certificate_sha256


def test_a_changed_paper_is_found_out(tmp_path: Path) -> None:
    """盖章之后改过一个字节，签名就验不过。"""
    sealed = EmbeddedSeal(tmp_path).apply(pdf(), "区行政审批局")
    changed = bytearray(sealed.content)
    changed[600] ^= 1
    assert status(bytes(changed)).intact is False


_CITY: Final = """
import sys
from pathlib import Path
from runtime.documents.seal import EmbeddedSeal
content = sys.stdin.buffer.read()
sealed = EmbeddedSeal(Path(sys.argv[1])).apply(content, sys.argv[2]).content
sys.stdout.buffer.write(sealed)
"""


def test_the_citys_own_seal_is_another_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """单位的印章系统：PDF 进、盖过的 PDF 出；证书的摘要取自退回来的签名。"""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    script = tmp_path / "city.py"
    script.write_text(_CITY)
    command = f"{sys.executable} {script} {tmp_path}"
    seal = choose(load(tmp_path / "data"), {"SHENGUAN_SEAL_COMMAND": command})
    assert isinstance(seal, CommandSeal)
    sealed = seal.apply(pdf(), "350505-SPJ")
    assert status(sealed.content).bottom_line
    own = EmbeddedSeal(tmp_path).apply(pdf(), "350505-SPJ")
    assert sealed.certificate_sha256 == own.certificate_sha256
    assert (seal.source, seal.note) == (SealSource.EXTERNAL, part("seal_external"))
    embedded = choose(load(tmp_path / "data"), {})
    assert embedded.source is SealSource.EMBEDDED


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("/bin/false", "seal.unavailable"),
        ("/no/such/programme", "seal.unavailable"),
        ("/bin/echo", "seal.other_file"),
        ("/bin/sh -c cat", "seal.other_file"),
    ],
)
def test_what_is_not_a_seal_is_refused(command: str, code: str) -> None:
    """印章系统不答复、退回别的东西、没有签名就退回来：一律不算盖过。"""
    with pytest.raises(Stop) as stopped:
        CommandSeal(command).apply(pdf(), "350505-SPJ")
    assert stopped.value.code == code
