"""A table of 2,000 rows in the browser: fetched beside the page, shown 50 at a time."""

from tests.islands.site import js
from tests.islands.test_formview import task_page

ROWS = 2_000


def filled(bad: int) -> list[dict[str, object]]:
    """Give rows; row BAD holds what is no number."""
    return [
        {"what": f"措施{n}", "cost": "不详" if n == bad else 0.5, "until": "2025-09-01"}
        for n in range(1, ROWS + 1)
    ]


def test_two_thousand_rows_turn_and_lead_to_what_is_wrong(site, watched):
    rows = filled(bad=1_234)
    site.routes["GET", "/content"] = lambda _: js({"data": {"rows": rows}, "draft": None})
    task_page(site, contentUrl="/content")
    eye = watched()
    page = eye.open("/task")
    page.wait_for_selector("text=第 1 至 50 行，共 2000 行")
    assert page.locator("[aria-label^='措施 ']").count() == 50
    page.get_by_role("button", name="下一处待改").click()
    page.wait_for_selector("text=第 1201 至 1250 行，共 2000 行")
    wrong = page.get_by_label("资金（万元） 1234")
    assert wrong.input_value() == "不详"
    assert wrong.evaluate("one => one === document.activeElement")
    wrong.fill("2")
    page.get_by_role("button", name="下一处待改").click()
    page.wait_for_selector("text=没有需要改正的格")
    page.get_by_role("button", name="下一页").last.click()
    page.get_by_label("措施 1300", exact=True).press("ArrowDown")  # the next page's first row
    page.wait_for_selector("[aria-label='措施 1301']")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-slot='draft-state']:has-text('草稿已保存')")
    [call] = site.sent("PUT", "/draft")
    kept = call.json["data"]["rows"]
    assert len(kept) == ROWS
    assert kept[1_233]["cost"] == 2
    eye.clean()
