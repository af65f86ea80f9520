"""What tests of machine code share."""

from __future__ import annotations

import pytest

from chainrule.executors.native.machine import llvm


def refuse_what_llvm_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LLVM refuses would run as Python, and no comparison would notice: here it is an error."""

    def strict(text: str) -> bytes:
        try:
            return compiled(text)
        except RuntimeError as problem:
            raise AssertionError(str(problem)) from problem

    compiled = llvm.compiled
    monkeypatch.setattr(llvm, "compiled", strict)
