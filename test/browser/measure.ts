// test/browser/measure.ts: what is wrong with a page's layout, measured in the browser. Each problem is a line.
import type { Page } from 'playwright-core';

/** By so many px texts may share room: lines of text are as high as their font says, not as what is drawn. */
const TOUCH_PX = 3;
/** A word of more characters is no name that somebody would give, and may break. */
const LONGEST_WORD = 30;

/** Texts that lie on one another. */
export const overlaps = (page: Page) =>
  page.evaluate<string[]>(`(() => { ${TEXTS}
  const boxes = texts()
    .flatMap(({ node, text }) => boxesOf(node).map((box) => ({ node, text, box })))
    .sort((a, b) => a.box.top - b.box.top);
  const found = new Set();
  boxes.forEach(({ node, text, box }, i) => {
    for (let j = i + 1; j < boxes.length && boxes[j].box.top < box.bottom - ${TOUCH_PX}; j++) {
      const other = boxes[j];
      if (other.node === node || isFixed(other.node) !== isFixed(node)) continue;
      const width = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const height = Math.min(box.bottom, other.box.bottom) - other.box.top;
      if (width > ${TOUCH_PX} && height > ${TOUCH_PX}) found.add(text + ' lies on ' + other.text);
    }
  });
  return [...found];
})()`);

/** Tables that are wider than the room in their part, which a page as wide as its window may hide. */
export const spills = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('.card table')]
  .filter((table) => {
    const card = table.closest('.card');
    const room = card.getBoundingClientRect().right - parseFloat(getComputedStyle(card).paddingRight) - 1;
    return !table.closest('.scroll') && table.checkVisibility() && table.getBoundingClientRect().right > room + 1;
  })
  .map((table) => table.caption?.textContent ?? table.textContent.slice(0, 60))`);

/** Cells of tables that are narrower than a word in them. */
export const cramped = (page: Page) =>
  page.evaluate<string[]>(`(() => { ${TEXTS}
  const found = new Set();
  for (const { node, text } of texts()) {
    const cell = node.parentElement.closest('th, td');
    if (!cell || node.parentElement.closest('svg, .tip')) continue;
    const { left, right } = cell.getBoundingClientRect();
    if (boxesOf(node).some((box) => box.left < left - 1 || box.right > right + 1)) found.add(text + ' leaves its cell');
  }
  return [...found];
})()`);

/** Lists of links to choose from that take more than a line, or hide the link that was chosen. */
export const sprawlingChoices = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('.quick:not(:has(.given))')].flatMap((list) => {
  const name = list.ariaLabel ?? list.textContent.trim();
  const tops = new Set([...list.children].map((each) => Math.round(each.getBoundingClientRect().top)));
  const chosen = list.querySelector('[aria-current]')?.getBoundingClientRect();
  const { left, right } = list.getBoundingClientRect();
  return [
    ...(tops.size > 1 ? [name + ' takes ' + tops.size + ' lines'] : []),
    ...(chosen && (chosen.left < left || chosen.right > right) ? [name + ' hides what was chosen'] : []),
  ];
})`);

/** Words, moments, dates and durations that go on in another line. A hyphen or a slash of a name may end one. */
export const brokenWords = (page: Page) =>
  page.evaluate<string[]>(`(() => { ${TEXTS}
  const found = new Set();
  for (const { node } of texts()) {
    if (node.parentElement.closest('pre, svg')) continue;
    const words = node.parentElement.closest('time') ? /\\S.*\\S|\\S/gs : /\\d{4}-\\d\\d(-\\d\\d)?|\\b\\d+ (min|s|h|d)\\b( \\d+ (min|s|h)\\b)?|[\\p{L}\\p{N}]+([.@_][\\p{L}\\p{N}]+)*/gu;
    for (const { 0: word, index } of node.data.matchAll(words)) {
      if (word.length > ${LONGEST_WORD}) continue;
      const lines = new Set(boxesOf(node, index, word.length).map(({ top }) => Math.round(top)));
      if (lines.size > 1) found.add(word + ' of ' + node.data.trim().slice(0, 60));
    }
  }
  return [...found];
})()`);

/** Times that don't say which moment they are; moments, and ids that can't be copied or followed, in plain text. */
export const bareValues = (page: Page) =>
  page.evaluate<string[]>(`(() => { ${TEXTS}
  const found = new Set();
  for (const time of document.querySelectorAll('time')) {
    if (Number.isNaN(Date.parse(time.dateTime)) || time.title === '') found.add('no moment: ' + time.textContent);
  }
  for (const { node, text } of texts()) {
    const parent = node.parentElement;
    if (!parent.closest('time, pre, svg, a, option, bdi') && /\\d{4}-\\d\\d-\\d\\d \\d\\d:|\\d (s|min|h|days?) ago/.test(text)) found.add('time: ' + text);
    if (!parent.closest('[data-copy], pre, svg, a, option, bdi') && /\\b[0-9a-f]{24}\\b/.test(text)) found.add('id: ' + text);
  }
  return [...found];
})()`);

/** For scripts in the page: all texts that show, and what of them does. */
const TEXTS = `
  const parentsOf = (element) => element ? [element, ...parentsOf(element.parentElement)] : [];
  const isHidden = (element) => {
    const { clipPath, position, left } = getComputedStyle(element);
    return clipPath !== 'none' || (position === 'absolute' && parseFloat(left) < -500);
  };
  const isFixed = (node) => node.parentElement.closest('header') !== null;
  const texts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const all = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.data.trim();
      if (text === '' || parent.closest('script, style, title, option')) continue;
      if (parent.checkVisibility({ visibilityProperty: true }) && !parentsOf(parent).some(isHidden)) all.push({ node, text: text.slice(0, 60) });
    }
    return all;
  };
  const boxesOf = (node, start = 0, length = node.data.length) => {
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, start + length);
    const windows = parentsOf(node.parentElement)
      .filter((each) => each !== document.body && /auto|scroll|hidden/.test(getComputedStyle(each).overflowY) && !(each instanceof SVGElement))
      .map((each) => each.getBoundingClientRect());
    return [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1 && windows.every(({ top, bottom }) => box.top >= top - 1 && box.bottom <= bottom + 1));
  };`;
