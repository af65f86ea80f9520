"""Derivations as pages: text, Markdown, LaTeX, HTML and data, from one way of writing formulas."""
