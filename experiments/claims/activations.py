"""The activations that claims set side by side."""

REPRESENTATIVES = ("relu", "gelu", "tanh", "sigmoid")
"""One of each kind: kinked, smooth, bounded around 0, bounded above 0."""

OTHERS = ("leaky_relu", "elu", "gelu", "silu", "softplus", "tanh", "sigmoid")
"""What ReLU is held against."""

ALL = ("relu", *OTHERS)
