"""A day of the staff in a real browser: sign in, look, judge, register, be refused."""

import re
from pathlib import Path

import pytest

from tests.browser.filling import Filling
from tests.browser.story import AT_CITY, AT_COUNTY, AT_START

pytestmark = pytest.mark.browser


@pytest.fixture
def template(begun: Path) -> Path:
    """Start from three problems on their way."""
    return begun


def task_of(person, number: str) -> str:
    """Give the address of the task of case NUMBER in the work list of PERSON."""
    page = person.open("/todo")
    return page.locator(f"tr:has-text('{number}') td.t a").get_attribute("href")


def test_a_wrong_password_says_so_and_the_right_one_opens_the_work_list(visitor) -> None:
    person = visitor()
    page = person.open("/login")
    person.check()
    page.fill("[name=login]", "county")
    page.fill("[name=password]", "not this one")
    page.click("button[type=submit]")
    assert "用户名或密码不正确" in page.locator("[role=alert]").inner_text()
    person.check("401")
    page.fill("[name=password]", person.live.password)
    page.click("button[type=submit]")
    page.wait_for_url("**/todo")
    person.ready()
    assert page.locator("h1").inner_text() == "待办"
    person.check("401")


def test_two_seats_agree_one_after_the_other_and_the_case_moves_on(visitor) -> None:
    county = visitor("county")
    page = county.page
    county.check()
    county.open(task_of(county, AT_COUNTY))
    facts = page.locator("dl.facts").all_inner_texts()
    assert "江西阳际峰国家级自然保护区" in facts[0]
    assert "林守山" in page.locator("main").inner_text()  # a name, not a login
    assert page.locator(".fjs-container input").count() == 0  # nothing to fill in
    assert "贵溪生态环境局" in page.locator(".next").first.inner_text()  # who is asked next
    county.check()
    county.shot("task-review", full=True)
    page.get_by_label("同意", exact=True).check()
    page.fill(".opin textarea", "事实清楚，同意上报。")
    page.click(".bar .bt.p")
    page.wait_for_url("**/todo?acted=*")
    county.ready()
    assert AT_COUNTY in page.locator(".note.ok").inner_text()
    assert page.locator(f"tr:has-text('{AT_COUNTY}')").count() == 0
    county.open("/done")
    assert "事实清楚，同意上报。" in page.locator(f"tr:has-text('{AT_COUNTY}')").inner_text()
    county.check()
    second_seat(visitor("ecology"))


def second_seat(ecology) -> None:
    """Agree as well, with which the county is done."""
    page = ecology.page
    page.click(f"tr:has-text('{AT_COUNTY}') td.t a")
    ecology.ready()
    assert "2 席 需 2，已同意 1" in page.locator("aside").inner_text()
    page.click(".bar .bt.p")
    page.wait_for_url("**/todo?acted=*")
    ecology.open(f"/case/{AT_COUNTY}")
    assert "设区市审核" in page.locator("table").first.inner_text()
    ecology.check()


def test_a_return_needs_a_reason_of_ten_characters(visitor) -> None:
    person = visitor("county")
    page = person.open(task_of(person, AT_COUNTY))
    page.get_by_label("不同意，退回补正").check()
    page.fill(".opin textarea", "不清楚。")
    assert "至少 10 字" in page.locator(".opin .cnt").inner_text()
    page.click(".bar .bt.p")
    told = page.locator(".errsum")
    told.wait_for()
    assert "至少 10 字" in told.inner_text()
    assert page.locator(".opin textarea").get_attribute("aria-invalid") == "true"
    page.fill(".opin textarea", "缺少功能区边界图件，请补充后重报。")
    page.click(".bar .bt.p")
    page.wait_for_url("**/todo?acted=*")
    person.open(f"/case/{AT_COUNTY}?tab=course")
    course = page.locator(".tl").inner_text()
    assert "缺少功能区边界图件" in course
    assert "不同意，退回补正" in course
    person.check()


def test_the_loser_of_a_race_keeps_the_typed_text(visitor) -> None:
    slow, quick = visitor("county"), visitor("county2")
    path = task_of(slow, AT_COUNTY)
    slow.open(path)
    slow.page.fill(".opin textarea", "我写了很久的意见，不能丢。")
    quick.open(path)
    quick.page.click(".bar .bt.p")
    quick.page.wait_for_url("**/todo?acted=*")
    slow.page.click(".bar .bt.p")
    told = slow.page.locator(".errsum")
    told.wait_for()
    assert "郑小舟" in told.inner_text() or "已办理" in told.inner_text()
    assert slow.page.locator(".opin textarea").input_value() == "我写了很久的意见，不能丢。"
    slow.shot("task-409")
    slow.check("409")


def test_pressing_twice_is_one_act(visitor) -> None:
    person = visitor("county")
    page = person.open(task_of(person, AT_COUNTY))
    sent = []
    page.on("request", lambda r: sent.append(r) if r.url.endswith("/completion") else None)
    twice = "() => { const b = document.querySelector('.bar .bt.p'); b.click(); b.click(); }"
    page.evaluate(twice)
    page.wait_for_url("**/todo?acted=*")
    person.open("/done")
    assert page.locator(f"tr:has-text('{AT_COUNTY}')").count() == 1
    person.open(f"/case/{AT_COUNTY}?tab=log")
    assert page.locator("td", has_text="贵溪市林业局，同意").count() == 1
    assert len(sent) in (1, 2)


def test_a_problem_is_registered_with_two_photos(visitor) -> None:
    person = visitor("reserve")
    page = person.open("/start")
    person.check()
    page.click("a:has-text('自然保护区问题排查与审核')")
    person.ready()
    person.check()
    form = Filling(page)
    page.click(".bar .bt.p")
    told = page.locator(".errsum")
    told.wait_for()
    assert "乡镇、村（小地名）" in told.inner_text()
    assert page.locator(".fjs-form-field-error").count() > 5
    person.shot("start-errors", full=True)
    fill_problem(form)
    page.click(".bar .bt.p")  # nobody said when it was checked
    page.wait_for_timeout(300)
    assert "排查日期" in told.inner_text()
    form.type("排查日期", "2025/03/18")
    page.click(".bar .bt.p")

    page.wait_for_url("**/case/JX-2025-3606-0004?began=1")
    person.ready()
    assert "JX-2025-3606-0004" in page.locator(".note.ok").inner_text()
    assert "报送问题排查情况处理表" in page.locator("table").first.inner_text()
    person.check()
    page.click("nav.tabs a:has-text('材料')")
    person.ready()
    assert page.locator("section:has(h2:text-is('材料')) tbody tr").count() == 2
    assert "登记表" in page.locator("section:has(h2:text-is('表单和公文'))").inner_text()
    person.check()


def fill_problem(form: Filling) -> None:
    """Fill in JX-F1 except the day of the check."""
    form.choose("保护区名称", "江西阳际峰国家级自然保护区")
    form.cascade("所在县", "鹰潭市", "贵溪市")
    form.type("乡镇、村", "双圳林场西坑")
    form.type("经度", "117.218412")
    form.type("纬度", "28.006723")
    form.tick("分区体系", "三区（核心区/缓冲区/实验区）")
    form.tick("所处功能区", "缓冲区")
    form.type("涉及面积", "0.12")
    form.tick("问题来源", "自行排查")
    form.choose("问题类型", "旅游设施（核心区")
    form.choose("新增/存量", "新增")
    form.field("主体无法查明").locator("input").check()
    form.choose("行政许可情况", "未办理")
    text = "缓冲区山脊新建木结构观景平台一处，占地约0.12公顷，未办理任何许可手续，现场已停工。"
    form.type("问题基本情况", text)
    form.choose("以往整改", "首次发现")
    form.type("处理意见（整改建议）", "责令停止使用，限期拆除平台并恢复植被。")
    form.find("整改责任单位", "阳际峰")
    form.find("督导单位", "贵溪市林业局")
    form.upload("全景", 80)
    form.upload("细部", 160)
    form.find("排查人员", "林守山")
    form.find("排查人员", "周青")


def test_a_case_shows_where_it_stands_in_words_and_in_the_diagram(visitor) -> None:
    person = visitor("city")
    page = person.open(f"/case/{AT_CITY}")
    person.check()
    assert "设区市审核" in page.locator("table").first.inner_text()
    assert "事实清楚，同意上报。" in page.locator(".tl").inner_text()
    person.shot("case", full=True)
    for tab in ("course", "papers", "log", "diagram"):
        person.open(f"/case/{AT_CITY}?tab={tab}")
        person.check()
        person.shot(f"case-{tab}", full=True)
    assert page.locator('g.djs-element.m-current[data-element-id="city_review"]').count() == 1
    assert page.locator('g.djs-element.m-done[data-element-id="county_review"]').count() == 1
    steps = page.locator("tbody").inner_text()
    assert re.search(r"县级审核\s+已办", steps)
    assert re.search(r"设区市审核\s+当前", steps)
    person.open(f"/case/{AT_CITY}?tab=log")
    kinds = set(page.locator("tbody td:nth-child(3)").all_inner_texts())
    assert {"发起案件", "产生待办", "办理", "本轮结论"} <= kinds
    assert not any(re.search("[A-Za-z]", kind) for kind in kinds)
    assert "其他记录" not in kinds


def test_a_finished_task_is_read_only(visitor) -> None:
    person = visitor("county")
    page = person.open(person.live.task_path(AT_CITY, "county_review"))
    assert "仅供查阅" in page.locator("main .note").first.inner_text()
    assert page.locator(".bar").count() == 0
    person.check()


def test_a_draft_is_there_again_after_leaving(visitor) -> None:
    person = visitor("county")
    path = task_of(person, AT_COUNTY)
    page = person.open(path)
    page.fill(".opin textarea", "先写到这里，明天再看。")
    with page.expect_response(lambda answer: answer.url.endswith("/draft")):
        page.keyboard.press("Control+s")
    person.open(path)
    assert page.locator(".opin textarea").input_value() == "先写到这里，明天再看。"
    person.check()


def test_the_ledger_is_filtered_sorted_and_taken_out(visitor) -> None:
    person = visitor("city")
    page = person.open("/ledger/problem")
    assert numbers(page) == [AT_COUNTY, AT_CITY, AT_START]
    person.check()
    page.click("th a:has-text('问题编号')")
    page.click("th a:has-text('问题编号')")
    assert numbers(page) == [AT_START, AT_CITY, AT_COUNTY]
    page.select_option(".flt select[name=status]", "审核中-市")
    page.click(".flt button")
    assert "当前状态：审核中-市" in page.inner_text(".chips")
    assert numbers(page) == [AT_CITY]
    page.go_back()
    assert numbers(page) == [AT_START, AT_CITY, AT_COUNTY]
    page.go_forward()
    with page.expect_download() as loaded:
        page.click(".acts a.bt:has-text('CSV')")
    rows = Path(loaded.value.path()).read_text("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith(AT_CITY)
    page.get_by_label("查找").fill("没有这样的问题")
    page.click(".flt button")
    assert "没有符合筛选条件" in page.locator(".empty-s").inner_text()
    person.check()
    page.set_viewport_size({"width": 390, "height": 844})  # the filter waits behind a button
    page.goto(page.url.split("?")[0])
    assert not page.is_visible(".flt")
    page.focus(".fold")
    page.keyboard.press("Space")  # and needs no mouse
    assert page.is_visible(".flt")
    person.check()


def numbers(page) -> list[str]:
    """Give the case numbers of the rows of a list."""
    return page.locator("tbody tr td:first-child").all_inner_texts()


def test_search_and_keys_lead_to_a_case(visitor) -> None:
    person = visitor("city")
    page = person.page
    page.keyboard.press("/")
    page.keyboard.type("2025-3606")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case?q=*")
    person.ready()
    assert page.locator("tbody tr").count() == 3
    person.check()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert AT_CITY in page.locator("tr.cur").inner_text()
    page.keyboard.press("k")
    assert AT_START in page.locator("tr.cur").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/case/{AT_START}")
    person.open("/case?q=石垅")
    assert page.locator("tbody tr").count() == 1
    person.open("/case?q=没有的")
    assert "没有找到" in page.locator(".empty-s").inner_text()
    person.check()
    page.keyboard.press("?")
    assert "下一行" in page.locator("dialog").inner_text()



def test_pages_fit_a_phone(visitor) -> None:
    person = visitor("", 375, 812)
    person.open("/login")
    person.check()
    person.shot("phone-login")
    person.sign_in("reserve")
    paths = ["/todo", "/done", "/started", "/start", "/case", "/ledger/problem", "/dashboard"]
    paths += ["/me", "/start/jx_audit", task_of(person, AT_START)]
    tabs = ("work", "course", "diagram", "papers", "log")
    paths += [f"/case/{AT_START}?tab={tab}" for tab in tabs]
    for path in paths:
        person.open(path)
        person.check()
        person.shot("phone-" + re.sub(r"\W+", "-", path.strip("/")))
    person.open("/todo")
    person.page.click(".mnav summary")
    person.page.click(".mnav a:has-text('统计')")
    person.page.wait_for_url("**/dashboard")


def test_a_case_prints_on_a4_without_buttons(visitor) -> None:
    person = visitor("city")
    page = person.open(f"/case/{AT_CITY}?tab=course")
    page.emulate_media(media="print")
    for hidden in (".top", ".foot", ".tabs", ".head .acts"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert "打印时间" in page.locator(".paper-foot").inner_text()
    sheet = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]", sheet)


def test_refusals_say_what_to_do_next(visitor) -> None:
    person = visitor("elsewhere")
    page = person.open(f"/case/{AT_COUNTY}")
    assert "不在您的数据范围内" in page.locator("h1").inner_text()
    assert "搜索案件" in page.locator("main").inner_text()
    person.check("404")
    person.open("/ops")
    assert "授权" in page.locator("main").inner_text()
    person.check("404", "403")


def test_figures_open_exactly_their_rows(visitor) -> None:
    person = visitor("overseer")
    page = person.open("/dashboard")
    person.check()
    person.shot("dashboard", full=True)
    read = "all => all.map(a => [a.textContent, a.href])"
    links = page.locator("main a.n").evaluate_all(read)
    assert len(links) > 5
    for text, href in links:
        page.goto(href)
        assert page.locator("tbody tr").count() == int(text), href


def test_notices_can_be_marked_as_read(visitor) -> None:
    person = visitor("city")
    person.live.tell("unit:360600-LY", "请尽快审核", "县级已同意。")
    page = person.open("/notices")
    assert "未读 1 条" in page.locator(".head").inner_text()
    person.check()
    page.click("td button:has-text('标为已读')")
    person.ready()
    assert "未读 0 条" in page.locator(".head").inner_text()
    assert "已读" in page.locator("tbody tr").inner_text()
    person.check()
