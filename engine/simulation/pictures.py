"""Small pictures and papers that stand for uploaded evidence."""

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


def paper() -> bytes:
    """Give an empty page of PDF 1.4; stands for a report that has to be a document."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 4\n0000000000 65535 f \n" + table
    return body + head + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
