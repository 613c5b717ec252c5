"""坏输入（可靠性说明第五节）：十类各由哪些测试看着；还没有入口的写明等哪一题。"""

from typing import Final

from tests.architecture.source import cases_in, name_of, sources

CORPUS: Final = {
    "Avro/wire": (
        "tests/schemas/test_codec.py::test_truncated_or_prolonged_values_are_refused",
        "tests/schemas/test_codec.py::test_every_flipped_bit_is_refused_or_another_value",
        "tests/schemas/test_codec.py::test_random_bytes_raise_nothing_else",
        "tests/schemas/test_codec.py::test_hostile_values_are_refused",
        "tests/schemas/test_headers.py::test_other_spellings_are_refused",
        "tests/followers/test_followers.py::test_forged_record_is_never_folded_and_halts_with_its_position",
    ),
    "Events out of order": (
        "tests/domain/test_order.py::test_nothing_comes_before_its_beginning",
        "tests/domain/test_order.py::test_nothing_comes_after_deregistration",
        "tests/domain/test_order.py::test_the_future_has_not_arrived",
        "tests/domain/test_order.py::test_a_receipt_entered_a_year_late_gains_nothing",
        "tests/ledger/test_append.py::test_wrong_version_is_an_answer",
        "tests/followers/test_followers.py::test_repeats_in_the_topic_are_dropped_by_number",
        "tests/followers/test_followers.py::test_store_feeds_when_the_topic_lacks_a_record",
    ),
    "Numbers and ids": (
        "tests/domain/test_texts.py::test_a_paper_has_a_number_and_a_person_an_identity",
        "tests/domain/test_texts.py::test_a_digest_is_one",
        "tests/domain/test_texts.py::test_an_amount_fits_the_format",
        "tests/runtime/imports/test_rows.py::test_codes_are_no_names_and_no_identity_numbers",
    ),
    "Text": (
        "tests/domain/test_texts.py::test_what_cannot_be_seen_is_refused",
        "tests/domain/test_texts.py::test_rare_and_strange_but_visible_is_taken_as_it_is",
        "tests/domain/test_texts.py::test_a_text_has_an_end",
    ),
    "Spreadsheet": (
        "tests/projections/test_lists.py::test_no_cell_becomes_a_formula",
        "tests/runtime/imports/test_report.py::test_report_holds_reasons_and_rows_and_no_formula",
        "tests/runtime/imports/test_table.py::test_workbook_cells_are_read_as_their_text",
        "tests/runtime/imports/test_table.py::test_a_workbook_that_unpacks_too_large_is_refused",
    ),
    "Files": (
        "tests/runtime/papers/test_materials.py::test_what_is_not_taken_leaves_nothing",
        "tests/runtime/papers/test_materials.py::test_what_cannot_be_previewed_says_so",
        "tests/runtime/papers/test_materials.py::test_a_preview_commands_no_terminal",
        "tests/runtime/papers/test_commands.py::test_wrong_files_and_wrong_names_are_refused",
        "tests/domain/test_texts.py::test_a_name_is_no_path_and_one_line",
    ),
    "AuthN/Z": (
        "tests/domain/test_matrix.py::test_the_table_is_the_one_of_the_reference",
        "tests/domain/test_matrix.py::test_three_powers_are_three_accounts",
        "tests/domain/test_duties.py::test_the_grant_counts_on_the_beijing_day",
        "tests/rules/test_rule_15_separation.py::test_the_window_may_not_decide",
    ),
    "Time": (
        "tests/domain/test_texts.py::test_a_moment_has_its_zone_and_its_century",
        "tests/domain/test_deadlines.py::test_months_end_on_the_corresponding_day",
        "tests/domain/test_deadlines.py::test_beyond_the_known_calendar_a_deadline_is_provisional",
        "tests/rules/test_rule_06_evening.py::test_a_minute_to_midnight_is_still_that_day",
    ),
    "Evidence pack": ("tests/ledger/test_verify.py::test_edit_is_found_and_placed",),
}
# No door for it yet.
WAITING: Final = {"HTTP/JSON": "网页与接口还没有"}
CLASSES: Final = 10


def test_every_class_of_bad_input_is_watched() -> None:
    """十类一类不少；写下的每项测试确有其名。"""
    assert len(CORPUS) + len(WAITING) == CLASSES
    assert not set(CORPUS) & set(WAITING)
    there = {
        f"{name_of(path)}::{case.name}" for path in sources("tests") for case in cases_in(path)
    }
    named = {one for tests in CORPUS.values() for one in tests}
    assert named - there == set()
