"""How accurate activations are beside each other, under batch norm."""
