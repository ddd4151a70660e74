"""What activations cost a training step, counted, and what ReLU saves."""
