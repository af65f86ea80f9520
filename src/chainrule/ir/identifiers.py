"""Names for printed code: what a user, a formula or a file called something in, a Python identifier out.

One idea: only letters, digits and underscores pass, and never a word that means something to Python or to the printed
code, so no name can change what the code does.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np", "chainrule"})
_LONGEST = 40
_ACCENT = re.compile(r"\\(hat|bar|tilde|vec|dot)\s*\{?\s*(\w+)\s*\}?")
_STYLE = re.compile(r"\\(?:text|mathrm|mathbf|mathit|boldsymbol|operatorname)\s*\{([^{}]*)\}")


class Names:
    """The identifiers in use in one piece of printed code."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def claim(self, wanted: str) -> str:
        """An identifier for this name that nothing else uses: h, h_2, h_3."""
        name = identifier(wanted)
        candidate, number = name, self._numbers.get(name, 1)
        while candidate in self.taken:
            number += 1
            candidate = f"{name}_{number}"
        self._numbers[name] = number  # a loop may give one name 100,000 times
        self.taken.add(candidate)
        return candidate

    def fresh(self, letter: str) -> str:
        """The next of v1, v2, ... that is free."""
        while True:
            number = self._numbers[letter] = self._numbers.get(letter, 0) + 1
            candidate = f"{letter}{number}"
            if candidate not in self.taken:
                self.taken.add(candidate)
                return candidate


def identifier(name: str) -> str:
    """A Python identifier that reads like the name.

    >>> identifier("W_1"), identifier("x'"), identifier(r"\\\\hat y"), identifier("W_{12}^1"), identifier("lambda")
    ('W_1', 'x_prime', 'y_hat', 'W_12_1', 'lambda_')
    """
    text = unicodedata.normalize("NFKC", name[: 4 * _LONGEST])
    text = _ACCENT.sub(r"\2_\1", _STYLE.sub(r"\1", text))
    text = text.replace("'", "_prime").replace("′", "_prime").replace("\\", "")
    kept = "".join(letter if _may_stand(letter) else "_" for letter in text if letter not in "{} ")
    word = re.sub(r"_+", "_", kept)[:_LONGEST].strip("_") or "v"
    if not word.isidentifier():  # it begins with a digit
        word = f"v{word}"
    return f"{word}_" if word in RESERVED else word


def _may_stand(letter: str) -> bool:
    """Whether a character may stand in an identifier. Combining marks may not: they would print as nothing."""
    return letter == "_" or (letter.isascii() and letter.isalnum()) or unicodedata.category(letter) in ("Lu", "Ll")
