// functions/report/pdf/look.ts: what elements and classes of the HTML look like on paper. Sizes are in points.
import type { Weight } from '../../pdf/font/font-family.ts';
import { LIGHT } from '../html/style.ts';
import type { Element } from './markup.ts';

export const PAGE = { width: 841.89, height: 595.28, margin: 34, top: 52, bottom: 40 };
export const CONTENT = PAGE.width - 2 * PAGE.margin;
/** A line that is longer is hard to read. */
export const PROSE = 620;
export const LEADING = 1.36;

export interface TextLook {
  size: number;
  weight: Weight;
  color: string;
  /** Of a link: the anchor it leads to. */
  href?: string;
}

const COLORS = new Map(
  [...LIGHT.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map(([, name = '', color = '']) => [name, color]),
);

/** As the style sheet of the HTML has it. @throws Error for a name that it doesn't have */
export function color(name: string): string {
  const found = COLORS.get(name);
  if (found === undefined) throw new Error(`the style sheet has no colour ${name}`);
  return found;
}

export const TEXT: TextLook = { size: 8, weight: 'regular', color: color('text') };
const SMALL = 7;

const ELEMENTS: Readonly<Record<string, Partial<TextLook>>> = {
  h1: { size: 17, weight: 'bold' },
  h2: { size: 11.5, weight: 'bold' },
  h3: { size: 9, weight: 'bold' },
  strong: { weight: 'bold' },
  caption: { weight: 'bold' },
  code: { size: SMALL },
};

const CLASSES: Readonly<Record<string, Partial<TextLook>>> = {
  soft: { color: color('soft') },
  small: { size: SMALL },
  sub: { size: SMALL, color: color('soft') },
  zone: { size: SMALL, color: color('soft') },
  words: { size: SMALL },
  mark: { weight: 'bold' },
  bad: { color: color('bad') },
  ok: { color: color('ok') },
  now: { color: color('now') },
  wait: { color: color('wait') },
  off: { color: color('off') },
};

/** Of what is in it. */
export function textLook({ name, classes, attributes }: Element, around: TextLook): TextLook {
  const of = [ELEMENTS[name], ...[...classes].map((each) => CLASSES[each])].filter((each) => each !== undefined);
  const href = name === 'a' ? attributes.href : undefined;
  if (of.length === 0 && href === undefined) return around;
  const look = Object.assign({ ...around }, ...of);
  return href?.startsWith('#') ? { ...look, href: href.slice(1), color: color('link') } : look;
}

export interface ShapeLook {
  fill?: string | undefined;
  stroke?: { color: string; width: number; isRound?: boolean; dash?: readonly number[] } | undefined;
}

const filled = (name: string): ShapeLook => ({ fill: color(name) });
const stroked = (name: string, width: number, isRound = false): ShapeLook => ({
  stroke: { color: color(name), width, isRound },
});
/** Lighter, as bands may cross. */
const BAND_TINT = 0.5;

const SHAPES: Readonly<Record<string, ShapeLook>> = {
  ...Object.fromEntries(['ok', 'bad', 'now', 'off'].map((tone) => [`fill-${tone}`, filled(`bar-${tone}`)])),
  ...Object.fromEntries(['c1', 'c2', 'c3', 'c4', 'c5', 'text'].map((name) => [`fill-${name}`, filled(name)])),
  base: stroked('edge', 0.5),
  'cell full': filled('bar-ok'),
  'cell half': filled('bar-ok'),
  'cell cross': { ...filled('tint-bad'), ...stroked('bar-bad', 0.6) },
  'cell stroke': stroked('edge', 0.6),
  'cell line': stroked('edge', 0.6),
  'cell bare': stroked('edge', 1),
  'cell dot': stroked('edge', 1.8, true),
  'dot ok': stroked('bar-ok', 4, true),
  'dot bad': stroked('bar-bad', 4, true),
  'level objective': stroked('text', 1),
  'band line-c1': stroked('c1', 1),
  'band line-c2': stroked('c2', 1),
  'band line-off': stroked('bar-off', 1),
  hit: {},
};

/** By its classes. A shape of a class that is not known here is drawn in the colour of text, rather than not at all. */
export function shapeLook({ name, classes }: Element): ShapeLook {
  const key = [...classes].join(' ');
  const found = SHAPES[key];
  if (key.startsWith('band') && found?.stroke) return { stroke: { ...found.stroke, color: tint(found.stroke.color) } };
  if (found) return found;
  return name === 'line' ? stroked('line', 0.4) : filled('text');
}

function tint(of: string): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(of.slice(at, at + 2), 16));
  return `#${parts
    .map((part) =>
      Math.round(255 - (255 - part) * BAND_TINT)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
