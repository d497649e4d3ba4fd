"""Figures that pages draw themselves, as SVG with a table beside: what stands where is computed here, drawn in templates.

No figure has a style attribute or a script; colours are classes of `static/figures.css`.
"""
