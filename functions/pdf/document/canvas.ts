// functions/pdf/document/canvas.ts: what is drawn on a page. Coordinates are in points from the top left corner.
import type { FontFace } from '../font/font-face.ts';
import { real, rgb } from '../syntax/values.ts';

/** Characters of one look, in a row. */
export interface GlyphRun {
  face: FontFace;
  /** Of glyphs, four digits each. */
  hex: string;
  size: number;
  color: string;
}

export interface Stroke {
  color: string;
  width: number;
  isRound?: boolean | undefined;
  /** Of strokes and what is between them. @default not dashed */
  dash?: readonly number[] | undefined;
}

/** One of a path: absolute, its points in the coordinates of the page. */
export type Segment =
  | readonly ['M' | 'L', number, number]
  | readonly ['C', number, number, number, number, number, number]
  | readonly ['Z'];

const OPERATORS = { M: 'm', L: 'l', C: 'c', Z: 'h' } as const;

export class Canvas {
  readonly #height: number;
  readonly #operators: string[] = [];

  constructor(height: number) {
    this.#height = height;
  }

  /** @param y of the line that characters stand on */
  text(x: number, y: number, { face, hex, size, color }: GlyphRun): void {
    this.#operators.push(`${rgb(color)} rg BT/${face.name} ${real(size)} Tf ${real(x)} ${this.#y(y)} Td<${hex}>Tj ET`);
  }

  rect(x: number, y: number, width: number, height: number, color: string): void {
    this.#operators.push(`${rgb(color)} rg ${real(x)} ${this.#y(y + height)} ${real(width)} ${real(height)} re f`);
  }

  line(x1: number, y1: number, x2: number, y2: number, stroke: Stroke): void {
    this.path(
      [
        ['M', x1, y1],
        ['L', x2, y2],
      ],
      { stroke },
    );
  }

  path(segments: readonly Segment[], { fill, stroke }: { fill?: string | undefined; stroke?: Stroke | undefined }) {
    if (!fill && !stroke) return;
    const drawn = segments.map(([operator, ...points]) => {
      const numbers = points.map((value, n) => (n % 2 === 0 ? real(value) : this.#y(value)));
      return [...numbers, OPERATORS[operator]].join(' ');
    });
    const { color, width, isRound, dash } = stroke ?? {};
    const state = stroke
      ? `q ${rgb(color ?? '')} RG ${real(width ?? 1)} w${isRound ? ' 1 J 1 j' : ''}${dash ? `[${dash.join(' ')}]0 d` : ''} `
      : '';
    const paint = fill && stroke ? 'B' : fill ? 'f' : 'S';
    this.#operators.push(`${state}${fill ? `${rgb(fill)} rg ` : ''}${drawn.join(' ')} ${paint}${stroke ? ' Q' : ''}`);
  }

  /** Up to `endMark`: content of an element of the structure, or none of any. */
  beginMark(tag: string, mark: number | 'artifact'): void {
    this.#operators.push(mark === 'artifact' ? '/Artifact BMC' : `/${tag}<</MCID ${mark}>>BDC`);
  }

  endMark(): void {
    this.#operators.push('EMC');
  }

  get content(): string {
    return this.#operators.join('\n');
  }

  #y = (y: number) => real(this.#height - y);
}
