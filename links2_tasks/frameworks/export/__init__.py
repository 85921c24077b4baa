"""The tasks as a framework's own files, without any need of this package: for a pull request to the framework.

Nothing is kept beside the plug-ins: an export is made from their code and the task YAML files each time.
"""

from links2_tasks.frameworks.export._lmms_eval import export_lmms_eval
from links2_tasks.frameworks.export._vlmevalkit import export_vlmevalkit
from links2_tasks.frameworks.export._write import ExportReport

__all__ = ["ExportReport", "export_lmms_eval", "export_vlmevalkit"]
