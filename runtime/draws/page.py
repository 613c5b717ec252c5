"""公开的网页：市民看得懂、当场能复算的一页；不连网，没有按钮。"""

import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from domain.hashing import lp
from domain.inspection_plan import CampaignKind, PlanRegistered
from runtime import words
from runtime.draws.package import Published, Stage
from runtime.messages import say

_HERE: Final = Path(__file__).parent
_TOOL: Final = {"sha256": "sha256sum", "sm3": "openssl dgst -sm3"}


def render(drawn: Published, told: Mapping[str, Any], audit: Mapping[str, Any]) -> str:
    """一次抽取的网页；``told`` is ``{"input": …, "expected": …}``, ``audit`` the package."""
    published, result = told["input"], told["expected"]
    plan = drawn.plan
    first = next((one for layer in result["strata"] for one in layer["chosen"]), None)
    blanks = {
        "PLAN_NO": drawn.plan_no,
        "TITLE": plan.title,
        "DEPARTMENT": words.organ(plan.department),
        "STAGE": say(f"draw.page.stage.{audit['stage']}"),
        "SCOPE": _scope(plan),
        "OFFICES": str(len(plan.offices)),
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
    columns = _columns(audit)
    strata = (
        _stratum(layer, found, columns)
        for layer, found in zip(published["strata"], result["strata"], strict=True)
    )
    parts = {name: escape(text) for name, text in blanks.items()} | {
        "STRATA": "".join(strata),
        "REPLACED": _lines(_replaced(one, columns) for one in audit["replaced"])
        or escape(say("draw.page.none_replaced")),
        "REDRAWN": _lines(map(_redrawn, audit["redrawn"]))
        or escape(say("draw.page.none_replaced")),
        "LEFT_OUT": _lines(map(_left_out, audit["left_out"]))
        or escape(say("draw.page.none_left_out")),
        "RECLASSIFIED": _lines(
            say("draw.page.reclassified", **one) for one in audit.get("reclassified", ())
        )
        or escape(say("draw.page.none_left_out")),
        "REVEALS": "".join(_reveals(plan.offices, published["reveals"])),
        "DATA": json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"),
        "PROGRAM": (_HERE / "recompute.js").read_text(encoding="utf-8"),
    }
    pieces = (_HERE / "page.html").read_text(encoding="utf-8").split("@@")
    return "".join(parts[one] if at % 2 else one for at, one in enumerate(pieces))


Columns = Mapping[str, Callable[[str], str]]  # heading → what it says of an object


def _columns(audit: Mapping[str, Any]) -> Columns:
    """Who went and what came of it, once that is published; before, only that two are committed to."""
    pairs = _sent(audit)
    if audit["stage"] == Stage.DRAW:
        hidden = say("draw.page.no_team")
        return {
            say("draw.page.committed"): lambda subject: (
                str(pairs[subject]["commitment"]) if subject in pairs else hidden
            )
        }
    results = {one["subject"]: one for one in audit["results"]}
    names = {one["code"]: one["name"] for one in audit["code_set"]["codes"]}
    return {
        say("draw.page.inspectors"): lambda subject: "、".join(
            pairs[subject]["inspectors"] if subject in pairs else ()
        ),
        say("draw.page.result"): lambda subject: _result(results[subject], names),
    }


def _sent(audit: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Who goes where in the end, or the commitment to it; ``after`` says which change came first."""
    pairs = {one["subject"]: one for one in audit["pairs"]}
    redrawn = list(audit["redrawn"])
    for at, change in enumerate([*audit["replaced"], None]):
        while redrawn and redrawn[0]["after"] == at:
            one = redrawn.pop(0)
            pairs[one["subject"]] = one
        if change and change["substitute"]:
            pairs[change["substitute"]["subject"]] = change
    return {subject: one for subject, one in pairs.items() if one["commitment"]}


def _redrawn(one: Mapping[str, Any]) -> str:
    cause = say(f"draw.page.cause.{one['cause']}")
    if one["outgoing"] is None:
        now = one["commitment"] or say("draw.page.short")
        return say("draw.page.redrawn_hidden", subject=one["subject"], cause=cause, commitment=now)
    return say(
        "draw.page.redrawn",
        subject=one["subject"],
        outgoing=one["outgoing"],
        cause=cause,
        inspectors="、".join(one["inspectors"] or ()) or say("draw.page.short"),
    )


def _result(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if one["codes"] is None:
        return say(f"draw.page.status.{one['status']}")
    return "、".join(names[code] for code in one["codes"])


def _lines(told: Iterable[str]) -> str:
    return "".join(f"<br>{escape(line)}\n" for line in told)


def _left_out(one: Mapping[str, Any]) -> str:
    reasons = "；".join(
        say("draw.page.observed", **{name: observed[name] for name in observed})
        for observed in one["observed"]
    )
    return say("draw.page.left_out", subject=one["subject"], reasons=reasons)


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


def _replaced(one: Mapping[str, Any], columns: Columns) -> str:
    found = one["substitute"]
    line = say(
        "draw.page.replaced",
        excluded=one["excluded"],
        reason=say(f"draw.page.reason.{one['reason']}"),
        substitute=found["subject"] if found else say("draw.page.no_substitute"),
        ticket=found["ticket"] if found else say("draw.page.no_substitute"),
    )
    told = [f"{name} {of(found['subject'])}" for name, of in columns.items()] if found else []
    return "；".join([line, *told])


def _stratum(layer: Mapping[str, Any], result: Mapping[str, Any], columns: Columns) -> str:
    caption = say(
        "draw.page.stratum",
        name=layer["name"],
        listed=len(layer["objects"]),
        percent=f"{layer['ratio_bp'] / 100:g}",
        floor=layer["floor"],
        drawn=result["size"],
        limit=result["chosen"][-1]["ticket"] if result["chosen"] else say("draw.page.nobody"),
    )
    headings = [*say("draw.page.columns").split("|"), *columns]
    head = "".join(f"<th>{escape(one)}</th>" for one in headings)
    rows = "".join(
        f'<tr><td>{at}</td><td>{escape(one["object"])}</td><td class="hex">{one["ticket"]}</td>'
        + "".join(f"<td>{escape(of(one['object']))}</td>" for of in columns.values())
        + "</tr>\n"
        for at, one in enumerate(result["chosen"], 1)
    )
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>\n{rows}</table>\n"
