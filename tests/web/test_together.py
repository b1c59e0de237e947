"""A task page reads its case once: one of 2,000 rows is megabytes to take apart."""

import pytest

from engine.queries import task_data
from tests.support.site import Site


@pytest.mark.parametrize("more", ["", "/data"])
def test_a_task_page_reads_its_case_once(
    site: Site, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = site.start()
    task = site.open_task(int(case["instanceId"]), "check")
    read: list[int] = []
    real = task_data._load

    def noted(view: task_data.View, task_id: int) -> task_data.TaskData:
        read.append(task_id)
        return real(view, task_id)

    monkeypatch.setattr(task_data, "_load", noted)
    client = site.browser("field1").client
    for _ in range(2):  # and anew for the next page
        answer = client.get(f"/case/{case['number']}/task/{task['id']}{more}")
        assert answer.status_code == 200, answer.text
    assert read == [int(task["id"])] * 2
