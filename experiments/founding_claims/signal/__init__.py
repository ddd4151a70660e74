"""What activations are given and put out, and how gradients grow from layer to layer."""
