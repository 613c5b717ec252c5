"""证照复用、模拟审批、一业一证、承诺备案、帮代办的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from projections import side_files
from runtime.export import Cell
from runtime.listings.base import Listing, side
from runtime.words import choice, organ, say, term


def _dependent(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    body = row.text("approving_body")
    return (
        row.text("case_no"),
        term("state", row.state),
        row.text("licence_no"),
        row.text("name"),
        choice("reliance.broken.v1", row.text("ending")),
        row.text("dependent_licence"),
        organ(body) if body else None,
        choice("reliance.answered.v1", row.text("answer")),
        row.text("explanation"),
        row.position,
    )


def _simulation(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        say("no_effect"),
        row.text("item_code"),
        row.text("project"),
        row.text("applicant"),
        "、".join(row.parts("conditions", "name")),
        row.text("valid_until"),
        choice("simulated.opinion_issued.v1", row.text("view")),
        row.text("case_no"),
        choice("simulated.lapsed.v1", row.text("reason")),
        row.position,
    )


def _composite(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    live = row.parts("components", "licence_no")
    return (
        row.number,
        term("state", row.state),
        row.text("industry"),
        row.text("holder"),
        "、".join(live) if row.state != "COMPOSITE_ENDED" else None,
        row.text("valid_to"),
        choice("composite.adjusted.v1", row.text("cause")),
        row.text("document_no"),
        row.opened_on,
        row.position,
    )


def _undertaking(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    kept = row.details.get("kept")
    return (
        row.number,
        term("state", row.state),
        row.text("item_code"),
        row.text("filer"),
        row.text("project"),
        "、".join(row.texts("promises")),
        row.text("verify_by"),
        None if kept is None else say("yes" if kept else "no"),
        "、".join(row.texts("failed")),
        row.text("rectify_by"),
        row.text("document_no"),
        row.position,
    )


def _assistance(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        row.text("helper"),
        row.text("applicant"),
        row.text("project"),
        row.text("begun_on"),
        row.text("finished_on"),
        choice("assistance.finished.v1", row.text("outcome")),
        row.text("explanation"),
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "dependents": Listing(
        (side_files.PROJECTION,),
        frozenset({"state"}),
        (
            "case_no",
            "state",
            "relied_licence",
            "material",
            "relied_ending",
            "dependent_licence",
            "approving_body",
            "break_answer",
            "explanation",
            "position",
        ),
        side("reliance"),
        _dependent,
    ),
    "simulations": Listing(
        (side_files.PROJECTION,),
        frozenset({"state"}),
        (
            "simulated_no",
            "state",
            "effect",
            "item",
            "project",
            "applicant",
            "conditions",
            "valid_until",
            "view",
            "case_no",
            "lapsed_why",
            "position",
        ),
        side("simulated"),
        _simulation,
    ),
    "undertakings": Listing(
        (side_files.PROJECTION,),
        frozenset({"state"}),
        (
            "filing_no",
            "state",
            "item",
            "subject",
            "project",
            "promises",
            "verify_by",
            "kept",
            "failed",
            "rectify_by",
            "document_no",
            "position",
        ),
        side("undertaking"),
        _undertaking,
    ),
    "assistances": Listing(
        (side_files.PROJECTION,),
        frozenset({"state"}),
        (
            "case_no",
            "state",
            "helper",
            "applicant",
            "project",
            "begun_on",
            "finished_on",
            "outcome",
            "explanation",
            "position",
        ),
        side("assistance"),
        _assistance,
    ),
    "composites": Listing(
        (side_files.PROJECTION,),
        frozenset({"state", "holder"}),
        (
            "composite_no",
            "state",
            "industry",
            "holder",
            "components",
            "valid_to",
            "adjust_cause",
            "document_no",
            "opened_on",
            "position",
        ),
        side("composite"),
        _composite,
    ),
}
