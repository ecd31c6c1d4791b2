"""Sphinx: MyST pages with the Furo theme."""

from leadscape import __version__

project = "leadscape"
author = "The leadscape founders"
copyright = "2026, the leadscape founders"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "leadscape"
