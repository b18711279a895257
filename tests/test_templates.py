"""What holds for every page, whichever feature it belongs to."""

import re
from pathlib import Path

import jinja2
import pytest

from deliberation import rendering

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))

_MARKED = (
    re.compile(r"\{#.*?#\}", re.DOTALL),
    re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL),
    re.compile(r"""\b(?:_|ngettext)\((?:"[^"]*"|'[^']*')(?:,\s*"[^"]*")?"""),
)


def _unmarked(text: str) -> list[str]:
    for marked in _MARKED:
        text = marked.sub("", text)
    return re.findall(r"[\u4e00-\u9fff]+", text)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_can_be_read(path: Path) -> None:
    jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(
        path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_visible_chinese_word_can_be_translated(path: Path) -> None:
    assert _unmarked(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_page_needs_inline_style_or_script(path: Path) -> None:
    text = re.sub(r"\{[%#{].*?[%#}]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"""<style|\sstyle=["']|\son[a-z]+=["']|javascript:""", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", STYLES, ids=_name)
def test_a_stylesheet_is_short_and_fetches_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert "@import" not in text
    assert "url(" not in text


WRITTEN = "绿化<i>50%</i>{n}"
AS_TEXT = "绿化&lt;i&gt;50%&lt;/i&gt;{n}"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ _(written) }}", AS_TEXT),
        ('{{ _("还有%(what)s", what=written) }}', f"还有{AS_TEXT}"),
        ("{% trans what=_(written) %}<b>{{ what }}</b>{% endtrans %}", f"<b>{AS_TEXT}</b>"),
        ("{% macro tag(said) %}{{ said }}{% endmacro %}{{ tag(_(written)) }}", AS_TEXT),
        ('{{ _("照抄“85.7%”") }}', "照抄“85.7%”"),
    ],
)
def test_what_people_wrote_is_neither_markup_nor_a_format(source: str, shown: str) -> None:
    mark = rendering._telling.set({"translate": str})
    try:
        assert rendering.ENVIRONMENT.from_string(source).render(written=WRITTEN) == shown
    finally:
        rendering._telling.reset(mark)
