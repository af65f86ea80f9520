"""Checking derivations that others have written: a document in, a verdict for every statement out."""
