"""名册：许可、对象、人员、导入与规则的清单。"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from domain.policy import Trigger
from followers.storage import Connection
from projections import (
    approvals,
    case_view,
    credit_register,
    import_view,
    inspection_view,
    inspector_register,
    intermediary_register,
    officer_register,
    policy_register,
    quota_register,
    side_files,
    subject_register,
)
from runtime.export import Cell
from runtime.listings.base import Asked, Listing, Rows, side
from runtime.words import choice, organ, say, term


def _approvals(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = approvals.Asked(
        today=today,
        state=asked.state,
        holder=asked.holder,
        organ=asked.organ,
        item_code=asked.item,
        imported=asked.imported,
        expired_by=asked.expired_by,
    )
    return approvals.search(conn, wanted, limit)


def _approval(row: approvals.ApprovalRow, today: date) -> Iterable[Cell]:
    return (
        row.key,
        term("state", row.standing(today)),
        row.holder,
        row.item_code,
        row.item_name,
        organ(row.approving_body),
        row.valid_from,
        row.valid_to,
        row.ended_on,
        None if row.ended_on is None else say("yes" if row.ended_exactly else "no_later"),
        row.ending_no,
        row.case_no,
        row.source,
        row.source_status,
        row.terms,
        row.position,
    )


def _void_notices(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return approvals.void_notices(conn, asked.holder, limit)


def _void_notice(row: approvals.VoidNotice, today: date) -> Iterable[Cell]:
    del today
    cause = choice("licence.certificate_voided.v1", row.cause)
    return (row.certificate_no, row.licence_no, cause, row.notice_no, row.noticed_on)


def _subjects(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    wanted = subject_register.Asked(
        today=today,
        subject=asked.subject,
        region=asked.region,
        risk_class=asked.risk,
        imported=asked.imported,
        adverse=asked.adverse,
    )
    return subject_register.search(conn, wanted, limit)


def _subject(row: subject_register.SubjectFacts, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        choice("subject.registered.v1", row.kind),
        row.credit_code,
        row.region,
        row.risk_class,
        row.risk_since,
        row.override_to,
        row.off_on,
        say("yes") if row.imported else None,
        row.cases,
        row.filings,
        row.commitments,
        row.commitments_broken,
        row.licences,
        row.licences_in_force,
        row.licences_revoked,
        row.licences_forfeited,
        row.inspections_waiting,
        row.inspections_done,
        row.inspections_with_problem,
    )


def _officers(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return officer_register.posts(conn, asked.organ, asked.officer, limit)


def _officer(post: officer_register.Post, today: date) -> Iterable[Cell]:
    grant = post.grant
    return (
        post.account,
        post.person,
        term("role", grant.role),
        organ(grant.organ),
        grant.valid_from,
        grant.valid_to,
        say("yes" if grant.valid_on(today) else "no"),
    )


def _inspectors(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    wanted = inspector_register.Asked(
        organ=asked.organ,
        region=asked.region,
        imported=asked.imported,
        expired_by=asked.expired_by,
    )
    return inspector_register.search(conn, wanted, limit)


def _inspector(row: inspector_register.InspectorRow, today: date) -> Iterable[Cell]:
    left = None if row.certificate_valid_to is None else (row.certificate_valid_to - today).days
    return (
        row.key,
        organ(row.organ) if row.organ else None,
        row.source,
        row.region,
        "、".join(row.specialities or ()),
        row.station,
        row.certificate_no,
        row.certificate_valid_to,
        left,
        say("certificate_expired") if left is not None and left < 0 else None,
        "、".join(row.recusals or ()),
        row.removed_on,
        row.assigned,
        row.done,
        row.problems,
    )


def _imports(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return import_view.search(conn, asked.state, limit)


def _import(row: import_view.ImportRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.key,
        term("state", row.state),
        choice("import.started.v2", row.kind),
        row.source,
        row.started_at,
        row.finished_at,
        row.rows,
        row.taken,
        row.known,
        row.refused,
        "、".join(f"{one['code']} {one['count']}" for one in row.reasons or ()),
        row.officer_id,
        row.file_sha256,
        row.report_sha256,
        row.position,
    )


def _policies(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del asked, today
    return policy_register.search(conn, limit)


def _policy(row: policy_register.PolicyRow, today: date) -> Iterable[Cell]:
    del today
    paths = (row.paths.get(trigger) for trigger in Trigger)
    return (
        row.key,
        row.version,
        row.effective_from,
        row.name,
        row.jurisdiction,
        row.source,
        *(choice("policy.published.v1", path) for path in paths),
        row.position,
    )


def _credit(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    wanted = credit_register.Asked(subject=asked.subject, state=asked.state, item_code=asked.item)
    return credit_register.search(conn, wanted, limit)


def _credit_row(row: credit_register.CreditRow, today: date) -> Iterable[Cell]:
    del today
    event = "credit.barred.v1" if row.state == "BARRED" else "credit.record_added.v1"
    return (
        row.subject,
        row.number,
        term("state", row.state),
        choice(event, row.cause),
        choice(event, row.severity),
        None if row.published is None else say("yes" if row.published else "no"),
        row.document_no,
        row.decided_on,
        row.repair_from,
        row.last_day,
        say("yes") if row.excludes else None,
        row.item_code,
        row.case_no,
        row.position,
    )


def _compensation(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        choice("compensation.opened.v1", row.text("cause")),
        row.text("licence_no"),
        row.text("holder"),
        row.text("decision_no"),
        row.opened_on,
        row.text("amount_yuan"),
        row.position,
    )


def _measure(row: side_files.SideFile, today: date) -> Iterable[Cell]:
    del today
    return (
        row.number,
        term("state", row.state),
        choice("measure.opened.v1", row.text("kind")),
        row.text("commitment_id"),
        row.text("subject"),
        choice("measure.opened.v1", row.text("ground")),
        "、".join(map(organ, row.texts("organs"))),
        row.text("due_on"),
        row.text("document_no"),
        row.text("case_no"),
        row.position,
    )


def _intermediaries(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return intermediary_register.search(conn, asked.expired_by, limit)


def _intermediary(row: intermediary_register.IntermediaryRow, today: date) -> Iterable[Cell]:
    return (
        row.key,
        row.name,
        term("state", row.standing(today)) if row.state else None,
        choice("intermediary.rated.v1", row.rating),
        row.suspended_until,
        row.exited_on,
        row.qualified_until,
        row.filings,
        row.challenged,
        row.invalidated,
        row.position,
    )


def _places(conn: Connection, asked: Asked, today: date, limit: int | None) -> Rows:
    del today
    return quota_register.search(conn, asked.item, limit)


def _queued(row: quota_register.PlaceRow, today: date) -> Iterable[Cell]:
    del today
    return (
        row.item_code,
        row.place,
        row.case_no,
        row.accepted_on,
        term("state", row.state),
        row.licence_no,
        row.position,
    )


LISTS: Final[Mapping[str, Listing]] = {
    "approvals": Listing(
        (approvals.PROJECTION,),
        frozenset({"state", "holder", "organ", "item", "imported", "expired_by"}),
        (
            "licence_no",
            "state",
            "holder",
            "item",
            "item_name",
            "approving_body",
            "valid_from",
            "valid_to",
            "ended_on",
            "ended_exactly",
            "ending_no",
            "case_no",
            "source",
            "source_status",
            "terms",
            "position",
        ),
        _approvals,
        _approval,
    ),
    "void_notices": Listing(
        (approvals.PROJECTION,),
        frozenset({"holder"}),
        ("voided_no", "licence_no", "void_cause", "notice_no", "noticed_on"),
        _void_notices,
        _void_notice,
    ),
    "subjects": Listing(
        (
            subject_register.PROJECTION,
            approvals.PROJECTION,
            case_view.PROJECTION,
            inspection_view.PROJECTION,
        ),
        frozenset({"subject", "region", "risk", "imported", "adverse"}),
        (
            "subject",
            "subject_kind",
            "credit_code",
            "region",
            "risk_class",
            "risk_since",
            "override_to",
            "off_register_on",
            "only_imported",
            "cases",
            "filings",
            "commitments",
            "commitments_broken",
            "licences",
            "licences_in_force",
            "licences_revoked",
            "licences_forfeited",
            "inspections_waiting",
            "inspections_done",
            "inspections_with_problem",
        ),
        _subjects,
        _subject,
    ),
    "officers": Listing(
        (officer_register.PROJECTION,),
        frozenset({"organ", "officer"}),
        ("account", "person", "role", "organ", "valid_from", "valid_to", "valid_today"),
        _officers,
        _officer,
    ),
    "inspectors": Listing(
        (inspector_register.PROJECTION,),
        frozenset({"organ", "region", "imported", "expired_by"}),
        (
            "inspector",
            "organ",
            "source",
            "region",
            "specialities",
            "station",
            "certificate_no",
            "certificate_valid_to",
            "certificate_days_left",
            "certificate",
            "recused_from",
            "removed_on",
            "assigned",
            "done",
            "problems",
        ),
        _inspectors,
        _inspector,
    ),
    "imports": Listing(
        (import_view.PROJECTION,),
        frozenset({"state"}),
        (
            "import_no",
            "state",
            "import_kind",
            "source",
            "started_at",
            "finished_at",
            "rows",
            "taken",
            "known",
            "refused",
            "reasons",
            "officer",
            "file_sha256",
            "report_sha256",
            "position",
        ),
        _imports,
        _import,
    ),
    "policies": Listing(
        (policy_register.PROJECTION,),
        frozenset(),
        (
            "policy",
            "policy_version",
            "effective_from",
            "policy_name",
            "jurisdiction",
            "source",
            "not_supplied",
            "not_as_promised",
            "false_promise",
            "position",
        ),
        _policies,
        _policy,
    ),
    "credit": Listing(
        (credit_register.PROJECTION,),
        frozenset({"subject", "state", "item"}),
        (
            "subject",
            "record_no",
            "state",
            "cause",
            "severity",
            "published",
            "document_no",
            "decided_on",
            "repair_from",
            "last_day",
            "excludes",
            "item",
            "case_no",
            "position",
        ),
        _credit,
        _credit_row,
    ),
    "compensations": Listing(
        (side_files.PROJECTION,),
        frozenset({"state", "holder"}),
        (
            "compensation_no",
            "state",
            "compensation_cause",
            "licence_no",
            "holder",
            "ending_no",
            "opened_on",
            "amount_yuan",
            "position",
        ),
        side("compensation"),
        _compensation,
    ),
    "measures": Listing(
        (side_files.PROJECTION,),
        frozenset({"state"}),
        (
            "measure_no",
            "state",
            "measure_kind",
            "commitment_id",
            "subject",
            "breach_ground",
            "measure_organs",
            "due_on",
            "document_no",
            "case_no",
            "position",
        ),
        side("measure"),
        _measure,
    ),
    "intermediaries": Listing(
        (intermediary_register.PROJECTION,),
        frozenset({"expired_by"}),
        (
            "intermediary",
            "intermediary_name",
            "state",
            "rating",
            "suspended_until",
            "exited_on",
            "qualified_until",
            "filings",
            "challenged",
            "invalidated",
            "position",
        ),
        _intermediaries,
        _intermediary,
    ),
    "places": Listing(
        (quota_register.PROJECTION,),
        frozenset({"item"}),
        ("item", "place", "case_no", "accepted_on", "state", "licence_no", "position"),
        _places,
        _queued,
    ),
}
