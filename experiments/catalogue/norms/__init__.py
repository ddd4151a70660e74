"""The catalogue of norms, of activations and of weights."""
