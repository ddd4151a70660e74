"""What single units do: dead, revived, saturated, in their learning phase."""
