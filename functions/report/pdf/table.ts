// functions/report/pdf/table.ts: a table whose rows come one by one: its columns fit the first of them, and its head is on each page.
import { HEADS } from '../../pdf/document/structure.ts';
import type { FontFamily } from '../../pdf/font/font-family.ts';
import { type Block, blockWidths, piecesOf } from './blocks.ts';
import { columnWidths } from './columns.ts';
import { type Flow, ROOM } from './flow.ts';
import type { Piece } from './lines.ts';
import { CONTENT, color, PAGE } from './look.ts';

export interface Cell {
  blocks: readonly Block[];
  isHead: boolean;
}

/** By which the widths of columns are chosen. */
const ROWS_MEASURED = 60;
const GAP = 10;
const PADDING = 2.5;

export class Table {
  readonly #flow: Flow;
  readonly #fonts: FontFamily;
  /** Whether it is as wide as the page. */
  readonly #fill: boolean;
  #head: readonly Cell[] | undefined;
  #waiting: (readonly Cell[])[] = [];
  #widths: readonly number[] | undefined;

  constructor(flow: Flow, fonts: FontFamily, { fill }: { fill: boolean }) {
    this.#flow = flow;
    this.#fonts = fonts;
    this.#fill = fill;
    flow.document.open('Table');
  }

  head(cells: readonly Cell[]): void {
    this.#head = cells;
  }

  row(cells: readonly Cell[]): void {
    this.#waiting.push(cells);
    if (this.#waiting.length >= ROWS_MEASURED) this.#drawWaiting();
  }

  end(): void {
    this.#drawWaiting();
    this.#flow.onNextPage = undefined;
    this.#flow.document.close();
    this.#flow.space(6);
  }

  #drawWaiting() {
    this.#widths ??= this.#begin();
    for (const row of this.#waiting) this.#draw(row);
    this.#waiting = [];
  }

  /** Draws the head. */
  #begin(): number[] {
    const rows = [...(this.#head ? [this.#head] : []), ...this.#waiting].map((row) =>
      row.map(({ blocks }) => blockWidths(blocks, this.#fonts)),
    );
    const gaps = GAP * Math.max(0, ...rows.map((row) => row.length - 1));
    const widths = columnWidths(rows, CONTENT - gaps, this.#fill);
    this.#widths = widths;
    const head = this.#head;
    if (head) {
      const pieces = this.#pieces(head);
      const height = heightOf(pieces);
      // A head alone at the end of a page heads nothing.
      this.#flow.need(height + 30);
      this.#drawPart(head, pieces, true);
      this.#flow.onNextPage = () => {
        this.#flow.document.artifact(() => {
          this.#each(pieces, (piece, x, y) => piece.draw(this.#flow.document, x, y));
        });
        this.#flow.y += height;
      };
    }
    return widths;
  }

  #draw(cells: readonly Cell[]) {
    let pieces = this.#pieces(cells);
    const height = heightOf(pieces);
    if (height <= ROOM - 2 * PADDING - 40) this.#flow.need(height);
    for (;;) {
      const left = this.#flow.left;
      const fitting = pieces.map((of) => thatFit(of, left - 2 * PADDING));
      const rest = pieces.map((of, n) => of.slice(fitting[n]?.length));
      const isWhole = rest.every((of) => of.length === 0);
      const isStuck = fitting.every((of) => of.length === 0) && !isWhole;
      if (!isStuck) this.#drawPart(cells, fitting, false);
      if (isWhole) return;
      pieces = rest;
      this.#flow.nextPage();
    }
  }

  #drawPart(cells: readonly Cell[], pieces: readonly Piece[][], isHead: boolean) {
    const { document } = this.#flow;
    const height = heightOf(pieces);
    if (!isHead) {
      const { y } = this.#flow;
      document.artifact((canvas) =>
        canvas.line(PAGE.margin, y, PAGE.margin + this.#width, y, { color: color('line'), width: 0.5 }),
      );
    }
    document.open('TR');
    this.#each(
      pieces,
      (piece, x, y) => piece.draw(document, x, y),
      (n, draw) => {
        const tag = isHead || cells[n]?.isHead ? 'TH' : 'TD';
        document.open(tag, tag === 'TD' ? undefined : HEADS[isHead ? 'column' : 'row']);
        document.content(draw);
        document.close();
      },
    );
    document.close();
    this.#flow.y += height;
  }

  #each(
    pieces: readonly Piece[][],
    draw: (piece: Piece, x: number, y: number) => void,
    cell: (n: number, draw: () => void) => void = (_, draw) => draw(),
  ) {
    let x = PAGE.margin;
    pieces.forEach((of, n) => {
      cell(n, () => {
        let y = this.#flow.y + PADDING;
        for (const piece of of) {
          draw(piece, x, y);
          y += piece.height;
        }
      });
      x += (this.#widths?.[n] ?? 0) + GAP;
    });
  }

  #pieces = (cells: readonly Cell[]): Piece[][] =>
    cells.map(({ blocks }, n) => piecesOf(blocks, this.#widths?.[n] ?? 0, this.#fonts));

  get #width(): number {
    const widths = this.#widths ?? [];
    return widths.reduce((sum, width) => sum + width, GAP * Math.max(0, widths.length - 1));
  }
}

const sum = (pieces: readonly Piece[]) => pieces.reduce((height, piece) => height + piece.height, 0);
const heightOf = (cells: readonly Piece[][]) => Math.max(0, ...cells.map(sum)) + 2 * PADDING;

function thatFit(pieces: readonly Piece[], height: number): Piece[] {
  let used = 0;
  const beyond = pieces.findIndex((piece) => {
    used += piece.height;
    return used > height;
  });
  return beyond < 0 ? [...pieces] : pieces.slice(0, beyond);
}
