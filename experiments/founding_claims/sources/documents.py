"""Where the founding claims were said."""

QUESTION = "A question and its answers about batch normalization and activation functions"
TEXTBOOK = "A textbook page that carries a gradient backwards through a small computation graph"
