"""Language models behind endpoints of the OpenAI kind: typed answers, each asked for once."""

from links2_tasks.language._clock import Clock
from links2_tasks.language._model import LanguageModel
from links2_tasks.language._records import Answer, LanguageSettings, Request, Usage

__all__ = ["Answer", "Clock", "LanguageModel", "LanguageSettings", "Request", "Usage"]
