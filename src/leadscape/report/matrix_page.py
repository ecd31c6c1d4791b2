"""The strengths-and-needs matrix as one HTML file that needs nothing else, and prints on one page.

On paper: what the group can share and what it needs from outside, and the picture, scaled to what is left of the
page. On a screen also every cell as a table that filters without a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leadscape.report import style
from leadscape.report.matrix_contents import MATRIX_ABOUT, STAGE_WORDS, SUPPLY_WORDS
from leadscape.report.matrix_picture import SIGNS, draw_matrix, lay_out
from leadscape.report.wording import decimal, plural, whole

if TYPE_CHECKING:
    from leadscape.report.matrix_contents import MatrixContents

PAPER_MM: Final = (190.0, 277.0)
"""What is left of A4 inside margins of 10 mm."""
HEAD_MM: Final = 37.0
THEME_MM: Final = 4.7
NOTE_MM: Final = 3.6
FOOT_MM: Final = 8.0


def render_matrix(contents: MatrixContents) -> str:
    """The whole page. Equal contents give equal bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("leadscape", "report/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(whole=whole, decimal=decimal, plural=plural)
    rows = contents.cells.height
    left = PAPER_MM[1] - HEAD_MM - THEME_MM * (contents.matrix.themes.height + 1) - FOOT_MM
    left -= NOTE_MM * (len(contents.notes) + sum(len(one) // 130 for one in contents.matrix.sentences))
    layout = lay_out(rows, len(contents.columns), PAPER_MM[0], max(left, 60.0))
    figure = draw_matrix(contents, layout)
    constants = {name.lower(): Markup(value) for name, value in vars(style).items() if isinstance(value, str)}
    return environment.get_template("matrix.html.j2").render(
        contents=contents,
        matrix=contents.matrix,
        drawn=Markup(figure.svg),
        layout=layout,
        signs=SIGNS,
        about=MATRIX_ABOUT,
        stages=STAGE_WORDS,
        supplies=SUPPLY_WORDS,
        style=constants,
        themes=contents.matrix.themes.to_dicts(),
        cells=contents.cells.to_dicts(),
    )
