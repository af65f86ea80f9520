"""Benchmarks: our time beside that of our peers, interleaved in one process; one JSON line a case. They gate nothing."""
