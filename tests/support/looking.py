"""A look into the vault in stories: asked for, released by the overseer, opened."""

from tests.support.scenario import PASSWORD, Json, Scenario


def ask(story: Scenario, unit: str, task: Json, reason: str = "核对举报情况") -> int:
    """Let the clerk of UNIT ask to look in TASK; gives the id of the request."""
    path = f"/user-tasks/{task['id']}/vault-requests"
    return int(story.of(unit).send("POST", path, {"reason": reason})["id"])


def released(story: Scenario, unit: str, task: Json, reason: str = "核对举报情况") -> int:
    """Let the overseer agree to what the clerk of UNIT asks in TASK."""
    made = ask(story, unit, task, reason)
    path = f"/user-tasks/{task['id']}/vault-requests/{made}/decision"
    story.overseer().send("POST", path, {"grant": True, "password": PASSWORD})
    return made


def look(story: Scenario, unit: str, task: Json, expect: int | None = None) -> Json:
    """Let the clerk of UNIT look at what was released in TASK."""
    path = f"/user-tasks/{task['id']}/vault-look"
    return story.of(unit).send("POST", path, {"password": PASSWORD}, expect)
