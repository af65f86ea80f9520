"""Programs in, programs out: recording, reverse mode, forward mode, simplification."""

from . import refusals  # noqa: F401 (fills the table of refusals that the surface of a recorded value looks into)
