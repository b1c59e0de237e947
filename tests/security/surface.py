"""The whole surface: every address of API and pages, with places filled."""

from collections.abc import Iterator

from tests.support.site import Browser, Site
from web.security import SAFE, rule_of


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


def send(browser: Browser, method: str, path: str, **headers: str) -> int:
    """Send a signed request without body and give the status."""
    browser.acts += 1
    sent = {"X-CSRF-Token": browser.csrf, "Idempotency-Key": f"surface-{browser.acts:010}"}
    sent |= {"If-Match": '"1"'} | {k.replace("_", "-"): v for k, v in headers.items()}
    kept = {name: value for name, value in sent.items() if value}
    answer = browser.client.open(path, method=method, headers=kept)
    answer.close()
    return answer.status_code
