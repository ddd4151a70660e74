"""The textbook page's examples, their gradients edge by edge, and the verdicts on what the page says."""
