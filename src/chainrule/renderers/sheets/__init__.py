"""Sheets of closed formulas: a derivative as formulas in, its page as text, LaTeX, Markdown and HTML out."""
