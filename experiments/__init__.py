"""Studies made with bnact: a file is a question, its grid and its command."""

from . import requirements as requirements
