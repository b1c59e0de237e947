"""Read a form as somebody left it in a draft: whatever it is, never an error."""

import json
from typing import Any


def form_of(data: bytes) -> dict[str, Any]:
    """Give the form in DATA; {} when it is no JSON object, too deep or no text."""
    try:
        found = json.loads(data)
        json.dumps(found, ensure_ascii=False).encode()  # halves of characters show nowhere
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
