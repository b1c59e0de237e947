"""What crosses between folders and an installation: deploy, export, days of a calendar."""

import json
from pathlib import Path

from engine.base.actor import SYSTEM
from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.calendars import read_entered
from engine.commands.calendars import ImportCalendarDays
from engine.commands.definitions import Deploy
from engine.commands.results import CalendarChanged, Deployed
from engine.engine import Engine
from engine.library import archive, bundle
from engine.library.bundle import Bundle
from engine.store import definitions, records

MARK = ".deployed.json"  # beside application.yaml: {installation: version}


def deploy(engine: Engine, found: Bundle, path: Path, base: int | None, note: str) -> str:
    """Publish FOUND, read from PATH, and say which version it is.

    BASE is the version the files were made from; None: what PATH remembers.
    """
    mark = _installation(engine)
    known = base if base is not None else _base(path, mark)
    made = engine.execute(Deploy(found.application, found.files, note, known), SYSTEM)
    if not isinstance(made, Deployed):
        raise Conflict
    _set_base(path, mark, made.version)
    word = "已发布" if made.created else "内容没有变化，仍是"
    return f"{found.application}：{word}第 {made.version} 版"


def export(engine: Engine, application: str, version: int | None, target: Path) -> str:
    """Write a published version (None: the newest) to TARGET, a folder or a zip."""
    mark = _installation(engine)
    with engine.database.read() as conn:
        if version:
            row = definitions.bundle_at(conn, application, version)
        else:
            row = definitions.latest_bundle(conn, application)
        if row is None:
            raise NotFound(f"没有已发布的应用“{application}”或该版本。")
        files = definitions.bundle_files(conn, row["id"])
    found = bundle.from_files(application, files)
    if target.suffix == ".zip":
        target.write_bytes(archive.to_zip(found))
    else:
        bundle.write_folder(found, target)
        _set_base(target / "processes" / application, mark, row["version"])
    return f"{application} 第 {row['version']} 版已写到 {target}"


def import_calendar(engine: Engine, calendar: str, path: Path) -> str:
    """Enter the days of the CSV file PATH into CALENDAR, all rows or none."""
    if not path.is_file():
        raise InvalidRequest(f"没有文件“{path}”。")
    with engine.database.read() as conn:
        version = read_entered(conn, calendar).version
    made = engine.execute(ImportCalendarDays(calendar, path.read_bytes(), version), SYSTEM)
    if not isinstance(made, CalendarChanged):
        raise Conflict
    years = "".join(f"，整年录入 {year} 年" for year in made.years)
    return f"工作日历 {calendar}：改动 {made.days} 天{years}"


def _installation(engine: Engine) -> str:
    """Name this installation, so that a folder knows which versions it was deployed as."""
    with engine.database.write() as conn:
        known = records.read_setting(conn, "installation")
        if not known:
            known = {"id": engine.ids.uid()}
            records.write_setting(conn, "installation", known)
    return str(known["id"])


def _base(path: Path, mark: str) -> int | None:
    place = path / MARK
    if not place.is_file():
        return None
    found: dict[str, int] = json.loads(place.read_text())
    return found.get(mark)


def _set_base(path: Path, mark: str, version: int) -> None:
    place = path / MARK
    if path.is_dir():
        known = json.loads(place.read_text()) if place.is_file() else {}
        place.write_text(json.dumps({**known, mark: version}))
