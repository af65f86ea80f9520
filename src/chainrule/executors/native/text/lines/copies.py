"""Functions that say the same: the text of a module in, the same with each of them once out.

One idea: a loop written a hundred times in Python is a hundred equal functions here, for what they work on is handed to
them. LLVM should see one.
"""

from __future__ import annotations

import re

_DEFINITION = re.compile(r"^define internal [^@]*@([\w.]+)\(.*?^}\n", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"@([\w.]+)")


def without_copies(text: str) -> str:
    """The module without functions that are copies of others. Those that call them may then be copies too."""
    found = once(text)
    while found is not None:
        text = found
        found = once(text)
    return text


def once(text: str) -> str | None:
    """The module without copies, whose callers call what they are copies of; None where there is none."""
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    kept: list[str] = []
    end = 0
    for found in _DEFINITION.finditer(text):
        name, said = found[1], found[0].replace(f"@{found[1]}(", "@(")
        kept.append(text[end : found.start()])
        end = found.end()
        if said in first:
            same[name] = first[said]
        else:
            first[said] = name
            kept.append(found[0])
    kept.append(text[end:])
    return _NAMED.sub(lambda named: "@" + same.get(named[1], named[1]), "".join(kept)) if same else None
