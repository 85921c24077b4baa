"""Foreign layouts become datasets by a declared mapping."""

__all__: list[str] = []
