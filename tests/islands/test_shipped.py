"""Every shipped diagram, table and form opens in its designer and is saved without loss."""

import json
import re
from zlib import crc32

import pytest

from tests.islands.site import ROOT, Answer, js, options

pytestmark = pytest.mark.browser


PART = 3  # by default one file in so many is tried, another one when it changes


def found(pattern):
    """Give the files of PATTERN; most of them belong to the long profile."""
    files = []
    for place in sorted(ROOT.glob(pattern)):
        drawn = crc32(place.read_bytes()) % PART == 0
        marks = () if drawn else (pytest.mark.long,)
        files.append(pytest.param(place.relative_to(ROOT).as_posix(), marks=marks))
    return files


def designer(site, island, path, kind):
    site.routes["GET", "/file"] = lambda _: Answer(
        200, (ROOT / path).read_bytes(), kind, {"ETag": '"1"'}
    )
    site.routes["PUT", "/file"] = lambda _: js({}, ETag='"2"')
    settings = {"xmlUrl": "/file", "schemaUrl": "/file", "saveUrl": "/file"}
    site.page(
        "/lib",
        '<section class="stu"><div class="tool"><span data-slot="draft-state"></span>'
        '<button class="bt" type="button" data-act="save">保存</button></div>'
        f'<div class="cv" data-island="{island}"></div>{options(settings)}'
        '<aside class="pan" data-slot="panel"></aside>'
        '<section class="chk" data-slot="findings"></section></section>',
        policy="D",
        island=island,
    )


def saved(site, eye):
    page = eye.open("/lib")
    page.click('[data-act="save"]')
    page.wait_for_selector('[data-slot="draft-state"]:has-text("已保存")')
    return site.sent("PUT", "/file")[-1].body.decode()


def facts(xml):
    """Count the governance facts, flows and shapes of a diagram."""
    counted = {}
    tokens = re.findall(r"<[a-z]+:\w+|\s(?:gov|camunda):\w+=\"[^\"]*\"|\sid=\"[^\"]*\"", xml)
    for token in tokens:
        counted[token.strip()] = counted.get(token.strip(), 0) + 1
    return counted


@pytest.mark.parametrize("path", found("processes/*/*.bpmn"))
def test_a_diagram_survives_the_designer(site, watched, path):
    designer(site, "modeler", path, "application/xml")
    eye = watched()
    after = facts(saved(site, eye))
    eye.shot(path.rsplit("/", 1)[-1])
    before = facts((ROOT / path).read_text("utf-8"))
    lost = {
        key: (count, after.get(key)) for key, count in before.items() if after.get(key) != count
    }
    assert lost == {}
    eye.clean()


@pytest.mark.parametrize("path", found("processes/*/*.dmn"))
def test_a_table_survives_the_designer(site, watched, path):
    designer(site, "dmn", path, "application/xml")
    eye = watched()
    after = saved(site, eye)
    eye.shot(path.rsplit("/", 1)[-1])
    before = (ROOT / path).read_text("utf-8")
    ids = re.compile(r'\bid="([^"]*)"')
    assert sorted(ids.findall(after)) == sorted(ids.findall(before))
    eye.clean()


def components(form):
    stack, all_of_them = list(form["components"]), []
    while stack:
        one = stack.pop()
        all_of_them.append(one)
        stack.extend(one.get("components", []))
    return {one["id"]: one for one in all_of_them}


@pytest.mark.parametrize("path", found("forms/*/*.json"))
def test_a_form_survives_the_designer(site, watched, path):
    designer(site, "formedit", path, "application/json")
    eye = watched()
    after = components(json.loads(saved(site, eye)))
    eye.shot(path.rsplit("/", 1)[-1])
    before = components(json.loads((ROOT / path).read_text("utf-8")))
    assert after.keys() == before.keys()
    for ident, one in before.items():
        assert {**after[ident], "components": 0} == {**one, "components": 0}
    eye.clean()
