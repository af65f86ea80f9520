"""Programs in, programs out: recording, reverse mode, forward mode, simplification."""

from . import protocols, refusals  # noqa: F401 (fill the table that the surface of a recorded value looks into)
