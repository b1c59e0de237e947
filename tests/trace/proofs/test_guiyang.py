"""One test a requirement of Guiyang's plan: what was worked out from its text holds."""

import pytest

from tests.trace.book import observed
from tests.trace.says import holds


@pytest.mark.requirement("G-02")
def test_g02_the_leading_group_and_its_office_are_units_with_a_document() -> None:
    holds("G-02", observed()["guiyang"])


@pytest.mark.requirement("G-03")
def test_g03_every_clue_and_problem_belongs_to_a_county() -> None:
    holds("G-03", observed()["guiyang"])


@pytest.mark.requirement("G-04")
def test_g04_the_legal_bases_are_documents_with_their_numbers() -> None:
    holds("G-04", observed()["guiyang"])


@pytest.mark.requirement("G-05")
def test_g05_every_linked_department_is_a_role_with_units() -> None:
    holds("G-05", observed()["guiyang"])


@pytest.mark.requirement("G-06")
def test_g06_the_five_families_of_matters_are_processes() -> None:
    holds("G-06", observed()["guiyang"])


@pytest.mark.requirement("G-07")
def test_g07_the_first_listed_unit_leads() -> None:
    holds("G-07", observed()["guiyang"])


@pytest.mark.requirement("G-08")
def test_g08_the_other_units_assist_and_are_told() -> None:
    holds("G-08", observed()["guiyang"])


@pytest.mark.requirement("G-09")
def test_g09_patrols_are_recorded_and_end() -> None:
    holds("G-09", observed()["guiyang"])


@pytest.mark.requirement("G-10")
def test_g10_publicity_is_recorded_and_published() -> None:
    holds("G-10", observed()["guiyang"])


@pytest.mark.requirement("G-11")
def test_g11_the_times_of_finding_reporting_and_stopping_are_kept() -> None:
    holds("G-11", observed()["guiyang"])


@pytest.mark.requirement("G-12")
def test_g12_illegal_building_is_reported_within_two_hours() -> None:
    holds("G-12", observed()["guiyang"])


@pytest.mark.requirement("G-13")
def test_g13_the_management_body_stops_it_within_a_day() -> None:
    holds("G-13", observed()["guiyang"])


@pytest.mark.requirement("G-14")
def test_g14_a_clue_goes_to_who_may_penalise() -> None:
    holds("G-14", observed()["guiyang"])


@pytest.mark.requirement("G-15")
def test_g15_nine_kinds_of_matters_are_reviewed() -> None:
    holds("G-15", observed()["guiyang"])


@pytest.mark.requirement("G-16")
def test_g16_forestry_accepts_convenes_and_concludes() -> None:
    holds("G-16", observed()["guiyang"])


@pytest.mark.requirement("G-17")
def test_g17_departments_return_opinions_in_rounds() -> None:
    holds("G-17", observed()["guiyang"])


@pytest.mark.requirement("G-18")
def test_g18_complex_matters_are_visited_jointly() -> None:
    holds("G-18", observed()["guiyang"])


@pytest.mark.requirement("G-19")
def test_g19_the_industry_department_is_named_and_answers() -> None:
    holds("G-19", observed()["guiyang"])


@pytest.mark.requirement("G-20")
def test_g20_four_milestones_of_restoration_are_shared() -> None:
    holds("G-20", observed()["guiyang"])


@pytest.mark.requirement("G-21")
def test_g21_who_builds_restores() -> None:
    holds("G-21", observed()["guiyang"])


@pytest.mark.requirement("G-22")
def test_g22_the_management_body_restores_when_nobody_else_can() -> None:
    holds("G-22", observed()["guiyang"])


@pytest.mark.requirement("G-23")
def test_g23_funds_are_guided_and_recorded() -> None:
    holds("G-23", observed()["guiyang"])


@pytest.mark.requirement("G-24")
def test_g24_clues_of_every_source_come_in() -> None:
    holds("G-24", observed()["guiyang"])


@pytest.mark.requirement("G-25")
def test_g25_forestry_supervises_the_sector() -> None:
    holds("G-25", observed()["guiyang"])


@pytest.mark.requirement("G-26")
def test_g26_the_office_meets_and_decides() -> None:
    holds("G-26", observed()["guiyang"])


@pytest.mark.requirement("G-27")
def test_g27_forest_cases_go_to_forestry() -> None:
    holds("G-27", observed()["guiyang"])


@pytest.mark.requirement("G-28")
def test_g28_forestry_guides_verifies_and_checks() -> None:
    holds("G-28", observed()["guiyang"])


@pytest.mark.requirement("G-29")
def test_g29_ecology_penalises_the_four_acts() -> None:
    holds("G-29", observed()["guiyang"])


@pytest.mark.requirement("G-30")
def test_g30_green_shield_is_coordinated_by_ecology() -> None:
    holds("G-30", observed()["guiyang"])


@pytest.mark.requirement("G-31")
def test_g31_ecology_applies_for_closing() -> None:
    holds("G-31", observed()["guiyang"])


@pytest.mark.requirement("G-32")
def test_g32_mines_are_natural_resources() -> None:
    holds("G-32", observed()["guiyang"])


@pytest.mark.requirement("G-33")
def test_g33_land_used_before_approval_is_natural_resources() -> None:
    holds("G-33", observed()["guiyang"])


@pytest.mark.requirement("G-34")
def test_g34_farms_are_agriculture() -> None:
    holds("G-34", observed()["guiyang"])


@pytest.mark.requirement("G-35")
def test_g35_reservoirs_are_water() -> None:
    holds("G-35", observed()["guiyang"])


@pytest.mark.requirement("G-36")
def test_g36_water_law_is_water() -> None:
    holds("G-36", observed()["guiyang"])


@pytest.mark.requirement("G-37")
def test_g37_wharves_and_rural_roads_are_transport() -> None:
    holds("G-37", observed()["guiyang"])


@pytest.mark.requirement("G-38")
def test_g38_expressways_are_provincial() -> None:
    holds("G-38", observed()["guiyang"])


@pytest.mark.requirement("G-39")
def test_g39_tourist_facilities_are_culture_and_tourism() -> None:
    holds("G-39", observed()["guiyang"])


@pytest.mark.requirement("G-40")
def test_g40_every_point_is_on_the_ledger_until_closed() -> None:
    holds("G-40", observed()["guiyang"])


@pytest.mark.requirement("G-41")
def test_g41_closing_follows_level_class_and_territory() -> None:
    holds("G-41", observed()["guiyang"])


@pytest.mark.requirement("G-42")
def test_g42_rules_of_a_supervision_are_followed_step_by_step() -> None:
    holds("G-42", observed()["guiyang"])


@pytest.mark.requirement("G-43")
def test_g43_the_industry_department_plans() -> None:
    holds("G-43", observed()["guiyang"])


@pytest.mark.requirement("G-44")
def test_g44_no_work_before_every_county_agrees() -> None:
    holds("G-44", observed()["guiyang"])


@pytest.mark.requirement("G-45")
def test_g45_closing_evidence_is_collected() -> None:
    holds("G-45", observed()["guiyang"])


@pytest.mark.requirement("G-46")
def test_g46_ecology_enters_the_verification_ledger() -> None:
    holds("G-46", observed()["guiyang"])


@pytest.mark.requirement("G-47")
def test_g47_the_province_agrees_or_returns() -> None:
    holds("G-47", observed()["guiyang"])


@pytest.mark.requirement("G-48")
def test_g48_admission_is_checked_before_approval() -> None:
    holds("G-48", observed()["guiyang"])


@pytest.mark.requirement("G-49")
def test_g49_works_and_operation_are_checked_at_intervals() -> None:
    holds("G-49", observed()["guiyang"])


@pytest.mark.requirement("G-50")
def test_g50_problems_of_a_project_become_clues() -> None:
    holds("G-50", observed()["guiyang"])


@pytest.mark.requirement("G-51")
def test_g51_files_of_projects_are_kept_by_the_body() -> None:
    holds("G-51", observed()["guiyang"])


@pytest.mark.requirement("G-52")
def test_g52_any_member_may_call_a_meeting() -> None:
    holds("G-52", observed()["guiyang"])


@pytest.mark.requirement("G-53")
def test_g53_police_and_courts_are_invited() -> None:
    holds("G-53", observed()["guiyang"])


@pytest.mark.requirement("G-54")
def test_g54_old_and_complex_cases_are_discussed() -> None:
    holds("G-54", observed()["guiyang"])


@pytest.mark.requirement("G-55")
def test_g55_what_is_exceptional_goes_to_the_city_leader() -> None:
    holds("G-55", observed()["guiyang"])


@pytest.mark.requirement("G-56")
def test_g56_remote_sensing_clues_are_checked_jointly() -> None:
    holds("G-56", observed()["guiyang"])


@pytest.mark.requirement("G-57")
def test_g57_four_act_clues_are_transferred_with_receipt() -> None:
    holds("G-57", observed()["guiyang"])


@pytest.mark.requirement("G-58")
def test_g58_information_is_shared_and_confirmed() -> None:
    holds("G-58", observed()["guiyang"])


@pytest.mark.requirement("G-59")
def test_g59_boundaries_are_shared_every_half_year_and_on_change() -> None:
    holds("G-59", observed()["guiyang"])


@pytest.mark.requirement("G-60")
def test_g60_a_county_may_have_tables_of_its_own() -> None:
    holds("G-60", observed()["guiyang"])


@pytest.mark.requirement("G-61")
def test_g61_cross_region_areas_have_a_leading_group() -> None:
    holds("G-61", observed()["guiyang"])


@pytest.mark.requirement("G-62")
def test_g62_cross_region_meetings_are_called_every_half_year() -> None:
    holds("G-62", observed()["guiyang"])


@pytest.mark.requirement("G-63")
def test_g63_the_plan_is_in_force_from_its_issue() -> None:
    holds("G-63", observed()["guiyang"])
