"""The house keeps its rules: captions, sizes, words, one room per wish."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("engine", "web", "tests", "bench")
LIMIT = 400

# Words of one province or one office; the product's domain lives in processes/ and forms/.
WORDS = re.compile(
    r"江西|贵阳|贵安|鹰潭|贵溪|林业|生态环境|自然资源局|水务|督察|绿盾|销号表|Jiangxi|Guiyang"
    r"|\bJX\b|\bGY\b|\bjx_|\bgy_|JX-|GY-|FORESTRY|ECOLOGY|MGMT_BODY|LOCAL_GOV|\b36\d{4}\b",
    re.IGNORECASE,
)


def tracked(*endings: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    found = [ROOT / name for name in names if name.endswith(endings)]
    return [path for path in found if path.exists()]


def python_files() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in ROOMS]


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_the_tree_is_seen() -> None:
    assert len(python_files()) > 50


def test_every_file_opens_with_a_caption() -> None:
    bare = [p for p in python_files() if not ast.get_docstring(ast.parse(p.read_text()))]
    assert names(bare) == []


def test_a_folder_has_only_its_caption() -> None:
    inits = [p for p in python_files() if p.name == "__init__.py"]
    full = [p for p in inits if len(ast.parse(p.read_text()).body) > 1]
    assert names(full) == []


def test_no_file_is_longer_than_400_lines() -> None:
    code = python_files() + tracked(".mjs", ".css", ".html", ".js")
    long = [p for p in code if len(p.read_text().splitlines()) > LIMIT]
    assert names(long) == []


def test_engine_and_web_name_no_province_and_no_office() -> None:
    found = []
    endings = (".py", ".html", ".mjs", ".js", ".css", ".json", ".txt")
    for path in tracked(*endings):
        parts = path.relative_to(ROOT).parts
        if parts[0] not in ("engine", "web") or path.name == "package-lock.json":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if WORDS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_word_list_would_catch_a_word() -> None:
    assert WORDS.search("office = '省林业局'")
    assert WORDS.search('form = "jx_f1"')


def test_no_type_checking_imports_and_no_silent_excepts() -> None:
    found = []
    for path in python_files():
        if path.relative_to(ROOT).parts[0] not in ("engine", "web"):
            continue
        text = path.read_text()
        if "if TYPE_CHECKING" in text:
            found.append(f"{path.name}: TYPE_CHECKING")
        if re.search(r"except\s*:|except (Base)?Exception\s*:\s*\n\s*pass", text):
            found.append(f"{path.name}: silent except")
    assert found == []


MARKS = re.compile(
    "|".join(["/wor" + "k/ma", "\\.lib" + "rary/", "py" + "pi\\.org", "registry\\.npm" + "js"])
)


def test_the_product_speaks_of_itself_alone() -> None:
    found = []
    skipped = (".png", ".ico", ".woff2", ".xlsx", ".docx", ".pdf")
    for path in tracked(""):
        if path.suffix in skipped or not path.is_file():
            continue
        if MARKS.search(path.read_text(errors="replace")):
            found.append(path)
    assert names(found) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_the_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "--hash=sha256:" in text
    assert "http" not in text
    assert "--find-links" not in text
    pinned = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert all("==" in line for line in pinned)


def test_the_lock_covers_the_declared_dependencies() -> None:
    names_ = re.compile(r'^  "([A-Za-z][A-Za-z0-9-]*)', re.MULTILINE)
    declared = names_.findall(_section("dependencies"))
    locked = (ROOT / "requirements.lock").read_text().lower()
    missing = [name for name in declared if not re.search(rf"^{name.lower()}==", locked, re.M)]
    assert declared
    assert missing == []


def _section(name: str) -> str:
    text = (ROOT / "pyproject.toml").read_text()
    match = re.search(rf"^{name} = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert match
    return match.group(1)
