"""How claims are asked, trained, decided and reported: the machinery, which knows no single claim."""
