"""Everything that talks HTTP: the REST API and the server's own health. Knows no messenger."""
