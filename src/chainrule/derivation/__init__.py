"""The explanation as data: a graph that ran in, lines with reasons out. No text is typeset here."""
