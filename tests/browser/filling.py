"""Filling a form of the browser the way people do: by the labels they read."""

import struct
import zlib
from typing import Any


def picture(shade: int) -> bytes:
    """Give a small PNG of one grey SHADE."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    size = 8
    rows = zlib.compress((b"\x00" + bytes([shade]) * size) * size)
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


class Filling:
    """One form on a page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.form = page.locator(".fjs-container")

    def field(self, label: str) -> Any:
        """Give the field whose label begins with LABEL."""
        heading = self.page.locator("label, .fjs-form-field-label", has_text=label)
        return self.form.locator(".fjs-form-field", has=heading).last

    def type(self, label: str, text: str) -> None:
        """Type TEXT into the field LABEL and leave it."""
        box = self.field(label).locator("input, textarea").first
        box.fill(text)
        box.press("Tab")

    def tick(self, label: str, option: str) -> None:
        """Choose OPTION among the boxes or buttons of the field LABEL."""
        self.field(label).get_by_label(option, exact=True).check()

    def choose(self, label: str, option: str) -> None:
        """Choose OPTION from the list of the field LABEL."""
        field = self.field(label)
        answer = field.locator(".fjs-dropdownlist-item", has_text=option).first
        if not answer.is_visible():  # reaching it by Tab has opened the list already
            field.locator(".fjs-input-group, input").first.click()
        answer.click()

    def cascade(self, label: str, *names: str) -> None:
        """Go down the lists of the field LABEL by NAMES."""
        lists = self.field(label).locator("select")
        for number, name in enumerate(names):
            lists.nth(number).locator("option", has_text=name).first.wait_for(state="attached")
            lists.nth(number).select_option(label=name)

    def find(self, label: str, text: str) -> None:
        """Search TEXT in the field LABEL and take the first answer."""
        field = self.field(label)
        field.locator("input").last.press_sequentially(text)
        field.locator(".sf-list li").first.click()

    def upload(self, code: str, shade: int) -> None:
        """Add a picture as evidence CODE and wait until the server has it."""
        file = {"name": f"{code}.png", "mimeType": "image/png", "buffer": picture(shade)}
        self.page.get_by_label(f"为{code}添加文件").set_input_files(file)
        self.page.locator(".evl .files a", has_text=f"{code}.png").wait_for()
