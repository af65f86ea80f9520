"""Written mathematics in, graphs out: plain text, LaTeX and Python expressions over NumPy.

One idea: three trees. `surface` says what stands on the page and decides nothing; `meaning` is what it says once
names are declared, with every decision noted as a `Reading`; lowering runs that on nodes, where shapes decide the
rest.
"""

from .meaning import Reading
from .parsed import Parsed, Statement, parse
from .program import read_statements
from .symbols import Symbol, latex_name, read_symbol

__all__ = ["Parsed", "Reading", "Statement", "Symbol", "latex_name", "parse", "read_statements", "read_symbol"]
