"""How strangers read: many texts as one, not too fast, and a number is typed once."""


from engine.store.tables import instance
from tests.processes.test_jiangxi_publication import a_text
from tests.processes.test_public import FORESTRY, HOME, ONCE, guiyang_runtime, status_of
from tests.support.scenario import Scenario
from tests.support.statements import heard
from web.app import create_app
from web.settings import WebSettings

__all__ = ["guiyang_runtime"]


@ONCE
def test_the_public_page_reads_many_texts_as_it_reads_one(guiyang_story: Scenario) -> None:
    """Statements of a miss do not grow with the texts; a hit reads no case; changes show."""
    story = guiyang_story
    case = story.when_started(FORESTRY, "gy_publication", a_text(FORESTRY))
    story.when_completes(FORESTRY, "approve_publication", "publish", case=case)
    engine = story.worker.engine
    columns = [column.name for column in instance.columns]
    others = ", ".join(n for n in columns if n not in ("id", "root_id", "uid", "number"))
    one, _ = shown(story)
    with engine.database.write() as conn:  # thirty more of the same kind
        for no in range(30):
            conn.exec_driver_sql(
                f"INSERT INTO instance (id, root_id, uid, number, {others}) SELECT "
                f"{9000 + no}, {9000 + no}, 'copy-{no}', 'CF-{no:03}', {others} "
                f"FROM instance WHERE id = {int(case['id'])}"
            )
    many, text = shown(story)
    assert text.count("/item/CF-") == 30
    assert many == one, "a statement for each text"
    again, _ = shown(story, forget=False)
    assert again < many, "what was read before is read again"
    with engine.database.write() as conn:
        conn.exec_driver_sql("UPDATE instance SET state_name = '撤下' WHERE id = 9001")
    _, text = shown(story, forget=False)
    assert text.count("/item/CF-") == 29, "a text taken back is gone at once"


def shown(story: Scenario, *, forget: bool = True) -> tuple[int, str]:
    """Open the page: how many statements, and its text; FORGET what the process read."""
    if forget:
        story.app.extensions.pop("shouhu_public_texts", None)
    with heard(story.worker.engine.database.engine) as said:
        page = story.app.test_client().get(HOME)
    assert page.status_code == 200
    return len(said), page.text


@ONCE
def test_a_wrong_code_keeps_the_number_and_strangers_look_slowly(
    guiyang_story: Scenario,
) -> None:
    wrong = status_of(guiyang_story, 'JB-2026-00001"><b>', "guess")
    assert wrong.status_code == 404
    assert 'value="JB-2026-00001&#34;&gt;&lt;B&gt;"' in wrong.text
    assert "guess" not in wrong.text
    settings = WebSettings(public_per_minute=2)
    client = create_app(guiyang_story.worker.engine, settings=settings).test_client()
    assert [client.get(HOME).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/login").status_code == 200  # who works is not held up
