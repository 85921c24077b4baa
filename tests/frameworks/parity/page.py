"""docs/parity.md, made of what was measured."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from findings import LEFT_OUT, Findings
from replies import kinds_of_replies
from results import shared_figures
from ways import WAYS

from links2_tasks import taxonomy

if TYPE_CHECKING:
    from api_media import Comparison, ImagesGot
    from api_runs import ApiCase

_NUMBER = re.compile(r"([≈~])(-?[0-9.]+)")
_WRITTEN_WITH = "Written with "
TOLERANCE = 0.1
"""Share by which a figure after ≈ may be another in a run with other libraries."""


def same_page(one: str, other: str) -> bool:
    """Whether two pages say the same: word for word, figures after ≈ nearly, those after ~ and versions not at all."""
    plain = [_NUMBER.sub(r"\1", _without_versions(page)) for page in (one, other)]
    figures = [[float(number) for mark, number in _NUMBER.findall(page) if mark == "≈"] for page in (one, other)]
    return plain[0] == plain[1] and all(
        math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=0.05) for left, right in zip(*figures, strict=True)
    )


def _without_versions(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if not line.startswith(_WRITTEN_WITH))


def page(found: Findings) -> str:
    """The whole page."""
    blocks = [
        _INTRODUCTION,
        f"{_WRITTEN_WITH}{found.versions}.",
        _WHAT_IS_COMPARED.format(n_kinds=len(kinds_of_replies(found.pairs[0].questions[0]))),
        _result(found),
        _table_of_questions(found),
        "How lmms-eval comes to each:",
        "\n".join(f"* {way.label}: {way.in_lmms_eval}." for way in WAYS),
        _ONE_SIDED,
        *_scores(found),
        *_command(found),
        *_short(found),
        *_api(found),
        _LIMITS,
    ]
    return "\n\n".join(blocks) + "\n"


_INTRODUCTION = """\
# The same questions in both frameworks

*Generated from the output of `tests/frameworks/test_parity.py`; not to be edited by hand.*

The test sends questions through the own code of lmms-eval (`simple_evaluate`, the task files, `ChatMessages`) and of
VLMEvalKit (the `main` of its runner, a dataset, the checks of its base class of models) to a model that records what it
is shown and gives a prepared reply. Then it compares what was recorded and what was scored.

```
python -m pytest tests/frameworks/test_parity.py                            # compares, and compares this page
LINKS2_UPDATE_GOLDEN=1 python -m pytest tests/frameworks/test_parity.py     # writes this page anew
LINKS2_DATA_PARITY=my_city python -m pytest tests/frameworks/test_parity.py # the first questions of each task of a dataset
```

It needs both extras (`'.[all,test]'`), no network and no accelerator. The questions of this page are tiny ones made by
the test: frames of at most 96 px, maps of 160 x 128 px, one to four satellite images, two to six options, names and
texts that tables stumble over."""

_WHAT_IS_COMPARED = """\
## What is compared

For each question:

* the parts of the prompt in order: each text, character by character; each image, by the SHA-256 of its decoded RGB
  pixels; a video file, by the digest of all its decoded frames and by their times. Parts are compared as the model gets
  them; none are joined or split for the comparison;
* the indices and times of the frames, as the sample rows name them, and that these very frames were shown: the file is
  decoded again, frame by frame, by other code;
* the rows of the samples: id, task, clip, region, prediction, answer, score, chance, reason, note, raw reply, version of
  the benchmark, digest of the question, and the manifest of frames with its digests.

The replies are of {n_kinds} kinds: letters, sentences, option texts, boxes, closed and unclosed thinking, refusals, two letters
at once, nothing, `NA`, `None`, Chinese, tabs and line ends, a formula, 45,000 characters, failures as either framework
writes them. Each framework has a cache of its own, so that neither finds frames, clips or images of the other."""


def _result(found: Findings) -> str:
    tasks = [task.name for task in taxonomy.tasks()]
    apart = {
        (pair.way.label, what.partition(":")[0])
        for pair, task in itertools.product(found.pairs, tasks)
        for what in pair.differences_in_prompts(task) + pair.differences_in_rows(task)
    }
    n_questions, n_ways = len(found.pairs[0].questions), len(found.pairs)
    n_asked = n_questions * n_ways
    return (
        f"## Result\n\n{n_questions} questions were put in {n_ways} ways. All of the above is the same in both frameworks for "
        f"{n_asked - len(apart)} of {n_asked}:"
    )


def _table_of_questions(found: Findings) -> str:
    header = ["task", *(pair.way.label for pair in found.pairs)]
    rows = [[task.name, *(str(len(pair.of_task(task.name))) for pair in found.pairs)] for task in taxonomy.tasks()]
    datasets = ["*dataset of VLMEvalKit*", *(f"`{pair.way.dataset}`" for pair in found.pairs)]
    return _table(header, [*rows, datasets])


_ONE_SIDED = """\
Two things differ and are meant to: a sampling of VLMEvalKit is no variant, and in lmms-eval a task file that asks for it names
one in the row's `variant`; and lmms-eval takes blanks and line ends off both ends of a reply before it hands it over,
VLMEvalKit does not, so `raw` is compared without them. The [variants](variants.md) that come with the package have one name
in both, and the same comparison is made for each of them by `tests/frameworks/test_parity_variants.py`.

## What only one of them can express

| only in | what | why |
|---|---|---|
| lmms-eval | strategy `frame_list_video` | In VLMEvalKit a part is a text or the path of a file; a list of frames as one video has no form. |
| lmms-eval | variants of your own: satellite image first, the frame asked about as one more image, a scale bar | They are task files. VLMEvalKit knows a dataset by its name, and there are names for the five samplings above and for the [variants](variants.md) that come with the package. |
| lmms-eval | another number of frames than 32, 16 or 8 | The same. |"""


def _scores(found: Findings) -> Iterator[str]:
    every = list(itertools.chain.from_iterable(shared_figures(pair) for pair in (*found.pairs, found.lacking)))
    n_equal = sum(math.isclose(figure.lmms, figure.vlm, abs_tol=1e-9) for figure in every)
    yield (
        "## Figures\n\n"
        "Macro accuracy, micro accuracy, accuracy corrected for chance and the share of replies without a readable answer, of\n"
        "each task, each dimension and over all: of what lmms-eval prints for tasks and groups and what stands in VLMEvalKit's\n"
        f"`_acc` file, {n_equal} of {len(every)} figures are equal. Tasks have 1, 2 or 4 questions here, so that a mean over tasks is\n"
        f"not one over questions. A dataset that lacks a task (`{LEFT_OUT}`) is among them: both leave the task out of\n"
        "the mean, and each of the other tasks counts the same."
    )


def _command(found: Findings) -> Iterator[str]:
    if not found.command:
        return
    kinds = _listed([changed.kind for changed in found.command])
    yield (
        "## lmms-eval's command line takes thinking out first\n\n"
        "The rows above come from lmms-eval's Python interface. Its command line also removes what stands in `<think>` and\n"
        "`<analysis>` (`--reasoning_tags`) before a reply is handed over; VLMEvalKit removes nothing. This package takes thinking\n"
        "out by itself when it reads an answer, so predictions, reasons and scores are the same, and only `raw` lacks the\n"
        f"thinking: {kinds}. With `--reasoning_tags none` it does not."
    )


def _short(found: Findings) -> Iterator[str]:
    yield (
        "## Clips with fewer than 32 frames, as video\n\n"
        f"Samplers of lmms-eval's models raise when a video file holds fewer frames than the 32 that they want, which ends the\n"
        "run. So there the package hands over the frames as a list (`frame_list_video`), and the text before them lists their\n"
        f"times. VLMEvalKit gets the file. For a clip of {found.short.n_frames} frames with `native_video` the two prompts therefore differ in\n"
        "two parts: the first text, and a list of frames in place of the file. The other parts, the indices and times of the\n"
        "frames, and the score are the same. The rows' `manifest` says `frame_list_video` with a digest of the frames in one,\n"
        "and `native_video` without one in the other. Clips of 32 frames and more, and all other strategies, are not concerned."
    )


def _api(found: Findings) -> Iterator[str]:
    from api_runs import CASES

    yield _API_INTRODUCTION
    header = ["framework, model", "setting", "strategy", "frames or video", "satellite image", "texts and order"]
    yield _table(header, (_api_row(case, found.api[case.name]) for case in CASES))
    yield _API_READING
    tokens = {case.name: got.payload["max_tokens"] for case in CASES if (got := found.api[case.name]) is not None}
    yield (
        "The requests also differ in the longest reply that they allow, which may change scores: "
        f"{tokens['lmms']:,} tokens in lmms-eval (the\ntask files; `--gen_kwargs max_new_tokens=N`), {tokens['server']:,} with "
        f"`--base-url` (`--max-tokens N`), {tokens['gpt']:,} in GPT4V\n(`max_tokens` in its entry). Set them alike to compare scores. "
        "The temperature is 0 in all."
    )


_API_INTRODUCTION = """\
## What API models make of a prompt

A model behind a service gets images in a request, and the code that writes the request may encode them anew. One question
was sent by each to a service on the same machine: 32 frames of a simulated land with the contrasts of a real one,
320 x 192 px (96 x 64 px where the table says small), and a map of 640 x 512 px with marks. *Largest* and *mean* are
differences of a channel (0 to 255) from the prompt's pixels, over all images of that kind; PSNR in dB. Figures after ≈
depend on the JPEG library and are compared with a tolerance of 10 %, those after ~ change from run to run."""

_API_READING = """\
What to set:

* To give a service the same pixels from both frameworks: `LMMS_IMAGE_ENCODE_FORMAT=JPEG LMMS_IMAGE_JPEG_QUALITY=75` for
  lmms-eval. That is what VLMEvalKit's API models write, and the pixels are then the same to the last bit (tested with
  the question of the table).
* To lose nothing in either: leave lmms-eval as it is (PNG), and start VLMEvalKit with `--base-url` and `--local-media`. The
  request then names the PNG files. The server must run on the same disk and be allowed to read the folder `links2` in the
  user's cache (vLLM: `--allowed-local-media-path`). Without `--local-media` there is no way around JPEG in VLMEvalKit.
* Images with a side below 100 px are scaled up by all API models of VLMEvalKit that write base64;
  `VLMEVAL_MIN_IMAGE_EDGE=1` leaves them alone.
* GPT4V asks for detail `low` unless its entry says otherwise, with which the service scales every image down. Some
  entries of VLMEvalKit's list, as `GPT4o`, also say `img_size=512`, and images are scaled down before they are sent.
  `GPT4o_HIGH` does neither, nor does an entry of `--config` with `"img_detail": "high"`.
* GPT4V can send no video: the dataset with video ends with an error and nothing is asked, or, with `video_llm`, the service
  gets a path that means nothing to it. Use the datasets that send frames.
* Send no video file through lmms-eval's `openai`, `async_openai` or `vllm`, other than by its URL (`pass_video_url`). They
  cut it into images (`max_frames_num`, 10 by default), scale these, and may repeat an earlier image in place of a later
  one: encoded images are kept by their address in memory, which a later frame can get. By default this package gives
  these models frames as images, which all stay in memory and are not concerned."""


def _api_row(case: ApiCase, got: Comparison | None) -> list[str]:
    start = [f"{case.framework}, {case.model}", case.setting or "as it is", f"`{case.strategy}`"]
    if case.data != "scenery":
        start[2] += f", {case.data}"
    if got is None:
        return [*start, "nothing is sent", "nothing is sent", "nothing is sent"]
    satellite = _images(got.satellite) if got.satellite else "none"
    return [*start, _frames_or_video(got), satellite, _order(got)]


def _frames_or_video(got: Comparison) -> str:
    if got.frames is None:
        urls = {"data": "the file itself", "file": "the name of the file, which is the same"}
        return urls[got.video_url] if got.video_same else "a path that the service cannot read"
    said = _images(got.frames)
    cut = not got.order_same
    return (
        f"{got.frames.n_images} images in place of the file, ~{got.frames.n_distinct} different; {said}"
        if cut
        else said
    )


def _images(got: ImagesGot) -> str:
    parts = ["/".join(sorted(got.formats))]
    if got.size_px != got.wanted_px:
        parts.append(f"scaled from {_px(got.wanted_px)} to {_px(got.size_px)} px")
    if got.loss is not None and got.loss.largest == 0:
        parts.append("the same pixels")
    elif got.loss is not None:
        parts.append(f"largest ≈{got.loss.largest}, mean ≈{got.loss.mean:.2f}, PSNR ≈{got.loss.psnr_db:.1f}")
    details = sorted(detail for detail in got.details if detail)
    return ", ".join([*parts, *(f"detail `{detail}`" for detail in details)])


def _order(got: Comparison) -> str:
    texts = "texts the same" if got.texts_same else "**texts differ**"
    return f"{texts}, {'order the same' if got.order_same else 'images in place of the video'}"


def _px(size_px: tuple[int, int]) -> str:
    return f"{size_px[0]} x {size_px[1]}"


_LIMITS = """\
## Limits

* Compared is what a model's wrapper is given. What it does then is its own: it may scale images, sample the video, put
  images before text, or drop a view ([what is known of VLMEvalKit's wrappers](wrappers.md)). In `native_video` both
  frameworks get a file of exactly the 32 planned frames, and a wrapper that samples 32 takes all of them.
* Lines that are no valid question, and questions that stand twice in a file, are named and counted by each framework in its
  own way. `links2 validate` finds them; mend them before comparing. For a question whose media cannot be read, lmms-eval
  has to ask its model something and VLMEvalKit asks nothing: `raw` differs, the rest of the row is the same.
* Standard errors are not compared: lmms-eval makes its own.
* VLMEvalKit is the package ms-vlmeval here. Upstream shares the code that prompts pass through; the export for upstream has
  tests of its own."""


def _listed(names: Sequence[str]) -> str:
    quoted = [f"*{name.replace('<', '&lt;')}*" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
