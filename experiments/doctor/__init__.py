"""Is this machine set up well, and does its compiler compute what it should?"""
