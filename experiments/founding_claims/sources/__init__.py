"""Where the founding claims were said, and what others found on them."""
