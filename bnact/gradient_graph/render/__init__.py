"""The gradient graph as text, as a Graphviz drawing, and as a page to play it on; and its words."""

from .dot import dot_of as dot_of
from .html import html_of as html_of
from .local import arithmetic_of as arithmetic_of
from .numbers import number_text as number_text
from .numbers import shape_text as shape_text
from .numbers import short_text as short_text
from .numbers import value_text as value_text
from .text import text_of as text_of
from .uses import edges_from as edges_from
from .uses import sum_text as sum_text
