"""The word that stands in a case for what only the vault holds."""

MARKER = "（已保密）"  # in variables, history, prints and exports alike; says nothing
