# The site that the browser tests look at.
import os
import sys

sys.path.insert(0, os.path.abspath("."))
project = "Orders"
extensions = ["sphinx_counterpoint"]
html_theme = "furo"
html_static_path = ["_static"]
html_copy_source = False
