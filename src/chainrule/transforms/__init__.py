"""Programs in, programs out: recording, reverse mode, forward mode, simplification."""
