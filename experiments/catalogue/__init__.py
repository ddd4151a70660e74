"""The catalogues of activations and of norms: every registered one with its facts and its picture."""
