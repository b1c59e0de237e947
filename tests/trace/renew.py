"""Write the book anew from the files: `python -m tests.trace.renew`; read the difference."""

import orjson

from tests.trace.book import APPLICATIONS, SEEN, observed, traced


def main() -> None:
    """Note what every carrier of every requirement does now."""
    SEEN.mkdir(exist_ok=True)
    for key in APPLICATIONS:
        book: dict[str, dict[str, str]] = {}
        for row in traced().rows:
            if row.application == key and row.carriers:
                book[row.requirement.id] = {
                    f"{one.application}/{one.part.reference}": observed()[one.application].of(
                        one.part.reference
                    )
                    for one in row.carriers
                }
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        (SEEN / f"{key}.json").write_bytes(orjson.dumps(book, option=options))


if __name__ == "__main__":
    main()
