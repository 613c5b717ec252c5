"""公开的网页：市民看得懂、当场能复算的一页；不连网，没有按钮。"""

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from domain.hashing import lp
from domain.inspection_plan import CampaignKind, PlanRegistered
from runtime.messages import say

_HERE: Final = Path(__file__).parent
_TOOL: Final = {"sha256": "sha256sum", "sm3": "openssl dgst -sm3"}


def render(
    plan_no: str,
    plan: PlanRegistered,
    told: Mapping[str, Any],
    replaced: Iterable[Mapping[str, Any]] = (),
) -> str:
    """一次抽取的网页；``told`` is ``{"input": …, "expected": …}``, ``replaced`` the package's."""
    published, result = told["input"], told["expected"]
    first = next((one for layer in result["strata"] for one in layer["chosen"]), None)
    blanks = {
        "PLAN_NO": plan_no,
        "TITLE": plan.title,
        "DEPARTMENT": plan.department,
        "OFFICES": str(len(plan.offices)),
        "SCOPE": _scope(plan),
        "HASH": plan.hash,
        "PLAN_LEAF": published["plan_leaf_hash"],
        "SOURCE": plan.public_source,
        "PUBLIC_VALUE": published["public_value"],
        "SEALED": published["sealed_share"] or say("draw.page.open"),
        "SEED": result["seed"],
        "EXAMPLE": first["object"] if first else say("draw.page.nobody"),
        "COMMAND": _command(published["hash"], result["seed"], first["object"] if first else ""),
        "EXAMPLE_TICKET": first["ticket"] if first else say("draw.page.nobody"),
    }
    parts = {name: escape(text) for name, text in blanks.items()} | {
        "STRATA": "".join(map(_stratum, published["strata"], result["strata"])),
        "REPLACED": "".join(map(_replaced, replaced)) or escape(say("draw.page.none_replaced")),
        "REVEALS": "".join(_reveals(plan.offices, published["reveals"])),
        "DATA": json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"),
        "PROGRAM": (_HERE / "recompute.js").read_text(encoding="utf-8"),
    }
    pieces = (_HERE / "page.html").read_text(encoding="utf-8").split("@@")
    return "".join(parts[one] if at % 2 else one for at, one in enumerate(pieces))


def _scope(plan: PlanRegistered) -> str:
    """Whom the list was made of: everybody, or what a directed plan names."""
    if plan.campaign is CampaignKind.UNDIRECTED:
        return say("draw.page.undirected")
    within = "、".join((*plan.item_codes, *plan.regions))
    return say("draw.page.directed", scope=within)


def _command(name: str, seed: str, subject: str) -> str:
    """What a reader types to compute one ticket by hand."""
    whole = lp(b"ssj/object/v1") + lp(bytes.fromhex(seed)) + lp(subject.encode())
    return f"printf %s {whole.hex()} | xxd -r -p | {_TOOL[name]}"


def _reveals(offices: Iterable[str], shares: Iterable[str | None]) -> Iterable[str]:
    for office, share in zip(offices, shares, strict=True):
        label = escape(say("draw.page.share", office=office))
        told = escape(share or say("draw.page.withheld"))
        yield f'<tr><th scope="row">{label}</th><td class="hex">{told}</td></tr>\n'


def _replaced(one: Mapping[str, Any]) -> str:
    found = one["substitute"]
    line = say(
        "draw.page.replaced",
        excluded=one["excluded"],
        reason=say(f"draw.page.reason.{one['reason']}"),
        substitute=found["subject"] if found else say("draw.page.no_substitute"),
        ticket=found["ticket"] if found else say("draw.page.no_substitute"),
    )
    return f"<br>{escape(line)}\n"


def _stratum(layer: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    caption = say(
        "draw.page.stratum",
        name=layer["name"],
        listed=len(layer["objects"]),
        percent=f"{layer['ratio_bp'] / 100:g}",
        floor=layer["floor"],
        drawn=result["size"],
        limit=result["chosen"][-1]["ticket"] if result["chosen"] else say("draw.page.nobody"),
    )
    head = "".join(f"<th>{escape(one)}</th>" for one in say("draw.page.columns").split("|"))
    rows = "".join(
        f'<tr><td>{at}</td><td>{escape(one["object"])}</td><td class="hex">{one["ticket"]}</td></tr>\n'
        for at, one in enumerate(result["chosen"], 1)
    )
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>\n{rows}</table>\n"
