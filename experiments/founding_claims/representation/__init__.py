"""What layers make of the data: dimensions, classes, and a circle carried through them."""
