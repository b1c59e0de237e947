"""What every page must satisfy (frontend.md 12, points 1–10), asked of the real page."""

from typing import Any

# English a page must not show to people; codes and file types are not words.
DENIED = (
    "Submit", "Cancel", "Select", "Search", "Loading", "Error", "Required", "Undefined",
    "undefined", "None", "null", "NaN", "True", "False", "Invalid", "Untitled", "Upload",
)  # fmt: skip
CLS = 0.1  # a shift people notice; measured pages stay far below

_NAMELESS = """() => {
  const seen = (node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(node).visibility !== 'hidden';
  };
  const text = (id) => document.getElementById(id)?.textContent.trim() || '';
  const name = (node) =>
    node.getAttribute('aria-label')?.trim()
    || (node.getAttribute('aria-labelledby') || '').split(/\\s+/).map(text).join('')
    || [...(node.labels || [])].map((label) => label.textContent.trim()).join('')
    || (['INPUT', 'SELECT', 'TEXTAREA'].includes(node.tagName) ? '' : node.textContent.trim())
    || node.title?.trim()
    || node.querySelector?.('img[alt], svg[aria-label], svg title')?.getAttribute('alt')
    || '';
  const controls = 'button, a[href], input:not([type=hidden]), select, textarea';
  return [...document.querySelectorAll(controls)]
    .filter((node) => seen(node) && !node.closest('.djs-container') && !name(node))
    .map((node) => node.outerHTML.slice(0, 160));
}"""

_HEADINGS = "() => document.querySelectorAll('h1').length"

_HIDDEN_LOGOS = """() => [...document.querySelectorAll('.bjs-powered-by, .fjs-powered-by')]
  .filter((logo) => {
    logo.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = logo.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !(box.width > 10 && top && (logo.contains(top) || top.contains(logo)));
  }).map((logo) => logo.outerHTML.slice(0, 120))"""

_CANVASES = """() => [...document.querySelectorAll('.djs-container, .fjs-container')]
  .filter((node) => node.getBoundingClientRect().height > 0
    && !node.closest('[data-island], body').querySelector('.bjs-powered-by, .fjs-powered-by'))
  .length"""

_SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const watch = new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) sum += each.value;
  });
  watch.observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => { watch.disconnect(); done(sum); }, 30);
})"""

# A character whose picture equals that of a code point no font has is a box.
_BOXES = """() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 20;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.font = `16px ${getComputedStyle(document.body).fontFamily}`;
  const picture = (text) => {
    pen.clearRect(0, 0, 20, 20);
    pen.fillText(text, 1, 16);
    return pen.getImageData(0, 0, 20, 20).data.join();
  };
  const box = picture('\\u{10fffd}');
  const han = new Set(document.body.innerText.match(/[\\u4e00-\\u9fff]/g) || []);
  return [...han].filter((char) => picture(char) === box);
}"""

_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The text of a file is its author's: expressions in it may well hold null.
_WORDS = """() => {
  const files = [...document.querySelectorAll('pre.code')].map((node) => node.innerText);
  const text = files.reduce((left, file) => left.replace(file, ''), document.body.innerText);
  return text.match(/[A-Za-z]{3,}/g) || [];
}"""


_EVERYTHING = f"""async () => ({{
  wide: ({_WIDE})(), headings: ({_HEADINGS})(), nameless: ({_NAMELESS})(),
  boxes: ({_BOXES})(), words: ({_WORDS})(), canvases: ({_CANVASES})(),
  shift: await ({_SHIFT})(), hidden: ({_HIDDEN_LOGOS})(),
  missing: document.body.dataset.untranslated || '[]',
}})"""  # in one go: each question to the browser costs a round trip


def check_page(page: Any, faults: list[str], *, allowed: tuple[str, ...] = ()) -> None:
    """Assert that PAGE is usable, quiet, named, in Chinese, and fits its window.

    FAULTS are the console messages, errors and foreign requests collected so far; policy
    violations come as console errors. ALLOWED: parts of messages the test provoked.
    """
    where = page.url
    page.wait_for_selector('body[data-ready="1"]', state="attached")
    rest = [each for each in faults if not any(word in each for word in allowed)]
    assert rest == [], where
    found = page.evaluate(_EVERYTHING)
    assert found["wide"] <= 0, f"{where} scrolls sideways"
    assert found["headings"] == 1, f"{where} has not one h1"
    assert found["nameless"] == [], f"{where} has controls without a name"
    assert found["boxes"] == [], f"{where} has characters without a glyph"
    assert sorted(set(found["words"]) & set(DENIED)) == [], f"{where} shows English"
    assert found["missing"] == "[]", f"{where} lacks translations"
    if found["shift"] > CLS:  # late by load? a shift of the page itself comes again
        page.reload()
        page.wait_for_selector('body[data-ready="1"]', state="attached")
        found |= {"shift": page.evaluate(f"async () => await ({_SHIFT})()")}
    assert found["shift"] <= CLS, f"{where} shifts by {found['shift']:.3f}"
    assert found["canvases"] == 0, f"{where} has a canvas without its logo"
    assert found["hidden"] == [], f"{where} covers the logo"
