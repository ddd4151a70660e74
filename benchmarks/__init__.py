"""One file a promise; each measures both sides in one process or in turn and prints their ratio."""
