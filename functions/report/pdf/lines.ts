// functions/report/pdf/lines.ts: text as lines: words are kept whole where they fit.
import type { PdfDocument } from '../../pdf/document/document.ts';
import type { FontFace } from '../../pdf/font/font-face.ts';
import type { FontFamily } from '../../pdf/font/font-family.ts';
import { hex16 } from '../../pdf/syntax/values.ts';
import { LEADING, type TextLook } from './look.ts';
import type { Element } from './markup.ts';
import { drawSvg } from './svg.ts';

export type Inline = { text: string; look: TextLook } | { icon: Element; look: TextLook };

/** What is drawn as one, and never across two pages. */
export interface Piece {
  width: number;
  height: number;
  /** @param y of its top */
  draw(document: PdfDocument, x: number, y: number): void;
}

interface Atom {
  look: TextLook;
  width: number;
  /** One face; nothing for an icon. */
  face?: FontFace;
  hex: string;
  icon?: Element;
}

interface Word {
  atoms: Atom[];
  width: number;
}

/** Of an icon, and of what is between it and its text, in ems. */
const ICON = 0.93;
const ICON_GAP = 0.35;
/** From the top of a line to the line that characters stand on, in ems. */
const ASCENT = 1.02;

/** @param width that lines may have @returns one line at least */
export function linesOf(inlines: readonly Inline[], width: number, fonts: FontFamily): Piece[] {
  const lines: Atom[][] = [[]];
  let used = 0;
  for (const word of wordsOf(inlines, fonts)) {
    const line = lines.at(-1) ?? [];
    const last = line.at(-1);
    const space = last && atomsOf(' ', last.look, fonts);
    const gap = space?.[0]?.width ?? 0;
    if (used + gap + word.width <= width) {
      add(line, [...(space ?? []), ...word.atoms]);
      used += gap + word.width;
    } else if (word.width <= width) {
      lines.push([]);
      add(lines.at(-1) ?? [], word.atoms);
      used = word.width;
    } else {
      used = last ? used + gap : 0;
      if (space) add(line, space);
      for (const atom of glyphByGlyph(word)) {
        if (used + atom.width > width && used > 0) {
          lines.push([]);
          used = 0;
        }
        add(lines.at(-1) ?? [], [atom]);
        used += atom.width;
      }
    }
  }
  const size = Math.max(...inlines.map(({ look }) => look.size), 1);
  return lines.map((atoms) => lineOf(atoms, size));
}

/** On one line, and of its longest word. */
export function widthsOf(inlines: readonly Inline[], fonts: FontFamily): { natural: number; longest: number } {
  const words = wordsOf(inlines, fonts);
  const gap = (words.length - 1) * 0.3 * Math.max(...inlines.map(({ look }) => look.size), 1);
  return {
    natural: words.reduce((sum, { width }) => sum + width, Math.max(0, gap)),
    longest: Math.max(0, ...words.map(({ width }) => width)),
  };
}

function lineOf(atoms: readonly Atom[], size: number): Piece {
  return {
    width: atoms.reduce((sum, atom) => sum + atom.width, 0),
    height: size * LEADING,
    draw(document, x, y) {
      let at = x;
      for (const { face, hex, look, width, icon } of atoms) {
        const base = y + size * ASCENT;
        if (face) document.canvas.text(at, base, { face, hex, size: look.size, color: look.color });
        const box = { x: at, y: base - look.size * 0.8, width: look.size * ICON, height: look.size * ICON };
        if (icon) drawSvg(document.canvas, icon, box, { color: look.color, ground: '#fff' });
        if (look.href !== undefined) document.link(look.href, at, y, width, size * LEADING);
        at += width;
      }
    },
  };
}

/** Atoms of one look are drawn as one. */
function add(line: Atom[], atoms: readonly Atom[]) {
  for (const atom of atoms) {
    const last = line.at(-1);
    if (last?.face && last.face === atom.face && isSame(last.look, atom.look))
      line[line.length - 1] = { ...last, hex: last.hex + atom.hex, width: last.width + atom.width };
    else line.push(atom);
  }
}

const isSame = (a: TextLook, b: TextLook) =>
  a === b || (a.size === b.size && a.weight === b.weight && a.color === b.color && a.href === b.href);

function wordsOf(inlines: readonly Inline[], fonts: FontFamily): Word[] {
  const words: Word[] = [];
  let word: Word | undefined;
  const put = (atoms: readonly Atom[]) => {
    if (!word) {
      word = { atoms: [], width: 0 };
      words.push(word);
    }
    for (const atom of atoms) {
      word.atoms.push(atom);
      word.width += atom.width;
    }
  };
  for (const inline of inlines) {
    const { look } = inline;
    if ('icon' in inline) {
      put([{ look, width: look.size * (ICON + ICON_GAP), hex: '', icon: inline.icon }]);
      continue;
    }
    inline.text.split(SPACES).forEach((text, n) => {
      if (n > 0) word = undefined;
      if (text !== '') put(atomsOf(text, look, fonts));
    });
  }
  return words;
}

/** Those of markup: others are characters of their own. */
const SPACES = /[ \t\r\n]+/;

function atomsOf(text: string, look: TextLook, fonts: FontFamily): Atom[] {
  const atoms: Atom[] = [];
  let last: Atom | undefined;
  for (const character of text.normalize('NFC').replaceAll('\u00a0', ' ')) {
    for (const { face, glyph, width } of fonts.glyphs(character.codePointAt(0) ?? 0, look.weight)) {
      if (last?.face !== face) {
        last = { look, face, hex: '', width: 0 };
        atoms.push(last);
      }
      last.hex += hex16(glyph);
      last.width += (width * look.size) / 1_000;
    }
  }
  return atoms;
}

function* glyphByGlyph({ atoms }: Word): Generator<Atom> {
  for (const atom of atoms) {
    const { face, hex, look } = atom;
    if (!face) {
      yield atom;
      continue;
    }
    for (let at = 0; at < hex.length; at += 4) {
      const glyph = hex.slice(at, at + 4);
      yield { look, face, hex: glyph, width: (face.widthOf(Number.parseInt(glyph, 16)) * look.size) / 1_000 };
    }
  }
}
