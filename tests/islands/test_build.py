"""The asset build: the lock names no host, the stamp is true, the manifest is complete."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.islands.site import DIST, ROOT

ISLANDS = ROOT / "web/islands"
ENTRIES = {"base", "viewer", "modeler", "dmn", "formview", "formedit"}


@pytest.fixture
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources with a finished build of its own."""
    target = tmp_path / "tree"
    shutil.copytree(
        ISLANDS, target / "web/islands", ignore=shutil.ignore_patterns("node_modules")
    )
    (target / "engine/bpmn").mkdir(parents=True)
    shutil.copy(ROOT / "engine/bpmn/gov.json", target / "engine/bpmn/gov.json")
    return target


@pytest.fixture
def ran(hook, monkeypatch, tree):
    """Replace node by a recorder that leaves what a build leaves."""
    commands = []

    def run(command, folder, env):
        commands.append(command[1:])
        (folder / "node_modules").mkdir(exist_ok=True)
        (tree / "web/static/dist").mkdir(parents=True, exist_ok=True)
        return ""

    monkeypatch.setattr(hook, "run", run)
    monkeypatch.setattr(hook, "toolchain", lambda: (["node"], ["npm"], {}))
    return commands


def test_the_lock_pins_everything_and_names_no_host():
    text = (ISLANDS / "package-lock.json").read_text("utf-8")
    assert "http" not in text
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    wanted = json.loads((ISLANDS / "package.json").read_text("utf-8"))
    pins = {**wanted["dependencies"], **wanted["devDependencies"]}
    for name, version in pins.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in row for path, row in packages.items() if path)


def test_an_unchanged_tree_calls_no_node(hook, tree, ran):
    assert hook.build(tree)
    assert len(ran) == 2
    assert not hook.build(tree)
    assert len(ran) == 2


@pytest.mark.parametrize(
    "path",
    [
        "web/islands/src/i18n/panel.json",
        "web/islands/literals.mjs",
        "web/islands/.npmrc",
        "web/islands/src/style/tokens.css",
        "engine/bpmn/gov.json",
    ],
)
def test_a_changed_source_is_built_again(hook, tree, ran, path):
    hook.build(tree)
    file = tree / path
    file.write_text(file.read_text("utf-8") + " ", "utf-8")
    assert not hook.is_fresh(tree)
    assert hook.build(tree)


def test_an_unchanged_lock_installs_nothing_again(hook, tree, ran):
    hook.build(tree)
    file = tree / "web/islands/src/base.js"
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    hook.build(tree)
    assert [command[0] for command in ran] == ["ci", "build.mjs", "build.mjs"]


def test_a_touched_file_with_the_same_bytes_is_still_fresh(hook, tree, ran):
    hook.build(tree)
    file = tree / "web/islands/src/base.js"
    file.write_bytes(file.read_bytes())
    assert hook.is_fresh(tree)


def test_a_failed_build_leaves_no_stamp(hook, tree, ran, monkeypatch):
    hook.build(tree)
    file = tree / "web/islands/src/base.js"
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")

    def fail(command, folder, env):
        raise SystemExit("failed")

    monkeypatch.setattr(hook, "run", fail)
    with pytest.raises(SystemExit):
        hook.build(tree)
    assert not (tree / "web/static/dist/.stamp").exists()


def test_node_is_asked_for_only_when_it_will_be_used(hook, tree, ran, monkeypatch):
    made = hook.CustomBuildHook.__new__(hook.CustomBuildHook)
    monkeypatch.setattr(type(made), "root", str(tree), raising=False)
    monkeypatch.setenv("SHOUHU_IGNORE_SYSTEM_NODE", "1")
    assert made.dependencies() == [hook.NODE_WHEEL]
    hook.build(tree)
    assert made.dependencies() == []


def test_a_slim_source_tree_without_islands_is_fresh(hook, tmp_path):
    assert hook.is_fresh(tmp_path)


def test_without_node_the_text_says_what_to_do(hook, monkeypatch):
    monkeypatch.setattr(hook, "system_node", lambda: None)
    monkeypatch.setattr(hook, "wheel_node", lambda: None)
    with pytest.raises(SystemExit, match="node >= 20"):
        hook.toolchain()


@pytest.mark.browser
def test_the_manifest_names_every_entry_and_its_files():
    if not (DIST / "manifest.json").is_file():
        pytest.skip("the browser assets are not built: python hatch_build.py")
    rows = json.loads((DIST / "manifest.json").read_text("utf-8"))
    assert {name.removesuffix(".js") for name in rows if name.endswith(".js")} == ENTRIES
    files = [row["file"] for row in rows.values()] + [
        row["css"] for row in rows.values() if "css" in row
    ]
    assert "style.css" in rows
    for name in files:
        assert (DIST / name).is_file()
        assert "-" in name


@pytest.mark.browser
def test_sizes_keep_their_budgets_and_no_translation_is_unused(tmp_path):
    node = shutil.which("node")
    if node is None or not (ISLANDS / "node_modules").is_dir():
        pytest.skip("node or the installed packages are missing: python hatch_build.py")
    done = subprocess.run(
        [node, "build.mjs", "--check", "--out", str(tmp_path / "dist")],
        cwd=ISLANDS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_type_of_the_vocabulary_can_be_edited_in_the_panel():
    """What the table of gov: names must be reachable in the designer."""
    vocabulary = json.loads((ROOT / "engine/bpmn/gov.json").read_text("utf-8"))
    source = "".join(path.read_text("utf-8") for path in (ISLANDS / "src/modeler").glob("*.js"))
    missing = []
    for kind in vocabulary["types"]:
        for row in kind["properties"]:
            if row.get("isMany") or not (row.get("isAttr") or row.get("isBody")):
                continue
            if f"'{row['name']}'" not in source and f"gov:{row['name']}'" not in source:
                missing.append(f"{kind['name']}.{row['name']}")
    assert missing == []


def test_every_enumerated_word_has_a_chinese_label():
    vocabulary = json.loads((ROOT / "engine/bpmn/gov.json").read_text("utf-8"))
    words = json.loads((ISLANDS / "src/i18n/gov.json").read_text("utf-8"))
    free = {"Seats.add", "EvidenceItem.code"}  # typed as text, or codes that are their own word

    def known(kind, name):
        own = words.get(f"gov:{kind}.{name}") or words.get(f".gov:{name}") or {}
        return {**words["*"], **own}

    missing = [
        f"{kind['name']}.{row['name']}={value}"
        for kind in vocabulary["types"]
        for row in kind["properties"]
        if f"{kind['name']}.{row['name']}" not in free
        for value in row.get("values", [])
        if value not in known(kind["name"], row["name"])
    ]
    assert missing == []


def test_the_notices_name_every_package_we_ask_for():
    text = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
    wanted = json.loads((ISLANDS / "package.json").read_text("utf-8"))
    for name in [*wanted["dependencies"], *wanted["devDependencies"]]:
        assert f"`{name}`" in text
    assert "bpmn.io" in text


def test_no_template_or_island_source_holds_an_address():
    hits = [
        path.relative_to(ROOT)
        for path in (ISLANDS / "src").rglob("*")
        if path.is_file()
        and Path(path).suffix in {".js", ".css"}
        and "http" + "s://" in path.read_text("utf-8")
    ]
    assert hits == []
