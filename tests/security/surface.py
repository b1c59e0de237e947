"""The whole surface: every address of API and pages, with places filled."""

import re
from collections.abc import Iterator

from tests.support.site import Browser, Site
from web.security import SAFE, rule_of

HELD = {
    "instance_id": "1",
    "task_id": "1",
    "definition_id": "1",
    "bundle_id": "1",
    "job_id": "1",
    "incident_id": "1",
    "application": "tiny",
    "ledger_id": "problem",
    "kind": "division",
    "code": "990101",
    "number": "TN-2025-990101-001",
    "attachment_id": "x",
    "ref": "TN-2025-990101-001",
    "key": "tiny_case",
    "decision_id": "x",
    "version": "1",
    "side": "draft",
    "path": "tiny_case.bpmn",
    "filename": "nothing.css",
    "report": "M-1",
    "source_id": "x",
    "import_id": "x",
    "run_id": "1",
    "report_id": "M-1",
    "calendar": "cn",
    "day": "2025-05-01",
    "year": "2025",
    "tab": "x",
    "act": "x",
}


def addresses(site: Site) -> Iterator[tuple[str, str, str]]:
    """Give (method, path with places, permission) of all that is served."""
    for rule in site.app.url_map.iter_rules():
        declared = rule_of(site.app, rule.endpoint)
        assert declared is not None, f"{rule} declares nothing"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, str(rule), declared.permission


def changing(site: Site) -> Iterator[tuple[str, str, str]]:
    """Give the addresses that are not safe methods."""
    return (one for one in addresses(site) if one[0] not in SAFE)


def filled(path: str, **other: str) -> str:
    """Give PATH with its places filled by what exists."""
    held = HELD | other
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: held[found.group(1)], path)


def send(browser: Browser, method: str, path: str, **headers: str) -> int:
    """Send a signed request without body and give the status."""
    browser.acts += 1
    sent = {"X-CSRF-Token": browser.csrf, "Idempotency-Key": f"surface-{browser.acts:010}"}
    sent |= {"If-Match": '"1"'} | {k.replace("_", "-"): v for k, v in headers.items()}
    kept = {name: value for name, value in sent.items() if value}
    answer = browser.client.open(path, method=method, headers=kept)
    answer.close()
    return answer.status_code
