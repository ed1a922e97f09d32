"""Names of the board's items: how parts of the window, and tests, find them."""

MAIN = "main"
FILTER, REGEX, FILTER_NOTE = "filter", "regex", "filter note"
COLUMNS_BUTTON, EXPORT_BUTTON, THEME_BUTTON, STATUS = "columns", "export", "theme", "status"
COLUMNS_WINDOW, EXPORT_WINDOW, EXPORT_FOLDER, MESSAGE = "columns window", "export window", "export folder", "message"
TABLE_HOME, TABLE = "table home", "table"
POINTED_NAME, POINTED_NOTE = "pointed name", "pointed note"
PAUSE, STOP, STUDIO, SHOW_ALL, SHOW_NONE = "pause", "stop", "studio", "show all", "show none"
TABS = "tabs"
CURVES, FIGURE, ABLATION, SAMPLES, FILTERS, SETTINGS = (
    "curves tab", "figure tab", "ablation tab", "samples tab", "filters tab", "settings tab",
)  # fmt: skip
SCALARS_BUTTON, SCALARS_WINDOW, SCALARS_FILTER, SCALARS_LIST = (
    "scalars",
    "scalars window",
    "find scalar",
    "scalars list",
)
AXIS, SMOOTHING, LOG_X, LOG_Y, CLIP, GROUPED, EVENTS, FIT = (
    "axis", "smoothing", "log x", "log y", "clip", "grouped", "events", "fit",
)  # fmt: skip
METRIC, ABLATION_METRIC = "metric", "ablation metric"
SAMPLE_TIME, SAMPLE_VIEW = "sample time", "sample view"


def row(index: int, part: str) -> str:
    """A part of a row of the table: "shown", "colour", "name"."""
    return f"row {index} {part}"


def export(suffix: str) -> str:
    """The button that writes a format."""
    return f"export {suffix}"
