// functions/report/pdf/flow.ts: how far the pages are filled: what does not fit goes to the next.
import type { PdfDocument } from '../../pdf/document/document.ts';
import type { Tag } from '../../pdf/document/structure.ts';
import type { Piece } from './lines.ts';
import { PAGE } from './look.ts';

const BOTTOM = PAGE.height - PAGE.bottom;
export const ROOM = BOTTOM - PAGE.top;

export class Flow {
  readonly document: PdfDocument;
  /** Where the next goes, in points from the top. */
  y = PAGE.top;
  /** Of the page: it is drawn first on each that begins. */
  onNextPage: (() => void) | undefined;

  constructor(document: PdfDocument) {
    this.document = document;
  }

  get left(): number {
    return BOTTOM - this.y;
  }

  get isAtTop(): boolean {
    return this.y === PAGE.top;
  }

  nextPage(): void {
    this.document.nextPage();
    this.y = PAGE.top;
    this.onNextPage?.();
  }

  /** Goes to the next page where there is less. */
  need(height: number): void {
    if (this.left < height && !this.isAtTop) this.nextPage();
  }

  /** Nothing at the top of a page. */
  space(height: number): void {
    if (!this.isAtTop) this.y += Math.min(height, Math.max(0, this.left));
  }

  /** Pieces below each other, as the content of an element, or of none. */
  put(pieces: readonly Piece[], tag: Tag | 'artifact', x = PAGE.margin): void {
    if (tag !== 'artifact') this.document.open(tag);
    let next = 0;
    while (next < pieces.length) {
      this.need(pieces[next]?.height ?? 0);
      const begin = next;
      let height = 0;
      do height += pieces[next++]?.height ?? 0;
      while (next < pieces.length && height + (pieces[next]?.height ?? 0) <= this.left);
      const draw = () => {
        for (const piece of pieces.slice(begin, next)) {
          piece.draw(this.document, x, this.y);
          this.y += piece.height;
        }
      };
      if (tag === 'artifact') this.document.artifact(draw);
      else this.document.content(draw);
    }
    if (tag !== 'artifact') this.document.close();
  }
}
