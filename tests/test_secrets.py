from __future__ import annotations

import pytest

from links2_tasks._secrets import mask_secrets, replace_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("model=gpt,api_key=sk-1,timeout=5", "model=gpt,api_key=***,timeout=5"),
        ("OPENAI_API_KEY=sk-1 hf_token=t", "OPENAI_API_KEY=*** hf_token=***"),
        ("{'api_key': 'sk-1', 'n': 3}", "{'api_key': '***', 'n': 3}"),
        ('{"password":"p"}', '{"password":"***"}'),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("base_url=https://me:pw@host:80/v1,n=2", "base_url=https://***@host:80/v1,n=2"),
        ("base_url=http://host:80/v1,max_new_tokens=64", "base_url=http://host:80/v1,max_new_tokens=64"),
        ("pretrained=lab/Model,tokenizer=lab/Tokenizer", "pretrained=lab/Model,tokenizer=lab/Tokenizer"),
        ("", ""),
    ],
)
def test_secrets_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert mask_secrets(text) == shown


def test_something_else_can_stand_in_for_a_secret() -> None:
    assert replace_secrets("a=1,secret=xyz", lambda secret: str(len(secret))) == "a=1,secret=3"
