"""One test a requirement of Jiangxi's plan: what was worked out from its text holds."""

import pytest

from tests.trace.book import observed
from tests.trace.says import holds


@pytest.mark.requirement("J-01")
def test_j01_the_campaign_has_its_document_and_years() -> None:
    holds("J-01", observed()["jiangxi"])


@pytest.mark.requirement("J-02")
def test_j02_the_campaign_runs_the_whole_year() -> None:
    holds("J-02", observed()["jiangxi"])


@pytest.mark.requirement("J-03")
def test_j03_problems_name_their_sources() -> None:
    holds("J-03", observed()["jiangxi"])


@pytest.mark.requirement("J-04")
def test_j04_ninety_percent_at_the_end_of_the_year() -> None:
    holds("J-04", observed()["jiangxi"])


@pytest.mark.requirement("J-05")
def test_j05_the_summary_tells_of_the_goals() -> None:
    holds("J-05", observed()["jiangxi"])


@pytest.mark.requirement("J-06")
def test_j06_only_provincial_and_national_reserves() -> None:
    holds("J-06", observed()["jiangxi"])


@pytest.mark.requirement("J-07")
def test_j07_inspection_from_january_to_june() -> None:
    holds("J-07", observed()["jiangxi"])


@pytest.mark.requirement("J-08")
def test_j08_cities_organise_the_inspection() -> None:
    holds("J-08", observed()["jiangxi"])


@pytest.mark.requirement("J-09")
def test_j09_provincial_bodies_may_organise_themselves() -> None:
    holds("J-09", observed()["jiangxi"])


@pytest.mark.requirement("J-10")
def test_j10_permits_are_looked_at_first() -> None:
    holds("J-10", observed()["jiangxi"])


@pytest.mark.requirement("J-11")
def test_j11_the_four_key_types_are_known() -> None:
    holds("J-11", observed()["jiangxi"])


@pytest.mark.requirement("J-12")
def test_j12_new_and_known_problems_are_told_apart() -> None:
    holds("J-12", observed()["jiangxi"])


@pytest.mark.requirement("J-13")
def test_j13_closed_problems_are_looked_at_again() -> None:
    holds("J-13", observed()["jiangxi"])


@pytest.mark.requirement("J-14")
def test_j14_remote_sensing_points_are_verified() -> None:
    holds("J-14", observed()["jiangxi"])


@pytest.mark.requirement("J-15")
def test_j15_audit_from_july_to_september() -> None:
    holds("J-15", observed()["jiangxi"])


@pytest.mark.requirement("J-16")
def test_j16_attachment_1_goes_up_level_by_level() -> None:
    holds("J-16", observed()["jiangxi"])


@pytest.mark.requirement("J-17")
def test_j17_city_lists_are_audited_by_both() -> None:
    holds("J-17", observed()["jiangxi"])


@pytest.mark.requirement("J-18")
def test_j18_permits_come_with_the_list_or_none() -> None:
    holds("J-18", observed()["jiangxi"])


@pytest.mark.requirement("J-19")
def test_j19_provincial_bodies_report_directly() -> None:
    holds("J-19", observed()["jiangxi"])


@pytest.mark.requirement("J-20")
def test_j20_the_provincial_list_is_formed() -> None:
    holds("J-20", observed()["jiangxi"])


@pytest.mark.requirement("J-21")
def test_j21_the_list_is_fed_back() -> None:
    holds("J-21", observed()["jiangxi"])


@pytest.mark.requirement("J-22")
def test_j22_plan_work_and_progress_from_the_list() -> None:
    holds("J-22", observed()["jiangxi"])


@pytest.mark.requirement("J-23")
def test_j23_survey_groups_visit_and_sign() -> None:
    holds("J-23", observed()["jiangxi"])


@pytest.mark.requirement("J-24")
def test_j24_points_follow_the_time_of_issue() -> None:
    holds("J-24", observed()["jiangxi"])


@pytest.mark.requirement("J-25")
def test_j25_closing_in_december() -> None:
    holds("J-25", observed()["jiangxi"])


@pytest.mark.requirement("J-26")
def test_j26_attachment_3_to_the_county_government() -> None:
    holds("J-26", observed()["jiangxi"])


@pytest.mark.requirement("J-27")
def test_j27_attachment_4_to_provincial_forestry() -> None:
    holds("J-27", observed()["jiangxi"])


@pytest.mark.requirement("J-28")
def test_j28_filed_with_both_bureaus() -> None:
    holds("J-28", observed()["jiangxi"])


@pytest.mark.requirement("J-29")
def test_j29_the_unfinished_go_to_the_committee() -> None:
    holds("J-29", observed()["jiangxi"])


@pytest.mark.requirement("J-31")
def test_j31_forestry_and_ecology_act_jointly() -> None:
    holds("J-31", observed()["jiangxi"])


@pytest.mark.requirement("J-32")
def test_j32_cause_evidence_and_accountability_are_written() -> None:
    holds("J-32", observed()["jiangxi"])


@pytest.mark.requirement("J-33")
def test_j33_county_reserves_correct_themselves() -> None:
    holds("J-33", observed()["jiangxi"])


@pytest.mark.requirement("J-34")
def test_j34_every_reserve_reports_or_says_none() -> None:
    holds("J-34", observed()["jiangxi"])


@pytest.mark.requirement("J-35")
def test_j35_hotline_and_mailbox_are_published() -> None:
    holds("J-35", observed()["jiangxi"])


@pytest.mark.requirement("J-36")
def test_j36_tip_offs_are_taken_and_answered() -> None:
    holds("J-36", observed()["jiangxi"])


@pytest.mark.requirement("J-37")
def test_j37_progress_is_published_every_quarter() -> None:
    holds("J-37", observed()["jiangxi"])


@pytest.mark.requirement("J-38")
def test_j38_typical_cases_are_approved_and_masked() -> None:
    holds("J-38", observed()["jiangxi"])


@pytest.mark.requirement("J-39")
def test_j39_submissions_are_on_time() -> None:
    holds("J-39", observed()["jiangxi"])


@pytest.mark.requirement("J-40")
def test_j40_closings_and_summary_are_filed() -> None:
    holds("J-40", observed()["jiangxi"])


@pytest.mark.requirement("J-41")
def test_j41_the_four_attachments_exist() -> None:
    holds("J-41", observed()["jiangxi"])
