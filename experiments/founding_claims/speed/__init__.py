"""How fast networks learn: steps to a target, each at its fastest learning rate."""
