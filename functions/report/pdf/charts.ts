// functions/report/pdf/charts.ts: drawings that take the width of the page, with what is written beside them.
import type { FontFamily } from '../../pdf/font/font-family.ts';
import { type Inline, linesOf, type Piece } from './lines.ts';
import { color, TEXT, type TextLook, textLook } from './look.ts';
import { type Element, elementsOf, isElement, textOf } from './markup.ts';
import { drawSvg } from './svg.ts';

const SMALL: TextLook = { ...TEXT, size: 7, color: color('soft') };
/** Of values over time, in points. */
const CHART = 105;
/** Of a pixel of the page, in points. */
const FLOW_SCALE = 0.75;
const GAP = 6;

const labelOf = (text: string, fonts: FontFamily, look: TextLook = SMALL): Piece[] =>
  linesOf([{ text, look }], Number.POSITIVE_INFINITY, fonts);

/** Values over time: their scale to the left, the time below. */
export function chartOf(figure: Element, width: number, fonts: FontFamily): Piece {
  const labels = (name: string) =>
    elementsOf(figure, ({ classes }) => classes.has(name)).flatMap((axis) =>
      axis.children.filter(isElement).flatMap((label) => labelOf(textOf(label), fonts)),
    );
  const [y, x] = [labels('y'), labels('x')];
  const beside = Math.max(0, ...y.map((label) => label.width)) + GAP;
  const [svg] = elementsOf(figure, ({ name }) => name === 'svg');
  const line = SMALL.size;
  return {
    width,
    height: CHART + 3 * line,
    draw(document, left, top) {
      const box = { x: left + beside, y: top + line, width: width - beside, height: CHART };
      if (svg) drawSvg(document.canvas, svg, box);
      y.forEach((label, n) => {
        const at = box.y + (CHART * n) / Math.max(1, y.length - 1) - label.height / 2;
        label.draw(document, box.x - GAP - label.width, at);
      });
      x.forEach((label, n) => {
        const at = x.length < 2 ? 0 : ((box.width - label.width) * n) / (x.length - 1);
        label.draw(document, box.x + at, box.y + CHART + 2);
      });
    },
  };
}

/** Names to both sides of bands. */
export function flowOf(figure: Element, width: number, fonts: FontFamily): Piece {
  const [left, bands, right] = figure.children.filter(isElement);
  const names = Number(left?.attributes.width ?? 0) * FLOW_SCALE;
  const height = Number(bands?.attributes.height ?? 0) * FLOW_SCALE;
  return {
    width,
    height: height + GAP,
    draw(document, x, y) {
      const middle = Math.min(width, 560) - 2 * names;
      if (left) drawNames(left, x);
      if (bands) drawSvg(document.canvas, bands, { x: x + names, y, width: middle, height });
      if (right) drawNames(right, x + names + middle);

      function drawNames(svg: Element, at: number) {
        const sized = { ...svg, attributes: { viewbox: `0 0 ${names / FLOW_SCALE} ${height / FLOW_SCALE}` } };
        drawSvg(document.canvas, sized, { x: at, y, width: names, height });
        for (const text of elementsOf(svg, ({ name }) => name === 'text')) {
          const [label] = linesOf(inlinesOf(text), Number.POSITIVE_INFINITY, fonts);
          const begin = at + Number(text.attributes.x) * FLOW_SCALE;
          const isEnd = text.attributes['text-anchor'] === 'end';
          label?.draw(document, begin - (isEnd ? label.width : 0), y + Number(text.attributes.y) * FLOW_SCALE - 8);
        }
      }
    },
  };
}

const inlinesOf = (element: Element, look: TextLook = { ...TEXT, size: 7 }): Inline[] =>
  element.children.flatMap((child) =>
    isElement(child) ? inlinesOf(child, textLook(child, look)) : { text: child, look },
  );

const KEY = { width: 8, height: 6, gap: 4, between: 14 };

/** What the looks of a drawing mean: as many beside each other as there is room for. */
export function legendOf(list: Element, width: number, fonts: FontFamily): Piece[] {
  const items = elementsOf(list, ({ name }) => name === 'li').flatMap((item) => {
    const [svg] = elementsOf(item, ({ name }) => name === 'svg');
    const [label] = labelOf(textOf(item), fonts);
    return label ? [{ svg, label, width: KEY.width + KEY.gap + label.width + KEY.between }] : [];
  });
  const rows: (typeof items)[] = [];
  let room = 0;
  for (const item of items) {
    if (item.width > room) {
      rows.push([]);
      room = width;
    }
    rows.at(-1)?.push(item);
    room -= item.width;
  }
  return rows.map((row) => ({
    width,
    height: SMALL.size * 1.6,
    draw(document, x, y) {
      let at = x;
      for (const { svg, label, width: own } of row) {
        const box = { x: at, y: y + 2, width: KEY.width, height: KEY.height };
        if (svg) drawSvg(document.canvas, svg, box);
        label.draw(document, at + KEY.width + KEY.gap, y);
        at += own;
      }
    },
  }));
}
