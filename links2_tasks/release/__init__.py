"""A dataset made ready for others: card, licences, metadata, checksums, tables, and nothing private."""

__all__: list[str] = []
