"""VLMEvalKit as a host: its runner, with the links2 tasks as datasets and the models without weights as models."""
