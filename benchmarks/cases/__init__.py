"""The cases, in the order of what they are worth. A case that cannot be built without a peer leaves that peer out."""

from __future__ import annotations

from collections.abc import Iterator

from ..measure import Case
from . import adjustment, arrays, eager, hand, images, jacobians, networks, problems, scalars


def all_cases() -> Iterator[Case]:
    for module in (scalars, networks, arrays, problems, adjustment, jacobians, hand, images, eager):
        yield from module.cases()
