"""Small pictures that stand for uploaded evidence."""

import struct
import zlib


def picture(number: int) -> bytes:
    """Draw a small picture: stripes of earth and green, different for each NUMBER."""
    width, height = 96, 64
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # filter type of the line
        for x in range(width):
            shade = (x * 3 + y * 5 + number * 37) % 90
            rows += bytes(
                (70 + shade, 120 + shade // 2, 50) if y > height // 3 else (150, 180, 210)
            )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body
