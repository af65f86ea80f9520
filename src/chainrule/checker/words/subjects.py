"""A sentence in, what it says of the names in it out: their shapes, properties and roles, and the functions they are.

One idea: a name is described before it (`the target t`), after it (`t is the target`, `t (N, D)`) or by a relation
(`t > 0`); what is said of a part of it, or only perhaps, is not said of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import memberships
from . import vocabulary as words
from .collecting import Facts
from .descriptions import Description, description_at, modifiers
from .governing import Flow
from .phrases import Named, name_at, names_at, said_shape, shape_at, size_at
from .said import Heard
from .sentences import Sentence
from .tokens import Kind, Token

_BACK = 8  # words before a name that may describe it
_ENDS_NAME = frozenset({",", "∈", "=", ":", ">", "<", ":=", "<=", ">=", ".", ")", "~"})
_BEFORE_NAME = frozenset({",", "(", ":", "[", "∀", "=>", "}"})
_OPENS = frozenset({"for", "with", "where", "if", "when", "assume", "suppose", "let", "given", "say", "only", "are"})


def hear_subjects(flow: Flow, number: int, facts: Facts) -> None:
    """Adds what sentence `number` says of its names."""
    sentence = flow.sentences[number]
    tokens = sentence.tokens
    if sentence.subject:
        _hear_comment(flow, sentence, facts)
    assigned = frozenset(flow.page.assigned)
    place = 0
    while place < len(tokens):
        names, after = names_at(tokens, place, assigned)
        if not names:
            place += 1
            continue
        while names and not _stands_alone(tokens, place, after):
            names = names[:-1]
            after = next((at + 1 for at in range(after - 2, place - 1, -1) if names and tokens[at] is names[-1].token), place)
        if names:
            _Subject(flow, number, facts, names, place, after).hear()
        place = max(after, place + 1)


def _hear_comment(flow: Flow, sentence: Sentence, facts: Facts) -> None:
    """A comment after an assignment that is nothing but a shape: `# (N, D)`, `# shape (N, D)`."""
    tokens = sentence.tokens
    shape = shape_at(tokens, 0) or said_shape(tokens, 0)
    if shape is None or (shape[1] < len(tokens) and tokens[shape[1]].text not in (",", ":", "-", "=")):
        return
    named = Named(sentence.subject, sentence.subject, tokens[0])
    facts.shape(named, shape[0], flow.page.heard(tokens[: shape[1]], sentence))


def _stands_alone(tokens: Sequence[Token], place: int, after: int) -> bool:
    """Whether the names are no part of a product or a call."""
    first, last = tokens[place], tokens[after - 1]
    before = tokens[place - 1] if place else None
    behind = tokens[after] if after < len(tokens) else None
    listed = before is not None and (before.text in _BEFORE_NAME or (before.text in ("-", "•") and place == 1))
    if before is not None and _joined(before, first) and not (listed or (before.kind is Kind.WORD and before.maths)):
        return False
    if behind is not None and _joined(last, behind):
        spaced_bracket = behind.text in ("(", "[") and behind.spaced and not behind.maths
        return behind.text in _ENDS_NAME or behind.kind is Kind.WORD or spaced_bracket or (
            not behind.maths and behind.text in ("-", '"')
        )
    return True


def _joined(left: Token, right: Token) -> bool:
    """Whether two tokens stand in one formula, or in prose with a sign between them."""
    if left.maths != right.maths:
        return False
    if left.maths:
        return left.piece == right.piece
    return Kind.SIGN in (left.kind, right.kind)


class _Subject:
    """Names in a sentence, and what is said around them."""

    def __init__(self, flow: Flow, number: int, facts: Facts, names: list[Named], place: int, after: int) -> None:
        self.flow, self.number, self.facts, self.names = flow, number, facts, names
        self.sentence = flow.sentences[number]
        self.tokens = self.sentence.tokens
        self.place, self.after = place, after

    def hear(self) -> None:
        """Adds what is said of the names, before them and after them."""
        self._hear_before()
        self._hear_signs()
        self._take_the_last()
        after = self._past_value()
        if after >= len(self.tokens):
            return
        token = self.tokens[after]
        if token.kind is Kind.WORD and (token.text in words.IS or token.text in words.ARE):
            self._hear_copula(after)
        elif token.text == "∈":
            memberships.hear(self.flow, self.number, self.facts, self._of_formula(), after)
            self._hear_after_space(memberships.end(self.tokens, after))
        elif token.text in (">", "<", ">="):
            memberships.hear_sign(self.flow, self.number, self.facts, self._of_formula(), after)
            if after + 2 < len(self.tokens) and self.tokens[after + 2].text in words.IS:
                self._hear_copula(after + 2)
        elif not self._blocked() or token.text in ("(", "[") or token.kind is Kind.NUMBER:
            self._hear_after(after)

    def heard(self, start: int, stop: int) -> Heard:
        """The words from one token to another."""
        return self.flow.page.heard(self.tokens[start : max(stop, start + 1)], self.sentence)

    def _take_the_last(self) -> None:
        """Of `of length m and x a vector` only x is described, and of `x, y is one-hot` only y."""
        last = self.names[-1].token
        if len(self.names) < 2 or self.after >= len(self.tokens) or self.names[0].token.piece == last.piece:
            return
        said = self.tokens[self.after].text
        if said in ("a", "an", "the", "any") or (said in words.IS and said not in words.ARE):
            self.names, self.place = self.names[-1:], self.after - 1

    def _hear_after_space(self, after: int) -> None:
        """What is said after `$x \\in \\mathbb R^n$`: `is the input`, `the weight matrix`."""
        if after >= len(self.tokens):
            return
        self.names = self._of_formula()
        token = self.tokens[after]
        if token.kind is Kind.WORD and token.text in (*words.IS, *words.ARE):
            self._hear_copula(after)
        elif not self._blocked():
            self.after = after
            self._hear_after(after)

    # Before the names ---------------------------------------------------------------------------------------------
    def _hear_before(self) -> None:
        if self.place and self.tokens[self.place - 1].text in ("by", "as") and self._clause_says("denote", "denoted"):
            self._hear_described(self.place - 1)
        for start in range(max(0, self.place - _BACK), self.place):
            if self.tokens[start].kind is Kind.DISPLAY or self.tokens[start].text in (",", "."):
                continue
            found = description_at(self.tokens[: self.place], start, bare=True)
            if found is None or found.stop != self.place or self._denied(start):
                continue
            if found.noun or found.sizes is not None or self._introduced(start):
                self._keep_before(found, start)
            return

    def _hear_described(self, stop: int) -> None:
        """`we denote the weights by w`."""
        for start in range(max(0, stop - _BACK), stop):
            found = description_at(self.tokens[:stop], start, bare=True)
            if found is not None and found.stop == stop and found.noun:
                self._keep(found, self.names[:1], self.heard(start, self.after), ())
                return

    def _qualified(self, start: int) -> bool:
        """Whether an unknown word stands before a description: a `squashed residual` is none."""
        if start == 0 or self.tokens[start].text in words.DETERMINERS:
            return False
        before = self.tokens[start - 1]
        known = (words.DETERMINERS, words.PREPOSITIONS, words.BOUNDARY, words.CONDITIONAL, _OPENS)
        return before.kind is Kind.WORD and not before.maths and not any(before.text in each for each in known)

    def _counts_up(self) -> bool:
        """Whether the name is an index with its values: `features $i = 1..D$`."""
        said = [token.text for token in self.tokens[self.after : self.after + 4]]
        return said[:1] == ["="] and (".." in said or (said[2:3] == [","] and said[3:4] != [] and said[3].isdigit()))

    def _denied(self, start: int) -> bool:
        return start > 0 and self.tokens[start - 1].text in ("non", *words.NEGATIONS)

    def _introduced(self, start: int) -> bool:
        """Whether an adjective before a name is one: `a positive s`, `for symmetric A`, but not `, positive b`."""
        begins = self.tokens[start].text in words.DETERMINERS
        return begins or (start > 0 and self.tokens[start - 1].text in _OPENS)

    def _keep_before(self, found: Description, start: int) -> None:
        names = self.names if found.plural else self.names[:1]
        if self._qualified(start) or self._counts_up():
            found.roles = []
        if found.kind == "scalar" and self.tokens[self.place - 1].text.startswith("number"):
            return
        if found.function and not found.roles and found.function != "elementwise":
            found.function = ""  # `the sigmoid s` is a value as often as a function
        lead = self._lead(start)
        if lead >= 0 and (found.traits or found.sizes is not None):
            only = self.flow.governed(self.number, lead, self.after)
            if only:
                self._keep(found, names, self.heard(start, self.after), only)
            return
        self._keep(found, names, self.heard(start, self.after), ())

    # After the names ----------------------------------------------------------------------------------------------
    def _past_value(self) -> int:
        """The place after a formula that begins with the name, where words go on about it: `$L=3$ is the output`,
        `$z \\sim N(0, I)$ is fixed`, `$g = \\partial L/\\partial y$, shape (N, D)`."""
        after, tokens = self.after, self.tokens
        if after + 1 >= len(tokens) or not tokens[after].maths or tokens[after].text not in ("=", "~", ":="):
            return after
        end = after + 1
        while end < len(tokens) and tokens[end].piece == tokens[after].piece:
            end += 1
        if end >= len(tokens) or len(self.names) > 1:
            return after
        if tokens[end].text in (",", "(") and said_shape(tokens, end + 1):
            return end
        copula = tokens[end].text in words.IS
        return end if copula and (tokens[after].text == "~" or end - after <= 3) else after

    def _hear_signs(self) -> None:
        """`$y = \\pm 1$`."""
        said = [token.text for token in self.tokens[self.after : self.after + 4]]
        if said[:3] == ["=", "±", "1"] and (len(said) < 4 or not self.tokens[self.after + 3].maths):
            for named in self._of_formula():
                self.facts.trait(named, "signs", self.heard(self.place, self.after + 3))

    def _of_formula(self) -> list[Named]:
        """The names that stand in the same formula as the last."""
        last = self.names[-1].token
        return [each for each in self.names if each.token.piece == last.piece and each.token.maths == last.maths]

    def _hear_copula(self, after: int) -> None:
        if self._blocked():
            return
        singular = self.tokens[after].text in words.IS and self.tokens[after].text not in words.ARE
        names = self.names
        found = description_at(self.tokens, after + 1)
        if found is None or self._doubted(after, found.stop):
            return
        if singular and self._listed_after(found):
            return
        if not singular and not found.plural and self.tokens[after].text == "be" and found.noun:
            names = names[-1:]
        only: tuple[int, ...] = ()
        lead = self._lead(self.place)
        if lead >= 0:
            only = self.flow.governed(self.number, lead, found.stop)
            if not only:
                return
        self._keep(found, names, self.heard(self.place, found.stop), only)

    def _listed_after(self, found: Description) -> bool:
        """`S is square, A is` is no list; a kind that follows a value, `is 3 x 2`, is no shape."""
        return found.stop < len(self.tokens) and self.tokens[found.stop].text == "="

    def _hear_after(self, after: int) -> None:
        token = self.tokens[after]
        start = after
        bracket = token.text == "("
        names = self._with_shape()
        if shape := shape_at(self.tokens, after):
            if self._shape_is_meant(after, shape[1]):
                for named in self._with_shape():
                    self.facts.shape(named, shape[0], self.heard(self.place, shape[1]))
            return
        if token.text in ("has", "have", "with", "having", "of") or token.text in (":", ",", "("):
            self._hear_has(after)
        dash = token.text == "-" and token.spaced and self.place <= 1 and not self._joined_behind(after)
        if token.text == ":" or dash:
            self._hear_shape_later(after)
        if token.text == "." and not token.spaced and (dotted := said_shape(self.tokens, after + 1)):
            self.facts.shape(self.names[-1], dotted[0], self.heard(self.place, dotted[1]))
        if token.text == "for" and self._clause_says("write", "writing"):
            self._keep_description(after + 1)
        if token.text in ("with", "having") and not self._blocked():
            self._hear_with(after)
            return
        if bracket or dash or token.text in (":", "="):
            start = after + 1
            if start >= len(self.tokens) or (token.text == "=" and token.maths):
                return
        elif token.kind is not Kind.WORD and token.text != ",":
            return
        elif token.text == ",":
            start = after + 1
            if start >= len(self.tokens) or self.tokens[start].text not in ("the", "a", "an"):
                return
        if token.text in words.PREPOSITIONS:
            return
        found = description_at(self.tokens, start)
        if found is None or self._doubted(after, found.stop) or self._blocked():
            return
        if bracket and (found.stop >= len(self.tokens) or self.tokens[found.stop].text not in (")", ",", ";")):
            return
        self._keep_after(found, token, names, start)

    def _joined_behind(self, after: int) -> bool:
        """Whether no white space stands after a dash, as before a second operand."""
        return after + 1 >= len(self.tokens) or not self.tokens[after + 1].spaced or self.tokens[after].maths

    def _clause_says(self, *said: str) -> bool:
        clause = self.tokens[self._clause_start(self.place) : self.place]
        return any(token.kind is Kind.WORD and token.text in said for token in clause)

    def _keep_description(self, start: int) -> None:
        found = description_at(self.tokens, start)
        if found is not None and not self._doubted(start, found.stop):
            self._keep(found, self.names, self.heard(self.place, found.stop), ())

    def _keep_after(self, found: Description, token: Token, names: list[Named], start: int) -> None:
        if token.text == ",":
            found.roles = [role for role in found.roles if role[0] in ("upstream", "learning rate", "derivative")]
            found.function = ""
        if token.kind is Kind.WORD:
            if found.roles and not found.traits and token.text not in words.DETERMINERS:
                return  # `$x$ inputs`: a noun that the name belongs to
            if found.kind and not found.plural and not found.traits and token.text not in words.DETERMINERS:
                return
            if found.function and found.function != "elementwise" and self._function_goes_on(found):
                return
        if token.text == "(" and found.plural and found.kind and len(names) == 1:
            names = self._listed_before() or names
        self._keep(found, names, self.heard(self.place, found.stop), self._only_here(found, start))

    def _function_goes_on(self, found: Description) -> bool:
        return found.stop < len(self.tokens) and self.tokens[found.stop].kind is not Kind.SIGN

    def _only_here(self, found: Description, start: int) -> tuple[int, ...]:
        if self.flow.displays:
            return self.flow.holding(self.names[0].token)
        lead = self._lead(self.place)
        return self.flow.governed(self.number, lead, found.stop) if lead >= 0 else ()

    def _hear_has(self, after: int) -> None:
        """`has shape (N, D)`, `with N rows and D columns`, `: N rows, D columns`, `, shape (N, M)`."""
        if self._blocked() and self.tokens[after].text != "of":
            return
        start = after + 1
        while start < len(self.tokens) and self.tokens[start].text in ("a", "the", "dimensions", "has", "have"):
            start += 1
        shape = said_shape(self.tokens, start) or _rows_and_columns(self.tokens, start)
        if shape is not None:
            names = self.names if self.tokens[after].text == "have" else self.names[-1:]
            for named in names:
                self.facts.shape(named, shape[0], self.heard(self.place, shape[1]))

    def _hear_shape_later(self, after: int) -> None:
        """`- w: A numpy array of weights, of shape (D, M)`: the shape that a line after a colon comes to."""
        for at in range(after + 1, min(len(self.tokens), after + 30)):
            token = self.tokens[at]
            if token.text == ":" or token.kind is Kind.DISPLAY:
                return
            if token.text == "shape" and self.tokens[at - 1].text in ("of", "with", ",", "has"):
                shape = said_shape(self.tokens, at)
                owner = self.tokens[at - 2]
                if shape is not None and (owner.text == "," or name_at(self.tokens, at - 2) is None):
                    self.facts.shape(self.names[-1], shape[0], self.heard(self.place, shape[1]))
                return

    def _hear_with(self, after: int) -> None:
        """`with entries 0 or 1`, `with unit norm`."""
        found = Description()
        stop = modifiers(found, self.tokens, after)
        if stop > after and found.traits and self._lead(self.place) < 0:
            self._keep(found, self._with_shape(), self.heard(self.place, stop), ())
            if self.tokens[stop : stop + 1] and self.tokens[stop].text == "(":
                more = description_at(self.tokens, stop + 1)
                if more is not None and more.traits and self.tokens[more.stop : more.stop + 1] and (
                    self.tokens[more.stop].text == ")"
                ):
                    self._keep(more, self._with_shape(), self.heard(self.place, more.stop), ())

    def _shape_is_meant(self, after: int, stop: int) -> bool:
        """Whether `(N, D)` after a name is its shape and not what a function is applied to."""
        if stop < len(self.tokens) and self.tokens[stop].text in ("=", "matrix", "matrices", "vector"):
            return False
        token, name = self.tokens[after], self.names[-1]
        if token.text in ("(", "[") and not token.spaced and not name.token.maths:
            return False
        if token.text in ("(", "[") and not name.token.quoted and not _sizes_by_look(self.tokens[after:stop]):
            return False
        return not (token.maths and token.piece == name.token.piece and token.kind is not Kind.WORD)

    def _with_shape(self) -> list[Named]:
        """The names that what follows without `is` or `are` is said of: those of one formula, or joined by `and`."""
        same = self._of_formula()
        together = len(same) == len(self.names) or self.tokens[self.after - 2].text == "and"
        return self.names if together else same

    def _listed_before(self) -> list[Named]:
        """The names of `anchor a, positive b, negative c (vectors)`."""
        found, place = list(self.names), self.place - 1
        while place >= 1 and place > self.place - 24:
            while place > 0 and self.tokens[place].kind is Kind.WORD and name_at(self.tokens, place) is None:
                place -= 1
            if place < 1 or self.tokens[place].text not in (",", "and"):
                break
            named = name_at(self.tokens, place - 1)
            if named is None:
                break
            found.insert(0, named)
            place -= 2
        return found

    # What is said around ------------------------------------------------------------------------------------------
    def _clause_start(self, place: int) -> int:
        while place > 0 and self.tokens[place - 1].text not in (",", ";", ":", "(") and (
            self.tokens[place - 1].kind is not Kind.DISPLAY
        ):
            place -= 1
        return place

    def _lead(self, place: int) -> int:
        """Where the word stands that makes what is said a condition: `if S is symmetric`, `for symmetric A`; or -1."""
        start = self._clause_start(place)
        for at in range(place - 1, max(start, place - 10) - 1, -1):
            token = self.tokens[at]
            if token.kind is Kind.WORD and token.text in words.CONDITIONAL:
                return at
        at = place - 1
        while at >= 0 and self.tokens[at].text in words.DETERMINERS:
            at -= 1
        return at if at >= 0 and self.tokens[at].text in ("for", "für", "pour") else -1

    def _doubted(self, after: int, stop: int) -> bool:
        before = self.tokens[self._clause_start(self.place) : self.place][-10:]
        behind = self.tokens[stop : stop + 2]
        if any(token.text in words.CONDITIONAL for token in behind) or self.tokens[-1].text == "?":
            return True
        if before and before[0].text in ("is", "are", "does", "do"):
            return True
        return any(token.text in words.DOUBTFUL for token in (*before, *self.tokens[after:stop]))

    def _blocked(self) -> bool:
        """Whether something of the names is spoken of: `the rows of X`, `the derivative by x`."""
        place = self.place - 1
        for _ in range(_BACK):
            if place < 0 or self.tokens[place].kind is not Kind.WORD:
                if place >= 0 and self.tokens[place].maths and self.tokens[place].kind is Kind.NAME:
                    return name_at(self.tokens, place) is not None and place == self.place - 1
                return False
            said = self.tokens[place].text
            if said in words.PREPOSITIONS or said in ("respect", "both", "neither"):
                return True
            if said in words.BOUNDARY or said in words.CONDITIONAL or said in ("that", "let", "for", "say", "assume"):
                return False
            place -= 1
        return False

    def _keep(self, found: Description, names: list[Named], heard: Heard, only: tuple[int, ...]) -> None:
        for named in names:
            _keep_shape(found, named, heard, self.facts, only)
            for what, holds, along in found.traits:
                self.facts.trait(named, what, heard, holds, along, only)
            for what, of, loss in found.roles:
                self.facts.role(named, what, heard, of, loss)
            if found.function:
                self.facts.function(named.text, named.latex, found.function, heard, found.where)


def _keep_shape(found: Description, named: Named, heard: Heard, facts: Facts, only: tuple[int, ...]) -> None:
    sizes, kind = found.sizes, found.kind
    if sizes is not None and len(sizes) == 1 and kind == "matrix" and ("square", True, "") in found.traits:
        sizes = (sizes[0], sizes[0])
    if sizes is None:
        if kind == "scalar":
            facts.shape(named, (), heard, only=only)
        elif kind in ("vector", "row", "column"):
            facts.shape(named, (None,), heard, "row" if kind == "row" else "column" if kind == "column" else "", only)
        elif kind == "matrix":
            facts.shape(named, (None, None), heard, only=only)
        return
    wanted = {"scalar": 0, "vector": 1, "row": 1, "column": 1, "matrix": 2}.get(kind, len(sizes))
    if wanted == len(sizes):
        facts.shape(named, sizes, heard, "row" if kind == "row" else "column" if kind == "column" else "", only)
    elif wanted == 1 and len(sizes) == 2 and 1 in sizes:
        facts.shape(named, sizes, heard, only=only)


def _sizes_by_look(tokens: Sequence[Token]) -> bool:
    """Whether what stands in brackets can be nothing but sizes: a capital, a product, or a comma before the bracket."""
    if len(tokens) > 2 and tokens[-2].text == ",":
        return True
    shown = [token.shown or token.text for token in tokens]
    return any(said[:1].isupper() for said in shown) or "*x" in shown or "x" in shown or "by" in shown


def _rows_and_columns(tokens: Sequence[Token], place: int) -> tuple[tuple[int | str | None, ...], int] | None:
    """`N rows (tokens), d columns (features)`."""
    first = size_at(tokens, place)
    if first is None or first[1] >= len(tokens) or tokens[first[1]].text not in ("rows", "columns"):
        return None
    place = first[1] + 1
    if place + 2 < len(tokens) and tokens[place].text == "(" and tokens[place + 2].text == ")":
        place += 3
    if place >= len(tokens) or tokens[place].text not in (",", "and"):
        return None
    second = size_at(tokens, place + 1)
    if second is None or second[1] >= len(tokens) or tokens[second[1]].text not in ("rows", "columns"):
        return None
    if tokens[second[1]].text == tokens[first[1]].text:
        return None
    by_rows = tokens[first[1]].text == "rows"
    return ((first[0], second[0]) if by_rows else (second[0], first[0])), second[1] + 1
