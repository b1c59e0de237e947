"""待办, 已办, 我发起, 抄送我: rows, filters, counts, colours."""

from engine.commands.tasks import ClaimTask, RemindTask
from engine.queries import cases, notices, worklist
from engine.queries.cases import WorkFilter
from engine.queries.paging import Paging
from tests.queries.conftest import House


def todo(house: House, login: str, **wanted: object) -> list[worklist.WorkRow]:
    found = house.ask(login, worklist.todo, wanted=WorkFilter(**wanted))  # type: ignore[arg-type]
    return list(found.items)


def test_a_unit_sees_its_open_seats_with_the_columns_of_the_list(house: House) -> None:
    case_id = house.review()
    (row,) = todo(house, "wood1")
    assert (row.case_id, row.number) == (case_id, "TN-2025-990101-001")
    assert (row.title, row.node_name, row.round) == ("堆土", "两部门审核", 1)
    assert (row.region_name, row.unit_name) == ("甲县", "甲县林草局")
    assert (row.sender, row.state_name) == ("清水管护站", "审核中")
    assert (row.process_key, row.process_name) == ("tiny_case", "问题处理")
    assert (row.due.state, row.due.text, row.due.working_days) == ("normal", "剩 10 工作日", 10)
    assert todo(house, "wood2") == todo(house, "head") == todo(house, "nobody") == []


def test_the_colour_follows_the_working_calendar(house: House) -> None:
    house.review()
    house.clock.set(house.clock.now().replace(day=30))  # two working days before 1 August
    assert todo(house, "wood1")[0].due.state == "warning"
    house.clock.set(house.clock.now().replace(month=8, day=1))
    assert todo(house, "wood1")[0].due.text == "今日到期"
    house.clock.set(house.clock.now().replace(month=8, day=5))
    row = todo(house, "wood1")[0]
    assert (row.due.state, row.due.working_days) == ("overdue", -2)
    assert row.due.text == "超期 2 工作日"
    assert len(todo(house, "wood1", overdue=True)) == 1


def test_a_claimed_seat_leaves_the_colleagues_list(house: House) -> None:
    case_id = house.review()
    task_id = house.task(case_id, "review").id
    assert len(todo(house, "wood1b")) == 1
    house.engine.execute(ClaimTask(task_id), house.actor("wood1"))
    assert todo(house, "wood1b") == []
    assert todo(house, "wood1")[0].claimed_name == "林一"
    assert len(todo(house, "wood1b", taken="colleague")) == 1
    assert todo(house, "wood1b", taken="no") == []


def test_the_most_urgent_comes_first_and_pages_keep_the_order(house: House) -> None:
    house.review(what="先到")
    house.clock.set(house.clock.now().replace(day=21))
    house.review(what="后到")
    titles, after = [], None
    while True:
        page = house.ask("wood1", worklist.todo, paging=Paging(1, after))
        titles += [row.title for row in page.items]
        assert page.total == 2
        after = page.end_cursor
        if after is None:
            break
    assert titles == ["先到", "后到"]


def test_what_i_did_and_started_is_kept_apart(house: House) -> None:
    case_id = house.review()
    house.complete("wood1", case_id, "review", "pass", opinion="没有意见")
    (done,) = house.ask("wood1", worklist.done).items
    assert (done.outcome, done.opinion) == ("pass", "没有意见")
    assert done.decided_at == house.clock.now()
    assert done.due.state == "none"
    assert house.ask("wood1b", worklist.done).items == ()
    (mine,) = house.ask("field1", cases.started).items
    assert (mine.id, mine.state_name, mine.due.text) == (case_id, "审核中", "剩 10 工作日")
    assert house.ask("wood1", cases.started).items == ()


def test_filters_narrow_to_their_rows(house: House) -> None:
    house.review(what="河边采砂")
    house.review(what="山上修路")
    assert [row.title for row in todo(house, "wood1", text="修路")] == ["山上修路"]
    assert [row.title for row in todo(house, "wood1", text="-001")] == ["河边采砂"]
    assert todo(house, "wood1", text="100%") == []
    assert len(todo(house, "wood1", year=2025, process="tiny_case", region="9901")) == 2
    assert todo(house, "wood1", year=2024) == todo(house, "wood1", region="9902") == []
    assert todo(house, "wood1", state="已销号") == todo(house, "wood1", node="check") == []
    assert len(todo(house, "wood1", role="WOOD", node="review")) == 2
    assert todo(house, "wood1", role="WATER") == []


def test_the_counts_equal_the_lists(house: House) -> None:
    house.review()
    second = house.review()
    house.engine.execute(ClaimTask(house.task(second, "review").id), house.actor("wood1b"))
    house.engine.execute(RemindTask(house.task(second, "review").id), house.actor("field1"))
    house.pass_until("2025-07-18 09:05")
    house.complete("water1", second, "review", "pass")
    for login in ("wood1", "wood1b", "water1", "field1", "head", "nobody"):
        counts = house.ask(login, worklist.counts)
        assert counts.todo == len(todo(house, login)), login
        assert counts.unclaimed == len(todo(house, login, taken="no")), login
        assert counts.colleague == len(todo(house, login, taken="colleague")), login
        assert counts.overdue == len(todo(house, login, overdue=True)), login
        assert counts.done == len(house.ask(login, worklist.done).items), login
        assert counts.started == len(house.ask(login, cases.started).items), login
        assert counts.copied == len(house.ask(login, notices.copied).items), login


def test_a_reminder_arrives_where_it_was_sent(house: House) -> None:
    case_id = house.review()
    task_id = house.task(case_id, "review").id
    house.engine.execute(RemindTask(task_id, "请尽快"), house.actor("field1"))
    house.pass_until("2025-07-18 09:05")
    (told,) = house.ask("wood1", notices.copied).items
    assert (told.case_id, told.number, told.read) == (case_id, "TN-2025-990101-001", False)
    assert house.ask("wood2", notices.copied).items == ()
