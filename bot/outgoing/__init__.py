"""How rows of the outbox become messages of a messenger, for customers and for agents."""
