"""What the claims of the textbook page, decided exactly, say in the same way."""
