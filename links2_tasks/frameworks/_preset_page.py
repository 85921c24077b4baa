"""The presets for people: a row, a card, and the page of all of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from links2_tasks.frameworks.presets import CountingRule, LmmsEvalUse, Preset, VlmEvalKitUse, presets
from links2_tasks.frameworks.run import estimate_prompt
from links2_tasks.prompt import PromptSettings

VIDEO_PX = (1920, 1080)
MAP_PX = (1024, 1024)
TEXT_CHARS = 1600
"""About what the questions of links2_mini have with 32 frames as images: 1,464 to 1,735 characters."""

_FOUND = {
    "run": "wrapper tried with a tiny model or a stand-in service",
    "source": "wrapper's code read, not run",
}
_MEDIA = {
    "native_video": "as one video",
    "frames_as_images": "as images, each after its time",
    "images_only": "as images before all text",
    "frame_list_video": "as a video without a file",
}


_PAGE = """\
# Models, and the command that asks each

Generated from `links2_tasks/frameworks/model_presets.yaml`; `links2 models` lists the same, and `links2 models NAME`
prints the commands of one. A model needs no preset: both frameworks take any name of theirs.

None of these checkpoints was evaluated by us, and no figure here is of a benchmark. A test compares every key,
argument, strategy and dataset with the installed frameworks and with the [table of what VLMEvalKit's wrappers
take](wrappers.md). That a checkpoint still lies where it says was not checked.

* *Memory* is computed: two bytes (bfloat16) for each parameter. The cache of attention comes on top.
* *Context* is the estimate of `links2 run` for one typical prompt: a video of {video} px, one satellite image of
  {map} px and {chars:,} characters of text. A dash says that neither of its two rules, patches and tiles, holds for
  that model. Answers are not in it.
* Frames and satellite images are what this package sends; what a processor scales down after that stands in the notes.
* Wrappers of both frameworks may run code that comes with a checkpoint (`trust_remote_code`). Nothing here asks for it.

| model | weights | parameters | memory | lmms-eval | context | VLMEvalKit | context |
|---|---|---|---|---|---|---|---|
{rows}

{sections}"""


def context_tokens(settings: PromptSettings, rule: CountingRule | None) -> int | None:
    """Tokens of one typical prompt by the estimate of `links2 run`; None where no rule of it holds.

    Typical is a video of 1920 x 1080 px, one satellite image of 1024 x 1024 px and 1,600 characters of text.
    """
    if rule is None:
        return None
    found = estimate_prompt([VIDEO_PX] * settings.n_frames, [MAP_PX], " " * TEXT_CHARS, settings)
    return found.text_tokens + (found.patch_tokens if rule == "patches" else found.tile_tokens)


def preset_card(preset: Preset) -> str:
    """All that is said of one preset, with its commands, as plain text."""
    lines = [f"{preset.title} ({preset.maker})", *(f"  {fact}" for fact in _facts(preset)), ""]
    for name, use, why_not in _uses(preset):
        if use is None:
            lines += [f"{name}: none. {why_not}", ""]
            continue
        lines += [f"{name}: {_shown(use)}", *(f"  {note}" for note in use.notes)]
        lines += ["", f"    {shlex.join(use.command)}", f"    {shlex.join(use.run_command)}", ""]
    return "\n".join(lines).rstrip()


def preset_page() -> str:
    """The page of all presets in Markdown."""
    rows = "\n".join(_row(each) for each in presets())
    sections = "\n".join(line for each in presets() for line in _section(each))
    return _PAGE.format(
        video="{} x {}".format(*VIDEO_PX), map="{} x {}".format(*MAP_PX), chars=TEXT_CHARS, rows=rows, sections=sections
    )


def preset_rows() -> Iterator[tuple[str, str, str, str, str]]:
    """For a list: name, weights, memory, what lmms-eval calls the model, and what VLMEvalKit does."""
    for each in presets():
        lmms_eval = each.lmms_eval.model if each.lmms_eval else "-"
        vlmevalkit = f"{each.vlmevalkit.model}, {each.vlmevalkit.dataset}" if each.vlmevalkit else "-"
        yield each.name, each.weights, _memory(each), lmms_eval, vlmevalkit


def _row(preset: Preset) -> str:
    size = f"{preset.parameters.billions:g} B" if preset.parameters else "-"
    cells = [f"[{preset.title}](#{_anchor(preset)})", preset.weights, size, _memory(preset)]
    for use in (preset.lmms_eval, preset.vlmevalkit):
        cells += ["-", "-"] if use is None else [f"`{use.model}`", _tokens(use)]
    return f"| {' | '.join(cells)} |"


def _section(preset: Preset) -> Iterator[str]:
    yield f"## {preset.name}"
    yield ""
    yield f"{preset.title}, {preset.maker}."
    yield ""
    yield from (f"* {fact}" for fact in _facts(preset))
    for name, use, why_not in _uses(preset):
        yield f"* {name}: {_shown(use)}" if use is not None else f"* {name}: none. {why_not}"
        yield from (f"  * {note}" for note in (use.notes if use is not None else ()))
    commands = [use for _, use, _ in _uses(preset) if use is not None]
    words = [each for use in commands for each in (use.command, use.run_command)]
    yield from ("", "```", *map(shlex.join, words), "```", "")


def _facts(preset: Preset) -> Iterator[str]:
    if preset.checkpoint is not None:
        yield f"checkpoint: {preset.checkpoint}"
    if preset.parameters is None:
        yield "parameters and memory: not known"
    else:
        yield f"parameters: {preset.parameters.billions:g} B ({preset.parameters.source})"
        yield f"memory of its weights: {_memory(preset)} (computed: two bytes for each parameter)"
    yield f"licence: {preset.licence.name} ({preset.licence.source})"


def _uses(preset: Preset) -> tuple[tuple[str, LmmsEvalUse | VlmEvalKitUse | None, str | None], ...]:
    return (
        ("lmms-eval", preset.lmms_eval, preset.no_lmms_eval),
        ("VLMEvalKit", preset.vlmevalkit, preset.no_vlmevalkit),
    )


def _shown(use: LmmsEvalUse | VlmEvalKitUse) -> str:
    settings = use.settings
    how = _MEDIA[settings.strategy]
    budget = f"{settings.n_frames} frames of at most {settings.max_frame_px} px {how}"
    where = f"`{use.dataset}`, " if isinstance(use, VlmEvalKitUse) else ""
    known = f" ({_FOUND[use.found]})" if isinstance(use, LmmsEvalUse) else ""
    only = f" Only in {use.only_in}." if isinstance(use, VlmEvalKitUse) and use.only_in else ""
    tokens = f", about {_tokens(use)} tokens" if use.counts_by else ""
    return f"{where}{budget}, satellite images of at most {settings.max_satellite_px} px{tokens}{known}.{only}"


def _tokens(use: LmmsEvalUse | VlmEvalKitUse) -> str:
    found = context_tokens(use.settings, use.counts_by)
    return "-" if found is None else f"{found:,}"


def _memory(preset: Preset) -> str:
    return "-" if preset.weights_gb is None else f"{preset.weights_gb:g} GB"


def _anchor(preset: Preset) -> str:
    """As pages on GitHub name a heading."""
    return preset.name.replace(".", "")
