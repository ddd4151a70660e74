"""The gradient graph as text, as a Graphviz drawing, and as a page to play it on."""

from .dot import dot_of as dot_of
from .html import html_of as html_of
from .text import text_of as text_of
