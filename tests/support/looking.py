"""What a page looks like to somebody who reads, points, tabs or listens: found by the browser."""

from dataclasses import asdict, dataclass
from typing import Any

from playwright.async_api import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The least that a face may be: text and targets in pixels; 0 asks nothing of targets.

    A link within running text is no target of its own (WCAG 2.2, 2.5.8: inline).
    """

    text: float
    target: float
    is_projected: bool = False
    """On a wall: nobody moves through it by its headings."""


async def found_wrong(page: Page, measures: Measures) -> list[str]:
    """What is too small, too pale, unnamed, out of order or out of sight; each once."""
    wrong: list[str] = await page.evaluate(_LOOK, asdict(measures))
    return sorted(set(wrong))


async def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    wide: list[Any] = await page.evaluate(_WIDE)
    return [str(one) for one in wide]


_NAME = """
const name = (el) => el.tagName.toLowerCase() + (el.id ? '#' + el.id : '')
  + [...el.classList].map((c) => '.' + c).join('')
  + ' “' + (el.textContent || el.value || '').trim().replace(/\\s+/g, ' ').slice(0, 16) + '”';
"""

_WIDE = (
    "() => {"
    + _NAME
    + """
const edge = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= edge) return [];
const out = [...document.querySelectorAll('body *')]
  .filter((el) => el.getBoundingClientRect().right > edge + 1);
return ['sideways: ' + (out.slice(-1).map(name)[0] || '?')];
}"""
)

_LOOK = (
    "(least) => {"
    + _NAME
    + """
const wrong = [];
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const isSeen = (el) => {
  const box = el.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && !el.closest('.visually-hidden, .skip-link, dialog')
    && el.checkVisibility({visibilityProperty: true, opacityProperty: true});
};
const seen = (selector) => all(selector).filter(isSeen);

// Order and names.
if (!document.documentElement.lang) wrong.push('no language');
if (!document.title.trim()) wrong.push('no title');
if (all('main').length !== 1) wrong.push('main: ' + all('main').length);
if (all('h1').length !== 1 && !least.is_projected) wrong.push('h1: ' + all('h1').length);
let level = 0;
for (const heading of all('h1, h2, h3, h4').filter((el) => el.checkVisibility())) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1 && level) wrong.push('heading skips a level: ' + name(heading));
  level = own;
}
for (const el of all('input:not([type=hidden]), select, textarea'))
  if (!el.labels.length && !el.ariaLabel && !el.getAttribute('aria-labelledby'))
    wrong.push('no label: ' + name(el) + el.name);
for (const el of seen('a[href], button, summary'))
  if (!el.textContent.trim() && !el.ariaLabel && !el.querySelector('title'))
    wrong.push('no name: ' + name(el));
for (const el of all('img:not([alt])')) wrong.push('no alt: ' + name(el));
const ids = all('[id]').map((el) => el.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push('id twice: ' + id);
for (const el of all('[aria-labelledby], [aria-describedby]'))
  for (const attribute of ['aria-labelledby', 'aria-describedby'])
    for (const id of (el.getAttribute(attribute) || '').split(' ').filter(Boolean))
      if (!document.getElementById(id)) wrong.push(attribute + ' leads nowhere: ' + id);

// Sizes of text, and its contrast with what lies behind it.
const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
const behind = (el) => {
  for (let at = el; at; at = at.parentElement) {
    const [r, g, b, a = 1] = numbers(getComputedStyle(at).backgroundColor);
    if (a > 0.99) return [r, g, b];
  }
  return [255, 255, 255];
};
const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
  .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const el = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || el.closest('svg, script, option') || !isSeen(el)) continue;
  const style = getComputedStyle(el);
  const size = parseFloat(style.fontSize);
  if (size < least.text - 0.05) wrong.push(`text ${size.toFixed(1)}: ` + name(el));
  const both = [light(numbers(style.color)), light(behind(el))].sort((a, b) => b - a);
  const contrast = (both[0] + 0.05) / (both[1] + 0.05);
  if (contrast < 4.5) wrong.push(`contrast ${contrast.toFixed(1)}: ` + name(el));
}
for (const el of seen('main :is(li, p, dd, dt, td, th, h1, h2, h3)'))
  if (el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).display !== 'inline'
    && !el.querySelector('.speak-button, .visually-hidden'))
    wrong.push('leaves its box: ' + name(el));
for (const el of seen('svg text'))
  if (parseFloat(getComputedStyle(el).fontSize) < least.text - 0.05)
    wrong.push('text in a picture: ' + el.textContent);
for (const el of seen('input:not([type=checkbox], [type=radio]), select, textarea'))
  if (parseFloat(getComputedStyle(el).fontSize) < Math.max(16, least.text))
    wrong.push('text of a field: ' + name(el));

// Targets: what is pressed, with the label that presses it; not a link within running text.
const isInline = (el) => el.matches('a') && getComputedStyle(el).display === 'inline'
  && el.parentElement.closest('p, dd, td, .note, .footer-row, li:not(.pair)');
for (const el of seen('a[href], button, summary, select, textarea, input:not([type=hidden])')) {
  if (isInline(el)) continue;
  const shapes = [el, ...(el.labels || [])].map((one) => one.getBoundingClientRect());
  const after = getComputedStyle(el, '::after');
  const reach = after.position === 'absolute' ? parseFloat(after.height) || 0 : 0;
  const high = Math.max(reach, ...shapes.map((box) => box.height));
  const broad = Math.max(...shapes.map((box) => box.width));
  if (Math.min(high, broad) < least.target - 0.5)
    wrong.push(`target ${broad.toFixed(0)}×${high.toFixed(0)}: ` + name(el));
}

// Where the focus is must be seen.
for (const el of seen('a[href], button, summary, select, textarea, input:not([type=hidden])')) {
  if (el.disabled) continue;
  el.focus({focusVisible: true, preventScroll: true});
  const style = getComputedStyle(el);
  if (document.activeElement !== el || style.outlineStyle === 'none'
    || parseFloat(style.outlineWidth) < 3) wrong.push('focus unseen: ' + name(el));
}
document.activeElement.blur();
return wrong;
}"""
)
