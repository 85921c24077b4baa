"""The table of variants in the docs, generated from the files that declare them."""

from __future__ import annotations

from links2_tasks import taxonomy
from links2_tasks.frameworks.vlmeval._names import BASE


def variant_table() -> str:
    """What each variant puts otherwise, and its name in both frameworks."""
    rows = ["| lmms-eval | VLMEvalKit | what is put otherwise | tasks |", "|---|---|---|---|"]
    rows += [
        f"| `{each.lmms_eval_name}` | `{BASE}_{each.name}` | {each.summary} | {len(each.tasks)} |"
        for each in taxonomy.variants()
    ]
    return "\n".join(rows)
