"""The founding claims: one file a claim, and the command that decides them."""

from .claims import CLAIMS as CLAIMS
