"""Benchmarks: our time beside our peers', interleaved in one process, one JSON line a case. They gate nothing."""
