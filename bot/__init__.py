"""Everything that talks through a messenger."""
