"""The same networks in several applications, and how alike these rank them."""
