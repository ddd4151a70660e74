"""Where the founding claims were said."""

QUESTION = "A question and its answers about batch normalization and activation functions"
