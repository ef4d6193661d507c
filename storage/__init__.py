"""The system of record: schema, rules, transactions. Knows no HTTP and no chat."""
