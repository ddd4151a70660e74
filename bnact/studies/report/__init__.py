"""The report: one HTML file of verdicts, figures and tables."""

from .markdown import markdown as markdown
from .page import Card as Card
from .page import Page as Page
from .page import Section as Section
from .page import html as html
