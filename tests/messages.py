"""What every error at the door has in common: asserted in one place."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.errors import ChainruleError, CodeLine

_INTERNAL = ("src/chainrule", "site-packages", "Traceback", "<frozen", "File ")


def refused(kind: type[ChainruleError], action: Callable[[], Any], *names: str) -> ChainruleError:
    """Run something that must be refused, within a second, in our own words, on the caller's own line.

    The message names each of `names`, what was given, what was expected and what to write instead.
    """
    file = sys._getframe(1).f_code.co_filename
    start = time.perf_counter()
    with pytest.raises(ChainruleError) as failure:
        action()
    error = failure.value
    assert time.perf_counter() - start < 5.0
    assert type(error) is kind, f"{type(error).__name__}: {error}"
    assert error.given
    assert error.expected
    assert error.remedy, str(error)
    assert isinstance(error.place, CodeLine)
    assert error.place.file == file
    assert error.place.source
    message = str(error)
    assert Path(file).name in message
    assert error.place.source in message
    for name in names:
        assert name in message, message
    for internal in _INTERNAL:
        assert internal not in message, message
    assert "__main__" not in message
    return error
