"""Words about the vault that acts and questions share."""

READ = "vault.read"  # camunda:property: the fields the handler of a task may look at
LOOKED = "LookIntoVault"  # kind of the audit line of a look
