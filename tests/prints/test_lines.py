"""Lines break as Chinese typography wants."""

import pytest

from engine.prints.lines import NO_END, NO_START, broken


def wide(text: str) -> float:
    """Measure as if each character of Chinese took two columns."""
    return float(sum(1 if each.isascii() else 2 for each in text))


@pytest.mark.parametrize("room", range(6, 41))
def test_no_line_begins_with_a_stop_or_ends_with_an_opening_bracket(room: int) -> None:
    text = "占地约0.12公顷，未办理（任何）许可；现场“已停工”。见《通知》（第2号），按时整改！"
    lines = broken(text, wide, room)
    assert "".join(lines) == text
    assert all(wide(line) <= room for line in lines)
    assert not [line for line in lines if line[0] in NO_START]
    assert not [line for line in lines[:-1] if line[-1] in NO_END]


def test_numbers_and_words_stay_whole_while_a_line_can_hold_them() -> None:
    lines = broken("问题编号为JX-2025-3606-0001号的案件", wide, 18)
    assert "JX-2025-3606-0001" in "".join(line for line in lines if "JX" in line)
    assert any("JX-2025-3606-0001" in line for line in lines)
    assert broken("x" * 50, wide, 20) == ["x" * 20, "x" * 20, "x" * 10]


def test_breaks_of_the_writer_stay_and_a_run_of_marks_ends() -> None:
    assert broken("一\n二\n\n三", wide, 10) == ["一", "二", "", "三"]
    assert "".join(broken("，" * 99, wide, 10)) == "，" * 99
    assert broken("", wide, 10) == [""]
