"""The mapping: which column, folder or constant each part of a question is made from.

Nothing in a mapping is code: there are names of columns, texts with names in braces, constants and tables.
"""

from __future__ import annotations

from datetime import date, datetime
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from links2_tasks.schema import Record

RowFormat = Literal["json", "jsonl", "csv", "tsv", "parquet"]
AnswerForm = Literal["letter", "index_from_0", "index_from_1", "text"]
ValueKind = Literal["point", "degrees", "metres", "seconds", "count"]


def _as_text(given: Any) -> Any:
    """Numbers and days of YAML, such as a version 1.0, as the text that they are."""
    if isinstance(given, bool):
        raise ValueError("YAML reads this as true or false; put it in quotes")
    return str(given) if isinstance(given, (int, float, date, datetime)) else given


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    return text


def _as_list(given: Any) -> Any:
    return given if isinstance(given, (list, tuple)) else (given,)


def _keys_as_text(given: Any) -> Any:
    return {_as_text(key): value for key, value in given.items()} if isinstance(given, dict) else given


def names_in(template: str) -> tuple[str, ...]:
    """Names in the braces of a template, in their order.

    Raises:
        ValueError: braces are not in pairs, or hold more than a name.
    """
    names = []
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.strip() or form or conversion:
            raise ValueError(f"'{template}': braces hold the name of a column and nothing else")
        names.append(name)
    return tuple(names)


def _checked_template(template: str) -> str:
    names_in(template)
    return template


Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1), AfterValidator(_not_blank)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list)]
Suffixes = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Made(Record):
    """What a field is made from; exactly one of `column`, `template` and `constant`."""

    column: Text | None = Field(
        None,
        description=(
            "A column, or a path such as `clip.name` or `boxes.0` in nested data; `parent.id` looks one level up."
        ),
    )
    template: Text | None = Field(None, description="A text with columns in braces, as in `{city}-{index}`.")
    constant: Text | None = Field(None, description="The same for all rows.")
    lookup: Annotated[dict[str, Text], BeforeValidator(_keys_as_text)] = Field(
        {}, description="Their value: ours. Of `task`, names of links2 need no entry."
    )
    default: Text | None = Field(None, description="Where the column is missing or empty; not looked up.")

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        """A text alone is a column, a number alone is a constant."""
        if isinstance(given, str):
            return {"column": given}
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return {"constant": given}
        return given

    @field_validator("template")
    @classmethod
    def _braces(cls, template: str | None) -> str | None:
        return template if template is None else _checked_template(template)

    @model_validator(mode="after")
    def _one_origin(self) -> Made:
        if sum(each is not None for each in (self.column, self.template, self.constant)) != 1:
            raise ValueError("say exactly one of column, template and constant")
        return self


class DatasetFacts(Record):
    """What `dataset.json` says of the dataset."""

    name: Text = Field(description="Name of the new dataset.")
    version: Text = Field("1", description="Version of the dataset.")
    licence: Text = Field(description="Licence of the dataset, for example `CC-BY-4.0`.")
    description: str = Field("", description="One or two sentences for people.")


class Rows(Record):
    """Where the rows are."""

    files: Texts = Field(
        description="Files below SOURCE: one glob such as `*.tsv` or `annotations/**/*.json`, or a list of them."
    )
    format: RowFormat | None = Field(
        None, description="json, jsonl, csv, tsv or parquet; by the file's suffix where it is left out."
    )
    path: Text | None = Field(
        None,
        description=(
            "Where the list of rows stands in a JSON file, for example `data.clips`. Of an object, each entry is a"
            " row, and its key is the column `_key`."
        ),
    )
    nested: Texts = Field(
        (),
        description=(
            "Lists inside each row, from the outside inwards: with `[questions]`, each question is a row and "
            "reaches the columns of its clip too."
        ),
    )
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        None, description="Character between cells; by default a comma in csv and a tab in tsv."
    )
    quotes: bool = Field(True, description="Whether cells may stand in double quotes; false takes quotes as they are.")

    @field_validator("separator")
    @classmethod
    def _no_quote(cls, separator: str | None) -> str | None:
        if separator in ('"', "\r", "\n", "\0"):
            raise ValueError("a quote or a line break cannot stand between cells")
        return separator


class Options(Record):
    """What the options are made from; exactly one of the `columns` and the three `from_...`."""

    columns: Texts = Field(
        (),
        description=(
            "One column for each option, as `[A, B, C, D, E]`; empty cells are left out, and the others keep their"
            " letters for the answer."
        ),
    )
    from_list: Text | None = Field(None, description="A column that holds a list, or a text that is a list in JSON.")
    from_dict: Text | None = Field(
        None, description="A column that holds an object, letter: text, or a text that is one in JSON."
    )
    from_text: Text | None = Field(None, description="A column that holds all options in one text; needs `separator`.")
    separator: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="What stands between options of `from_text`, for example `;`."
    )
    strip_letters: bool = Field(
        False,
        description=(
            "Whether to take off a leading letter, as in `A. left`, `(B) right` or `C) up`; it must be the "
            "option's own."
        ),
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Options:
        if sum(map(bool, (self.columns, self.from_list, self.from_dict, self.from_text))) != 1:
            raise ValueError("say exactly one of columns, from_list, from_dict and from_text")
        if (self.from_text is None) != (self.separator is None):
            raise ValueError("from_text and separator go together")
        return self


class Answer(Made):
    """What the right answer is made from: as every field, and its form."""

    form: AnswerForm = Field(
        "letter",
        description=(
            "letter (`B`, `(b)`, `B.`; of `from_dict` the key), index_from_0, index_from_1, or text (that of the "
            "option)."
        ),
    )


class Value(Record):
    """The truth as a number, for open answers; `number`, or `x` and `y` of a point. Empty cells give none."""

    number: Made | None = Field(None, description="A number, or for a point a list of two.")
    x: Made | None = Field(None, description="Of a point, in pixels from the left of the first satellite image.")
    y: Made | None = Field(None, description="Of a point, in pixels from its top.")
    kind: ValueKind | None = Field(
        None,
        description=(
            "point, degrees, metres, seconds or count; by default that of the task, and tasks without one get no value."
        ),
    )
    unit: str | None = Field(None, description="By default px, deg, m, s or count.")

    @model_validator(mode="after")
    def _one_origin(self) -> Value:
        if (self.x is None) != (self.y is None) or (self.number is None) == (self.x is None):
            raise ValueError("say number, or x and y")
        return self


class VideoFrom(Record):
    """Where the video lies; `file`, or `frames` with `fps`."""

    file: Text | None = Field(None, description="A video below SOURCE, as `videos/{video}`.")
    suffixes: Suffixes = Field((), description="Tried after `file` one by one, for example `[.mp4, .avi]`.")
    frames: Text | None = Field(
        None,
        description=(
            "A folder of frames below SOURCE, as `frames/{clip}`; a video is made of its images in natural order "
            "of their names."
        ),
    )
    fps: Made | None = Field(None, description="Frames per second of the folder of frames.")

    @model_validator(mode="after")
    def _one_origin(self) -> VideoFrom:
        if (self.file is None) == (self.frames is None):
            raise ValueError("say file or frames")
        if (self.frames is None) != (self.fps is None):
            raise ValueError("frames and fps go together")
        if self.frames is not None and self.suffixes:
            raise ValueError("suffixes belong to file")
        return self

    @field_validator("file", "frames")
    @classmethod
    def _braces(cls, template: str | None) -> str | None:
        return template if template is None else _checked_template(template)


class SatelliteFrom(Record):
    """Where satellite images lie; exactly one of `file`, `folder` and `data`."""

    file: Text | None = Field(None, description="An image below SOURCE, as `maps/{region}.png`.")
    suffixes: Suffixes = Field(
        (), description="Tried after `file` one by one, for example `['', .png, .jpg]`; '' is the name as it stands."
    )
    each: Text | None = Field(
        None,
        description=(
            "A column that holds a list; `file` is then used once for each entry, which is `{item}` in it. Where "
            "entries are objects, it is `{item.path}`, and `gsd_m` may be `item.gsd`."
        ),
    )
    folder: Text | None = Field(
        None, description="A folder below SOURCE; all its images in natural order of their names."
    )
    data: Text | None = Field(
        None,
        description="A column that holds the image itself, in base64, as bytes or as `datasets` has it, or a list.",
    )
    same_as: Text | None = Field(
        None,
        description=(
            "For `data` in the manner of VLMEvalKit, whose short cells name an earlier row with the same image: the "
            "column that they name, `index`."
        ),
    )
    gsd_m: Made = Field(description="Metres on the ground per pixel.")
    label: Made | None = Field(
        None, description="What the prompt calls the image; where there are several without one, they are numbered."
    )
    north_up: bool = Field(True, description="Whether north is at the top.")

    @model_validator(mode="after")
    def _one_origin(self) -> SatelliteFrom:
        if sum(each is not None for each in (self.file, self.folder, self.data)) != 1:
            raise ValueError("say exactly one of file, folder and data")
        if self.file is None and (self.suffixes or self.each):
            raise ValueError("suffixes and each belong to file")
        if self.data is None and self.same_as:
            raise ValueError("same_as belongs to data")
        return self

    @field_validator("file", "folder")
    @classmethod
    def _braces(cls, template: str | None) -> str | None:
        return template if template is None else _checked_template(template)


class SourceFrom(Record):
    """Whose footage it is; by default the name and licence of `dataset`."""

    dataset: Made | None = Field(None, description="Name of the dataset that the footage comes from.")
    licence: Made | None = Field(None, description="Licence of the footage.")


class ImportMapping(Record):
    """A mapping from a foreign layout to format 1."""

    dataset: DatasetFacts = Field(description="What `dataset.json` says.")
    archives: Texts = Field(
        (),
        description=(
            "Archives inside SOURCE that are unpacked too, as globs; `media/videos.zip` becomes the folder "
            "`media/videos`."
        ),
    )
    rows: Rows = Field(description="Where the rows are.")
    question_id: Made | None = Field(
        None, description="Unique id of the question; by default the name of the file and the number of the row."
    )
    task: Made = Field(description="One of the 12 tasks, or a name that `lookup` turns into one.")
    question: Made = Field(description="Text of the question.")
    options: Options = Field(description="2 to 6 options.")
    answer: Answer = Field(description="The right option.")
    value: Value | None = Field(None, description="The truth as a number, for open answers.")
    video: VideoFrom = Field(description="The UAV video.")
    clip_id: Made | None = Field(None, description="Id of the clip; by default the name of its video.")
    span_start_s: Made | None = Field(
        None, description="Where the part of the video that is shown begins, in seconds; by default its start."
    )
    span_end_s: Made | None = Field(None, description="Where it ends; by default the end of the video.")
    query_time_s: Made | None = Field(
        None, description="The moment that is asked about, in seconds from the start of the file."
    )
    satellite: Annotated[tuple[SatelliteFrom, ...], BeforeValidator(_as_list), Field(min_length=1)] = Field(
        description="The satellite image, or a list of such."
    )
    region: Made = Field(description="Place of the footage; datasets are split by it.")
    split: Made = Field(Made(constant="test"), description="Split of the question; by default `test`.")
    source: SourceFrom = Field(SourceFrom(), description="Whose footage it is.")
    recorded_on: Made | None = Field(None, description="Day of the flight, as 2026-05-01.")
