"""A shared folder joins the bundle of each application and finds its way back."""

import io
import zipfile
from pathlib import Path

import pytest

from engine.base.errors import InvalidRequest, NotFound
from engine.library import archive
from engine.library.application import read_application
from engine.library.bundle import Bundle, from_files, read_folder, write_folder
from engine.library.sharing import SHARED

MAIN = "application: {0}\ntitle: 试验\nincludes: [common]\n"
SHARE = {
    "processes/common/d08.dmn": b"<d08/>",
    "processes/common/calendar/cn.csv": b"date,is_workday\n",
}
FORM = {"forms/common/cm_f1.json": b"{}"}


def project(root: Path, extra: dict[str, bytes] | None = None) -> Path:
    files = {
        "processes/yunhai/application.yaml": MAIN.format("yunhai").encode(),
        "processes/yunhai/audit.bpmn": b"<audit/>",
        "processes/linhai/application.yaml": MAIN.format("linhai").encode(),
        **SHARE,
        **FORM,
        **(extra or {}),
    }
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def told(bundle: Bundle) -> list[tuple[str, str]]:
    return [(f.severity, f.zh) for f in read_application(bundle)[1]]


def test_two_applications_hold_the_same_shared_files(tmp_path: Path) -> None:
    project(tmp_path)
    one, two = read_folder(tmp_path, "yunhai"), read_folder(tmp_path, "linhai")
    shared = {"d08.dmn", "calendar/cn.csv", "forms/cm_f1.json"}
    assert set(one.shared()) == set(two.shared()) == shared
    assert one.files["d08.dmn"] == two.files["d08.dmn"] == b"<d08/>"
    assert told(one) == told(two) == []


def test_a_change_in_the_shared_folder_changes_every_bundle_that_includes_it(
    tmp_path: Path,
) -> None:
    project(tmp_path)
    before = [read_folder(tmp_path, name).hash for name in ("yunhai", "linhai")]
    (tmp_path / "processes/common/d08.dmn").write_bytes(b"<d08 new='1'/>")
    after = [read_folder(tmp_path, name).hash for name in ("yunhai", "linhai")]
    assert all(one != two for one, two in zip(before, after, strict=True))


def test_export_writes_shared_files_to_their_place_and_takes_none_away(
    tmp_path: Path,
) -> None:
    found = read_folder(project(tmp_path / "from"), "yunhai")
    target = project(tmp_path / "to", {"processes/common/d12.dmn": b"<d12/>"})
    (target / "processes/common/d08.dmn").unlink()
    write_folder(found, target)
    assert (target / "processes/common/d08.dmn").read_bytes() == b"<d08/>"
    assert (target / "processes/common/d12.dmn").exists()
    assert not (target / "processes/yunhai/d08.dmn").exists()
    assert not (target / "processes/yunhai" / SHARED).exists()
    write_folder(found, tmp_path / "empty")
    assert read_folder(tmp_path / "empty", "yunhai") == found


def test_a_zip_keeps_what_is_shared(tmp_path: Path) -> None:
    found = read_folder(project(tmp_path), "yunhai")
    assert archive.from_zip(archive.to_zip(found)) == found


def test_a_changed_shared_file_becomes_the_applications_own(tmp_path: Path) -> None:
    found = read_folder(project(tmp_path), "yunhai").replacing({"d08.dmn": b"<mine/>"})
    assert "d08.dmn" not in found.shared()
    assert ("note", "includes：“d08.dmn”与共用目录 common 中的不同，本应用使用自己的") in told(
        found
    )
    assert archive.from_zip(archive.to_zip(found)) == found
    write_folder(found, tmp_path)
    assert (tmp_path / "processes/common/d08.dmn").read_bytes() == b"<d08/>"
    assert (tmp_path / "processes/yunhai/d08.dmn").read_bytes() == b"<mine/>"
    assert read_folder(tmp_path, "yunhai") == found
    assert read_folder(tmp_path, "linhai").files["d08.dmn"] == b"<d08/>"


def test_two_shared_folders_may_not_hold_the_same_path(tmp_path: Path) -> None:
    main = MAIN.format("yunhai").replace("[common]", "[common, more]").encode()
    clash = {
        "processes/yunhai/application.yaml": main,
        "processes/more/d08.dmn": b"<other/>",
    }
    with pytest.raises(InvalidRequest, match=r"common 与 more 都有文件“d08\.dmn”"):
        read_folder(project(tmp_path, clash), "yunhai")


@pytest.mark.parametrize(("name", "text"), [("nowhere", "不存在"), ("linhai", "另一个应用")])
def test_an_include_that_is_no_shared_folder_is_named(
    tmp_path: Path, name: str, text: str
) -> None:
    main = MAIN.format("yunhai").replace("[common]", f"[{name}]").encode()
    with pytest.raises(NotFound, match=f"引用了“{name}”.*{text}"):
        read_folder(project(tmp_path, {"processes/yunhai/application.yaml": main}), "yunhai")


def test_an_include_without_its_files_is_an_error_that_says_what_to_do() -> None:
    alone = from_files("yunhai", {"application.yaml": MAIN.format("yunhai").encode()})
    assert told(alone) == [("error", "includes：共用目录“common”的文件没有一起送来")]


def test_a_shared_file_taken_out_is_missed(tmp_path: Path) -> None:
    found = read_folder(project(tmp_path), "yunhai").replacing({"d08.dmn": None})
    assert ("error", "includes：缺少共用目录 common 的文件“d08.dmn”") in told(found)


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        '"../x":\n  "d08.dmn": ' + "0" * 64,
        "common:\n  d08.dmn: short",
        "common: 3",
        'yunhai:\n  "d08.dmn": ' + "0" * 64,
    ],
)
def test_a_forged_list_of_shared_files_is_refused(text: str) -> None:
    files = {"application.yaml": MAIN.format("yunhai").encode(), SHARED: text.encode()}
    with pytest.raises(InvalidRequest):
        from_files("yunhai", files)


def test_a_zip_with_a_folder_nobody_includes_is_refused(tmp_path: Path) -> None:
    stranger = from_files("fremd", {"d08.dmn": b"<x/>"})
    mixed = from_files("yunhai", {"application.yaml": b"application: yunhai\ntitle: x\n"})
    both = _joined(archive.to_zip(mixed), archive.to_zip(stranger))
    with pytest.raises(InvalidRequest, match="includes"):
        archive.from_zip(both)


def _joined(*zips: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for data in zips:
            with zipfile.ZipFile(io.BytesIO(data)) as one:
                for entry in one.infolist():
                    out.writestr(entry.filename, one.read(entry))
    return target.getvalue()
