"""Bundles come from folders, go back byte for byte, and cross as zip files safely."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from engine.base.errors import InvalidRequest, NotFound, TooLarge
from engine.library import archive
from engine.library.bundle import (
    Bundle,
    applications,
    from_files,
    read_folder,
    write_folder,
)
from engine.library.difference import diff
from tests.library.samples import FILES


def sample() -> Bundle:
    return from_files("yunhai", FILES)


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as out:
        for path, data in files.items():
            out.writestr(path, data)
    return target.getvalue()


def test_a_folder_written_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    write_folder(sample(), tmp_path)
    assert (tmp_path / "forms/yunhai/yh_f1.json").read_bytes() == FILES["forms/yh_f1.json"]
    assert read_folder(tmp_path, "yunhai") == sample()
    assert applications(tmp_path) == ("yunhai",)


def test_writing_removes_files_the_bundle_no_longer_holds(tmp_path: Path) -> None:
    write_folder(sample(), tmp_path)
    (tmp_path / "processes/yunhai/.editor").write_text("x")
    smaller = sample().replacing({"audit.bpmn": None, "forms/yh_f2.json": b"{}"})
    write_folder(smaller, tmp_path)
    assert read_folder(tmp_path, "yunhai") == smaller
    assert not (tmp_path / "processes/yunhai/audit.bpmn").exists()
    assert (tmp_path / "processes/yunhai/.editor").exists()


def test_the_hash_depends_on_paths_and_bytes_and_not_on_order() -> None:
    backwards = dict(reversed(FILES.items()))
    assert from_files("yunhai", backwards).hash == sample().hash
    assert sample().replacing({"audit.bpmn": b"<x/>"}).hash != sample().hash
    # Moving a byte from the name into the content must not give the same hash.
    one, two = from_files("a", {"ab.md": b"c"}), from_files("a", {"a.md": b"bc"})
    assert one.hash != two.hash


def test_hidden_files_are_left_out_and_links_refused(tmp_path: Path) -> None:
    write_folder(sample(), tmp_path)
    home = tmp_path / "processes/yunhai"
    (home / ".DS_Store").write_bytes(b"x")
    (home / "audit.bpmn~").write_bytes(b"x")
    assert read_folder(tmp_path, "yunhai") == sample()
    os.symlink("/etc/hostname", home / "host.md")
    with pytest.raises(InvalidRequest, match="链接"):
        read_folder(tmp_path, "yunhai")


def test_a_missing_application_and_a_misplaced_form_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="processes/yunhai"):
        read_folder(tmp_path, "yunhai")
    (tmp_path / "processes/yunhai/forms").mkdir(parents=True)
    with pytest.raises(InvalidRequest, match="forms/yunhai"):
        read_folder(tmp_path, "yunhai")


@pytest.mark.parametrize(
    "path",
    ["../x.md", "/x.md", "a//b.md", "a/./b.md", "a\\b.md", "c:x.md", "a/\x00.md", ".git/x.md"],
)
def test_unsafe_paths_are_refused(path: str) -> None:
    with pytest.raises(InvalidRequest, match="不安全"):
        from_files("yunhai", {path: b""})


def test_kinds_of_files_nobody_reads_are_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match=r"run\.py"):
        from_files("yunhai", {"run.py": b""})


@pytest.mark.parametrize("key", ["", "../x", "Yunhai", "a b", "x" * 65])
def test_keys_that_are_no_folder_names_are_refused(key: str) -> None:
    with pytest.raises(InvalidRequest):
        from_files(key, {})


def test_a_zip_round_trip_is_equal_and_reproducible() -> None:
    data = archive.to_zip(sample())
    assert archive.to_zip(sample()) == data
    assert archive.from_zip(data) == sample()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("processes/yunhai/../../evil.md", "不安全"),
        ("/processes/yunhai/x.md", "不在"),
        ("other/yunhai/x.md", "不在"),
        ("processes/x.md", "不在"),
    ],
)
def test_a_zip_cannot_leave_its_folder(name: str, text: str) -> None:
    with pytest.raises(InvalidRequest, match=text):
        archive.from_zip(zipped({name: b"x"}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(TooLarge, match="压缩比"):
        archive.from_zip(zipped({"processes/yunhai/a.md": b"0" * 5_000_000}))


def test_a_file_of_a_zip_is_never_read_beyond_the_limit() -> None:
    with pytest.raises(TooLarge, match="解压后超过 10 MB"):
        archive.from_zip(zipped({"processes/yunhai/a.md": os.urandom(10_000_001)}))


def test_a_zip_whose_directory_lies_about_the_size_is_refused() -> None:
    data = bytearray(zipped({"processes/yunhai/a.md": b"0" * 11_000_000}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises((TooLarge, InvalidRequest)):
        archive.from_zip(bytes(data))


def test_a_zip_with_links_double_names_or_two_applications_is_refused() -> None:
    link = zipfile.ZipInfo("processes/yunhai/a.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        out.writestr(link, "/etc/passwd")
    with pytest.raises(InvalidRequest, match="链接"):
        archive.from_zip(target.getvalue())
    both = {"processes/yunhai/a.md": b"", "processes/other/a.md": b""}
    with pytest.raises(InvalidRequest, match="一个应用"):
        archive.from_zip(zipped(both))
    twice = zipped({"processes/yunhai/a.md": b"1", "processes/yunhai/b.md": b"2"})
    twice = twice.replace(b"yunhai/b.md", b"yunhai/a.md")
    with pytest.raises(InvalidRequest, match="两次"):
        archive.from_zip(twice)


def test_too_many_entries_and_broken_data_are_refused() -> None:
    many = {f"processes/yunhai/{n}.md": b"" for n in range(2_001)}
    with pytest.raises(TooLarge, match="2000"):
        archive.from_zip(zipped(many, zipfile.ZIP_STORED))
    good = archive.to_zip(sample())
    for broken in (b"", b"PK", good[:100], good[: len(good) // 2]):
        with pytest.raises(InvalidRequest, match="压缩包"):
            archive.from_zip(broken)


def test_a_difference_names_files_and_shows_lines() -> None:
    after = sample().replacing(
        {"audit.bpmn": b"<definitions>\n", "forms/yh_f1.json": None, "new.png": b"\x89"}
    )
    changes = {change.path: change for change in diff(sample(), after)}
    assert {path: c.change for path, c in changes.items()} == {
        "audit.bpmn": "changed",
        "forms/yh_f1.json": "removed",
        "new.png": "added",
    }
    assert "-<definitions/>" in changes["audit.bpmn"].lines
    assert "+<definitions>" in changes["audit.bpmn"].lines
    assert changes["new.png"].lines == ()
    assert diff(sample(), sample()) == ()


def test_how_an_editor_closes_an_empty_element_is_no_changed_line() -> None:
    before = sample().replacing({"audit.bpmn": b"<a>\n<b/>\n<c n='1'/>\n</a>\n"})
    after = before.replacing({"audit.bpmn": b"<a>\n<b />\n<c n='2' />\n</a>\n"})
    (change,) = diff(before, after)
    told = [line for line in change.lines[2:] if line[0] in "+-"]
    assert told == ["-<c n='1'/>", "+<c n='2'/>"]
