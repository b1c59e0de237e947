"""Pure decisions of the house: facts in, answer out."""
