// functions/report/pdf/printer.ts: the report's HTML on pages.
import type { PdfDocument } from '../../pdf/document/document.ts';
import type { FontFamily } from '../../pdf/font/font-family.ts';
import { blocksOf, piecesOf } from './blocks.ts';
import { chartOf, flowOf, legendOf } from './charts.ts';
import { Flow } from './flow.ts';
import { linesOf, type Piece } from './lines.ts';
import { CONTENT, color, PAGE, TEXT } from './look.ts';
import { type Element, elementsOf, isElement, Markup, type MarkupHandler, textOf } from './markup.ts';
import { type Cell, Table } from './table.ts';

const SPACE = { h1: 0, h2: 14, h3: 9, p: 3 };
/** What follows a heading and has to be on its page, in points. */
const AFTER_HEADING = 64;
const INDENT = 10;
/** Of the legend of a drawing, which is on its page, in points. */
const BESIDE_DRAWING = 40;

export class Printer implements MarkupHandler {
  readonly #document: PdfDocument;
  readonly #fonts: FontFamily;
  readonly #flow: Flow;
  readonly #icons = new Map<string, Element>();
  readonly #markup = new Markup(this);
  #table: Table | undefined;
  #isHead = false;

  constructor(document: PdfDocument, fonts: FontFamily) {
    this.#document = document;
    this.#fonts = fonts;
    this.#flow = new Flow(document);
  }

  /** The next part of the HTML. */
  print(markup: string): void {
    this.#markup.write(markup);
  }

  end(): void {
    this.#markup.end();
  }

  open(element: Element): void {
    this.#anchor(element);
    if (element.name === 'section') this.#document.open('Sect');
    else if (element.name === 'ul') this.#document.open('L');
    else if (element.name === 'thead') this.#isHead = true;
    else if (element.name === 'table') {
      const fill = ['stack', 'pictured', 'ranks'].some((name) => element.classes.has(name));
      this.#table = new Table(this.#flow, this.#fonts, { fill });
    }
  }

  close({ name }: Element): void {
    if (name === 'section' || name === 'ul') this.#document.close();
    else if (name === 'thead') this.#isHead = false;
    else if (name === 'table') {
      this.#table?.end();
      this.#table = undefined;
    }
  }

  unit(element: Element): void {
    const { name, classes } = element;
    if (classes.has('shapes')) {
      for (const shape of elementsOf(element, (each) => each.name === 'symbol'))
        this.#icons.set(shape.attributes.id ?? '', shape);
    } else if (name === 'tr' && this.#table) {
      if (this.#isHead) this.#table.head(this.#cells(element));
      else this.#table.row(this.#cells(element));
    } else if (name === 'h1' || name === 'h2' || name === 'h3') this.#heading(element, name);
    else if (classes.has('verdict')) this.#verdict(element);
    else if (name === 'dl') this.#facts(element);
    else if (name === 'li') this.#item(element);
    else if (classes.has('legend')) this.#drawing(legendOf(element, CONTENT, this.#fonts));
    else if (classes.has('chart')) this.#drawing([chartOf(element, CONTENT, this.#fonts)]);
    else if (classes.has('flow')) this.#drawing([flowOf(element, CONTENT, this.#fonts)]);
    else if (!classes.has('hidden')) this.#paragraph(element);
  }

  #paragraph(element: Element) {
    const isCaption = element.name === 'caption';
    this.#flow.space(SPACE.p);
    if (isCaption) this.#flow.need(AFTER_HEADING);
    this.#flow.put(this.#pieces(element), isCaption ? 'Caption' : 'P');
  }

  #heading(element: Element, name: 'h1' | 'h2' | 'h3') {
    this.#flow.space(SPACE[name]);
    this.#flow.need(AFTER_HEADING);
    this.#anchor(element);
    if (name !== 'h1') this.#document.bookmark(textOf(element).trim(), name === 'h2' ? 1 : 2, this.#flow.y);
    this.#flow.put(this.#pieces(element), name === 'h1' ? 'H1' : name === 'h2' ? 'H2' : 'H3');
    this.#flow.y += 2;
  }

  #item(element: Element) {
    const [bullet] = linesOf([{ text: '•', look: TEXT }], CONTENT, this.#fonts);
    const pieces = piecesOf(blocksOf(element, this.#icons), CONTENT - INDENT, this.#fonts);
    this.#flow.need(pieces[0]?.height ?? 0);
    const { y } = this.#flow;
    this.#document.open('LI');
    this.#document.artifact(() => bullet?.draw(this.#document, PAGE.margin, y));
    this.#flow.put(pieces, 'LBody', PAGE.margin + INDENT);
    this.#document.close();
    this.#flow.y += 1.5;
  }

  /** In a box of its colour. */
  #verdict(element: Element) {
    const tone = ['ok', 'bad', 'wait'].find((each) => element.classes.has(each)) ?? 'wait';
    const parts = element.children.filter(isElement).map((part) => ({ part, pieces: this.#pieces(part) }));
    const height = parts.reduce((sum, { pieces }) => sum + heightOf(pieces), 16);
    this.#flow.space(SPACE.h2);
    this.#flow.need(height);
    const { y } = this.#flow;
    this.#document.artifact((canvas) => {
      const shown = Math.min(height, this.#flow.left);
      canvas.rect(PAGE.margin, y, CONTENT, shown, color(`tint-${tone}`));
      canvas.rect(PAGE.margin, y, 4, shown, color(tone));
    });
    this.#flow.y += 7;
    this.#document.open('Sect');
    for (const { part, pieces } of parts) {
      if (part.name === 'h2') this.#document.bookmark(textOf(part).trim(), 1, this.#flow.y);
      this.#flow.put(pieces, part.name === 'h2' ? 'H2' : 'P', PAGE.margin + 14);
    }
    this.#document.close();
    this.#flow.y += 14;
  }

  /** A few numbers beside each other, each below its title. */
  #facts(element: Element) {
    const facts = element.children.filter(isElement).map((fact) => fact.children.filter(isElement));
    const width = CONTENT / Math.max(1, facts.length);
    const height = 38;
    this.#flow.need(height);
    const { y } = this.#flow;
    this.#document.open('L');
    facts.forEach(([title, value], n) => {
      const x = PAGE.margin + n * width;
      const tone = ['bad', 'wait'].find((each) => value?.classes.has(each)) ?? 'text';
      this.#document.artifact((canvas) => {
        const stroke = { color: color('line'), width: 0.5 };
        canvas.path([['M', x, y], ['L', x + width, y], ['L', x + width, y + height], ['L', x, y + height], ['Z']], {
          stroke,
        });
      });
      this.#document.open('LI');
      this.#document.open('LBody');
      this.#document.content(() => {
        const [name] = this.#line(title, { ...TEXT, size: 7, color: color('soft') });
        const [number] = this.#line(value, { ...TEXT, size: 14, weight: 'bold', color: color(tone) });
        name?.draw(this.#document, x + 8, y + 5);
        number?.draw(this.#document, x + 8, y + 14);
      });
      this.#document.close();
      this.#document.close();
    });
    this.#document.close();
    this.#flow.y += height + 4;
  }

  #line = (element: Element | undefined, look: typeof TEXT) =>
    linesOf([{ text: element ? textOf(element) : '', look }], Number.POSITIVE_INFINITY, this.#fonts);

  #drawing(pieces: readonly Piece[]) {
    this.#flow.space(4);
    this.#flow.need(heightOf(pieces) + BESIDE_DRAWING);
    this.#flow.put(pieces, 'artifact');
    this.#flow.space(4);
  }

  #cells(row: Element): Cell[] {
    return row.children.filter(isElement).map((cell) => ({
      blocks: blocksOf(cell, this.#icons, this.#isHead ? { ...TEXT, size: 7, color: color('soft') } : TEXT),
      isHead: cell.name === 'th',
    }));
  }

  #pieces = (element: Element): Piece[] => piecesOf(blocksOf(element, this.#icons), CONTENT, this.#fonts);

  #anchor({ attributes: { id } }: Element) {
    if (id !== undefined) this.#document.anchor(id, this.#flow.y);
  }
}

const heightOf = (pieces: readonly Piece[]) => pieces.reduce((sum, { height }) => sum + height, 0);
