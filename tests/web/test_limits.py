"""What a person typed is read in one place: a day, or a refusal that says how to write it."""

from datetime import date

import pytest

from engine.base.errors import InvalidRequest
from web import limits


def test_a_day_is_read_or_refused_with_an_example() -> None:
    assert limits.day(" 2026-10-10 ") == date(2026, 10, 10)
    assert limits.day_or_none("  ") is None
    for wrong in ("", "10月10日", "2026-02-30"):
        with pytest.raises(InvalidRequest) as refused:
            limits.day(wrong)
        assert refused.value.message == f"“{wrong}”不是日期，请写成 2026-07-01。"
