"""What a benchmark finds out: rows, and what is made of them."""

import dataclasses


@dataclasses.dataclass
class Row:
    """One line of the table.

    `name` is for machines and stays the same ("list.million"); `what` is for people. The aim is for `ratio`, which is
    either the figure itself or the figure divided by what `beside` tells of: that is how a figure of one machine says
    something on another.
    """

    name: str
    what: str
    figure: float
    unit: str
    beside: str = ""
    ratio: float | None = None
    aim: float | None = None
    better: str = "less"  # or "more"
    details: dict = dataclasses.field(default_factory=dict)  # what else was seen, for the JSON and the plots

    @property
    def holds(self):
        """Whether the aim is met; None where there is none."""
        if self.aim is None or self.ratio is None:
            return None
        return self.ratio < self.aim if self.better == "less" else self.ratio > self.aim

    def to_json(self):
        return {**dataclasses.asdict(self), "holds": self.holds}

    @staticmethod
    def from_json(entry):
        return Row(**{field.name: entry[field.name] for field in dataclasses.fields(Row)})


def number(value):
    """Three significant digits, and whole numbers above: 0.123, 12.3, 1 234 567."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def aim(row):
    """"2.65 (under 1.6: missed)"."""
    if row.ratio is None:
        return ""
    if row.aim is None:
        return number(row.ratio)
    word = "under" if row.better == "less" else "over"
    return f"{number(row.ratio)} ({word} {number(row.aim)}{'' if row.holds else ': MISSED'})"


def cells(row):
    return [row.what, f"{number(row.figure)} {row.unit}".strip(), aim(row), row.beside]


HEADINGS = ["what", "figure", "ratio (aim)", "beside"]


def text_table(rows, headings=None, render=cells):
    """The rows for a terminal."""
    lines = [headings or HEADINGS, *(render(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown_table(rows):
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(cells(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison(before, after):
    """Each row of `after` that `before` has as well: both figures, and by how much the figure went up or down."""
    old = {row.name: row for row in before}
    both = [(old[row.name], row) for row in after if row.name in old]

    def render(pair):
        then, now = pair
        change = f"{(now.figure / then.figure - 1) * 100:+.1f} %" if then.figure else ""
        return [now.what, f"{number(then.figure)} {then.unit}", f"{number(now.figure)} {now.unit}", change]

    return text_table(both, ["what", "before", "after", "change"], render)
