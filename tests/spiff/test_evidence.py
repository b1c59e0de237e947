"""The evidence command shows three defects of the library, and the kernel right."""

import pytest

from bench import evidence


@pytest.fixture(scope="module")
def shown() -> tuple[evidence.Shown, ...]:
    return evidence.collect()


def test_three_defects_are_shown_and_the_kernel_is_right(shown) -> None:
    assert [row.defect for row in shown] == [True, True, True]
    assert [row.right for row in shown] == [True, True, True]


def test_the_table_is_printed_and_the_exit_code_says_so(
    shown, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evidence, "collect", lambda: shown)
    assert evidence.main() == 0
    text = capsys.readouterr().out
    assert text.count("✗") == 3
    assert text.count("✓") == 3
    assert "三项均已显示，内核均正确。" in text


def test_a_defect_that_is_not_shown_is_a_failure(shown, monkeypatch, capsys) -> None:
    healed = evidence.Shown("甲", "好", "好", defect=False, right=True)
    monkeypatch.setattr(evidence, "collect", lambda: (healed, *shown[1:]))
    assert evidence.main() == 1
    assert "不符" in capsys.readouterr().out
