"""Bounds are counts: the same document gets the same verdicts on every machine, and says what was left out."""

import sys
from pathlib import Path

import pytest

from chainrule.checker import check_document, limits
from chainrule.checker.documents import read_document

TOOLS = Path(__file__).parent.parent.parent / "tools"


def verdicts(text: str) -> list[str]:
    return [each.verdict.value for each in check_document(read_document(text.encode())).findings]


@pytest.mark.parametrize("size", [784, 50_000, 10**9])
def test_a_large_size_is_judged_as_any_other(size: int) -> None:
    shapes = f"Let $x \\in \\mathbb{{R}}^{{{size}}}$ and $W \\in \\mathbb{{R}}^{{10 \\times {size}}}$.\n\n"
    model = shapes + "$$z = W x$$ $$L = \\|z\\|^2$$"
    right, wrong = "$$\\frac{\\partial L}{\\partial W} = 2 z x^T$$", "$$\\frac{\\partial L}{\\partial W} = 2 x z^T$$"
    assert verdicts(model + right)[-1] == "right"
    assert verdicts(model + wrong)[-1] == "wrong"


def test_a_size_that_formulas_speak_of_is_kept() -> None:
    text = "Let $x \\in \\mathbb{R}^{20}$. "
    text += "$$m = \\frac{1}{20} \\sum_i x_i$$ $$\\frac{\\partial m}{\\partial x_i} = \\frac{1}{20}$$"
    assert verdicts(text)[-1] == "right"


def test_derivatives_with_too_many_entries_are_not_computed() -> None:
    text = "Let $A \\in \\mathbb{R}^{90 \\times 90}$, where $90$ matters: "
    text += "$$B = A A$$ $$c = 90$$ $$\\frac{\\partial B}{\\partial A} = 90 A$$"
    assert verdicts(text)[-1] in ("unchecked", "wrong")


def test_statements_beyond_the_bound_are_unchecked_and_a_note_says_so() -> None:
    lines = "\n\n".join(f"$a_{{{number}}} = {number}$" for number in range(limits.STATEMENTS + 3))
    found = check_document(read_document(lines.encode()))
    assert [each.verdict.value for each in found.findings[-3:]] == ["unchecked"] * 3
    assert found.findings[0].verdict.value != "unchecked"
    assert found.notes == (f"only the first {limits.STATEMENTS:,} of {limits.STATEMENTS + 3:,} statements were judged",)


def test_looking_for_causes_ends_and_verdicts_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "$L = w x + b$ $$\\frac{\\partial L}{\\partial w} = b$$"
    assert verdicts(text)[-1] == "wrong"
    monkeypatch.setattr(limits, "CAUSES", 0)
    assert verdicts(text)[-1] == "wrong"


def test_a_statement_that_takes_too_much_is_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINE", 5)
    found = check_document(read_document(b"$L = w x + b$ $$\\frac{\\partial L}{\\partial w} = x$$"))
    assert found.findings[-1].verdict.value == "unchecked"
    assert "longer" in found.findings[-1].reason


def test_the_work_of_a_document_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORK", 0)
    found = check_document(read_document(b"$L = w x + b$ $$\\frac{\\partial L}{\\partial w} = x$$"))
    assert {each.verdict.value for each in found.findings} == {"unchecked"}


def test_random_pages_never_make_the_judge_fall_over() -> None:
    sys.path.insert(0, str(TOOLS))
    try:
        from fuzz_check import fault, made, pages_of
    finally:
        sys.path.remove(str(TOOLS))
    real = pages_of([str(Path(__file__).parent.parent / "notes")])
    for seed in range(80):
        data, name = made(seed, real)
        assert not fault(data, name)[0], (seed, data)


def test_the_same_page_gets_the_same_findings_twice() -> None:
    page = Path(__file__).parent.parent / "notes" / "lstm_slips.md"
    assert check_document(read_document(page)).findings == check_document(read_document(page)).findings
