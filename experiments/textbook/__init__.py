"""The examples of the textbook page: small functions, their gradient graphs, and how these are shown."""
