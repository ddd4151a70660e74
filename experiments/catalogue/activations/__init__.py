"""The catalogue of activations."""
