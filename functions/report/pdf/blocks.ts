// functions/report/pdf/blocks.ts: what is in a cell or a paragraph: texts one below the other, and drawings between them.
import type { FontFamily } from '../../pdf/font/font-family.ts';
import { type Inline, linesOf, type Piece, widthsOf } from './lines.ts';
import { PROSE, TEXT, type TextLook, textLook } from './look.ts';
import { type Element, elementsOf, isElement, textOf } from './markup.ts';
import { drawSvg } from './svg.ts';

export type Block =
  | { inlines: Inline[]; isRight: boolean }
  | { drawing: Element; height: number }
  /** Labels of an axis, from its left to its right. */
  | { labels: Inline[][] };

/** Heights of drawings, by their class, in points. */
const DRAWINGS: Readonly<Record<string, number>> = { cells: 11, strip: 12, rank: 6 };
/** Begin a line of their own. */
const OWN_LINE = new Set(['p', 'div', 'ul', 'li', 'h1', 'h2', 'h3', 'dt', 'dd', 'table', 'tr', 'figure', 'section']);
const ABOVE_DRAWING = 3;

/** @param icons the shapes that icons are of, by name */
export function blocksOf(node: Element, icons: ReadonlyMap<string, Element>, around: TextLook = TEXT): Block[] {
  const blocks: Block[] = [];
  let inlines: Inline[] = [];
  const endLine = () => {
    if (inlines.some((inline) => 'icon' in inline || inline.text.trim() !== ''))
      blocks.push({ inlines, isRight: node.classes.has('r') });
    inlines = [];
  };
  const hasAxis = elementsOf(node, ({ classes }) => classes.has('axis')).length > 0;
  const walk = (element: Element, look: TextLook): void => {
    for (const child of element.children) {
      if (!isElement(child))
        inlines.push({ text: isKeptWhole(element) ? child.replaceAll(/\s+/g, NO_BREAK) : child, look });
      else if (child.classes.has('axis')) {
        const labels = child.children.filter(isElement).map((each) => [{ text: textOf(each), look }]);
        blocks.push({ labels });
      } else if (child.classes.has('i')) {
        const icon = icons.get(elementsOf(child, ({ name }) => name === 'use')[0]?.attributes.href?.slice(1) ?? '');
        if (icon) inlines.push({ icon, look });
      } else if (child.name === 'svg') {
        endLine();
        blocks.push({ drawing: child, height: heightOf(child) });
      } else if (child.attributes['aria-hidden'] === 'true' || (hasAxis && child.classes.has('hidden'))) {
        // Said in words beside it; or the axis says it.
      } else {
        const ownLine = child.name === 'br' || child.classes.has('sub') || OWN_LINE.has(child.name);
        if (ownLine) endLine();
        walk(child, textLook(child, look));
        if (ownLine) endLine();
      }
    }
  };
  walk(node, textLook(node, around));
  endLine();
  return blocks;
}

const NO_BREAK = '\u00a0';
const isKeptWhole = ({ name, classes }: Element) => name === 'time' || classes.has('zone') || classes.has('nowrap');

const heightOf = ({ classes }: Element) => Math.max(0, ...[...classes].map((name) => DRAWINGS[name] ?? 0)) || 10;

export function piecesOf(blocks: readonly Block[], width: number, fonts: FontFamily): Piece[] {
  return blocks.flatMap((block) => {
    if ('drawing' in block) return [drawingOf(block, width)];
    if ('labels' in block) return [axisOf(block.labels, width, fonts)];
    const lines = linesOf(block.inlines, Math.min(width, PROSE), fonts);
    return block.isRight ? lines.map((line) => moved(line, width - line.width)) : lines;
  });
}

/** Of a cell: as wide as it would be, and as narrow as it can be without breaking a word. */
export function blockWidths(blocks: readonly Block[], fonts: FontFamily): { natural: number; longest: number } {
  const widths = blocks.map((block) =>
    'inlines' in block ? widthsOf(block.inlines, fonts) : { natural: PICTURE, longest: PICTURE / 3 },
  );
  return {
    natural: Math.max(0, ...widths.map(({ natural }) => natural)),
    longest: Math.max(0, ...widths.map(({ longest }) => longest)),
  };
}

/** A drawing takes what there is. */
const PICTURE = 420;

const moved = (piece: Piece, by: number): Piece => ({
  ...piece,
  width: piece.width + by,
  draw: (document, x, y) => piece.draw(document, x + by, y),
});

function drawingOf({ drawing, height }: { drawing: Element; height: number }, width: number): Piece {
  return {
    width,
    height: height + ABOVE_DRAWING,
    draw: ({ canvas }, x, y) => drawSvg(canvas, drawing, { x, y: y + ABOVE_DRAWING, width, height }),
  };
}

function axisOf(labels: readonly Inline[][], width: number, fonts: FontFamily): Piece {
  const drawn = labels.map((label) => linesOf(label, width, fonts)[0]).filter((line) => line !== undefined);
  return {
    width,
    height: Math.max(...drawn.map(({ height }) => height), 0),
    draw: (document, x, y) =>
      drawn.forEach((line, n) => {
        const room = width - line.width;
        line.draw(document, x + (drawn.length < 2 ? 0 : (room * n) / (drawn.length - 1)), y);
      }),
  };
}
