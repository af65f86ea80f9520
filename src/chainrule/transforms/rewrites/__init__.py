"""Rewrites: a recorded graph in, one that computes the same with fewer operations out, and which laws were used."""

from .apply import Rewritten as Rewritten
from .apply import rewritten as rewritten
from .table import REWRITES as REWRITES
from .table import Rewrite as Rewrite
