"""bnact: given this activation, this normalization and this order, will it train, why, and what is best?"""
