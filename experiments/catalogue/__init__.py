"""The catalogue of activations: every registered one with its facts, its picture and its accuracy."""
