"""One kind of network: what theory predicts of it, beside what fresh networks do."""
