"""links2 in lmms-eval: the entry point, the hooks that the task files name, models without weights, and a diagnosis."""
