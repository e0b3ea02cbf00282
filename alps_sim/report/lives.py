"""One child's two lives for the page: the stored story as HTML, beside the stored figure."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

FOLDER: Final = "twin"
STORY: Final = "story.md"
FIGURE: Final = "twin.svg"
HEADINGS_LOWER_BY: Final = 1
"""Headings of the story stand below those of the page."""


@dataclass(frozen=True)
class TwoLives:
    """What the page shows of one child.

    Attributes
    ----------
    story
        HTML, made by the renderer from plain Markdown: nothing in it is a user's HTML.
    figure
        The SVG file.
    """

    story: str
    figure: Path


def stored_lives(results: Path) -> TwoLives | None:
    """The two lives that a run has stored; None if it has stored none.

    Parameters
    ----------
    results
        Folder of the run.
    """
    folder = results / FOLDER
    if not (folder / STORY).is_file():
        return None
    text = (folder / STORY).read_text(encoding="utf-8")
    return TwoLives(_html(text), folder / FIGURE)


def _html(text: str) -> str:
    """The story without its title and picture, which the page has itself."""
    kept = [line for line in text.splitlines() if not re.match(r"# |!\[", line)]
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = renderer.parse("\n".join(kept))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + HEADINGS_LOWER_BY}"
    rendered: str = renderer.renderer.render(tokens, renderer.options, {})
    return rendered
