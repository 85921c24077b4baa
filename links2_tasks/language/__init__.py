"""Language models behind endpoints of the OpenAI kind: typed answers, each asked for once."""

from links2_tasks.language._records import Answer, LanguageSettings, Request, Usage

__all__ = ["Answer", "LanguageSettings", "Request", "Usage"]
