"""Pages beside a second application: people are offered their own, supervisors both, named."""

import re

import pytest

from engine.base.actor import SYSTEM
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from tests.support.site import PASSWORD, Site, bundle_files
from tests.support.tiny import deploy_twin
from tests.web.test_pages import open_page, pytestmark  # noqa: F401 -- the pages need the assets
from web.session import Passwords

REPORT = """
id: M-X
title: 小样面积数
requirement: T-01
basis: designed
ledger: problem
denominator: "true"
numerator: row.area > 5
format: percent
"""
TITLES = ("试验省小样", "试验省双样")


@pytest.fixture
def twins(own_site: Site) -> Site:
    engine = own_site.engine
    files = {**bundle_files(), "reports/M-X.yaml": REPORT.encode()}
    engine.execute(Deploy("tiny", files, base_version=1), SYSTEM)
    ledger = files.pop("ledgers/problem.yaml").decode()
    ledger = ledger.replace("id: problem", "id: twin_problem").replace("问题台账", "双样台账")
    files["ledgers/twin_problem.yaml"] = ledger.encode()
    files["reports/M-X.yaml"] = REPORT.replace("problem", "twin_problem").encode()
    deploy_twin(engine, files)
    hashed = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    for login, unit, rights in (("there", "V-S1", ()), ("chief", "V-HEAD", ("all_regions",))):
        made = CreatePerson(login, login, hashed, rights, ((unit, "clerk"),))
        engine.execute(made, SYSTEM)
    return own_site


def offered(site: Site, login: str) -> tuple[list[str], list[str], list[str]]:
    """Give the ledgers, the processes to filter by, and the figures LOGIN is offered."""
    tabs = re.findall(r'<a href="(/ledger/\w+)"', open_page(site, login, "/ledger").text)
    found = open_page(site, login, "/todo").text
    kinds = re.findall(r'<option value="(\w+)"', found)
    figures = re.findall(r'<a href="/report/(\w+)/M-X', open_page(site, login, "/report").text)
    return tabs, kinds, figures


KINDS = ("batch", "bell", "case", "work", "year")


def test_people_are_offered_the_lists_of_their_own_application(twins: Site) -> None:
    for login, own, ledger in (
        ("field1", "tiny", "problem"),
        ("there", "twin", "twin_problem"),
    ):
        tabs, kinds, figures = offered(twins, login)
        assert (tabs, figures) == ([f"/ledger/{ledger}"], [own])
        assert sorted(kinds) == [f"{own}_{kind}" for kind in KINDS]
        assert "<optgroup" not in open_page(twins, login, "/todo").text


def test_lists_and_figures_of_others_do_not_exist(twins: Site) -> None:
    """By request too: the catalogue, rows, sheets, papers, figures and their rows."""
    ledger, figure = "/ledgers/problem", "/metrics/tiny/M-X"
    asked = [("POST", f"{ledger}/rows/search"), ("POST", f"{ledger}/exports")]
    asked += [("POST", f"{ledger}/prints"), ("GET", figure), ("GET", f"{figure}/rows")]
    pages = ["/ledger/problem", "/ledger/problem/export.csv", "/ledger/problem/export.xlsx"]
    pages += ["/ledger/problem/print.pdf", "/report/tiny/M-X", "/report/tiny/M-X/print.pdf"]
    for login, status, own in (("there", 404, ["twin"]), ("field1", 200, ["tiny"])):
        browser = twins.browser(login)
        listed = {one["application"] for one in browser.get("/ledgers").json}
        figures = {one["application"] for one in browser.get("/metrics").json}
        assert (listed, figures) == (set(own), set(own))
        assert browser.get("/metrics", application="tiny").json[: status == 404] == []
        for method, path in asked:
            answer = browser.call(method, path, {} if method == "POST" else None)
            assert answer.status_code == status, (login, path, answer.text)
        for path in pages:
            assert open_page(twins, login, path).status_code == status, (login, path)
    assert twins.browser("nobody").get("/ledgers").json == []
    assert len(twins.browser("scheduler").get("/metrics").json) == 2


def test_who_works_everywhere_sees_both_by_title_the_own_one_first(twins: Site) -> None:
    for login, titles, keys in (
        ("chief", TITLES[::-1], ["twin", "tiny"]),
        ("scheduler", TITLES, ["tiny", "twin"]),
    ):
        tabs, kinds, figures = offered(twins, login)
        assert [tab.split("/")[-1] == "problem" for tab in tabs] == [k == "tiny" for k in keys]
        assert [kind.split("_")[0] for kind in kinds] == [k for k in keys for _ in KINDS]
        assert figures == keys
        todo, ledgers = (open_page(twins, login, path).text for path in ("/todo", "/ledger"))
        assert tuple(re.findall(r'<optgroup label="(\w+)"', todo)) == titles
        assert tuple(re.findall(r"<h2>(\w+)</h2>", ledgers)) == titles


def test_a_shared_case_keeps_its_lists_in_sight(twins: Site) -> None:
    twins.start()  # at a place both applications have
    tabs, _, figures = offered(twins, "there")
    assert tabs == ["/ledger/twin_problem", "/ledger/problem"]
    assert figures == ["twin", "tiny"]


def test_ledgers_of_one_name_are_told_apart_by_their_application(own_site: Site) -> None:
    """Who sees both reaches each; who sees one asks for it by its plain name."""
    deploy_twin(own_site.engine, dict(bundle_files()))
    own_site.start("台账里的一处", area=3)
    everywhere, field = own_site.browser("scheduler"), own_site.browser("field1")
    found = {one["id"]: one["application"] for one in everywhere.get("/ledgers").json}
    assert found == {"tiny:problem": "tiny", "twin:problem": "twin"}
    assert [one["id"] for one in field.get("/ledgers").json] == ["problem"]
    for ledger, rows in (("tiny:problem", 1), ("problem", 1), ("twin:problem", 0)):
        path = f"/ledgers/{ledger}/rows/search"
        assert len(everywhere.post(path, {}).json["items"]) == rows, ledger
        sheet = open_page(own_site, "scheduler", f"/ledger/{ledger}/export.xlsx")
        assert sheet.status_code == 200, ledger
    overview = open_page(own_site, "scheduler", "/ledger").text
    assert re.findall(r'class="n" href="/ledger/([\w:]+)">(\d+)', overview) == [
        ("tiny:problem", "1")
    ]
    counts = open_page(own_site, "scheduler", "/dashboard").text
    parts = re.split(r'id="app-(\w+)"', counts)[1:]
    held = {parts[n]: "process_key=tiny_case" in parts[n + 1] for n in range(0, len(parts), 2)}
    assert (held["tiny"], held.get("twin", False)) == (True, False)
