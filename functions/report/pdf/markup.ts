// functions/report/pdf/markup.ts: the report's HTML as it comes, taken apart: what encloses opens and closes, and what is laid out as one
// comes as one.
import { Parser } from 'htmlparser2';

export interface Element {
  name: string;
  classes: ReadonlySet<string>;
  attributes: Readonly<Record<string, string>>;
  children: (Element | string)[];
}

export interface MarkupHandler {
  /** Of an element that encloses others; what is in it comes next. */
  open(element: Element): void;
  close(element: Element): void;
  /** An element with all that is in it. */
  unit(element: Element): void;
}

const ENCLOSING = new Set(['html', 'body', 'main', 'section', 'div', 'table', 'thead', 'tbody', 'ul', 'details']);
/** Looks like these, but is laid out as one. */
const AS_ONE = ['verdict', 'legend'];
/** Of no use on paper: bookmarks lead to sections, and all is unfolded. */
const NOT_SHOWN = new Set(['head', 'nav', 'summary']);

export class Markup {
  readonly #handler: MarkupHandler;
  readonly #enclosing: Element[] = [];
  /** Of a unit that is under way: it, and what is open in it. */
  #unit: Element[] = [];
  /** Text that is in no unit: it may come in pieces. */
  #loose = '';
  readonly #parser = new Parser({
    onopentag: (name, attributes) => this.#open(name, attributes),
    ontext: (text) => this.#text(text),
    onclosetag: () => this.#close(),
  });

  constructor(handler: MarkupHandler) {
    this.#handler = handler;
  }

  write(markup: string): void {
    this.#parser.write(markup);
  }

  end(): void {
    this.#parser.end();
    this.#endLoose();
  }

  #open(name: string, attributes: Record<string, string>) {
    const classes = new Set((attributes.class ?? '').split(' ').filter(Boolean));
    const element: Element = { name, classes, attributes, children: [] };
    const parent = this.#unit.at(-1);
    if (!parent) this.#endLoose();
    if (parent) {
      parent.children.push(element);
      this.#unit.push(element);
    } else if (ENCLOSING.has(name) && !AS_ONE.some((one) => classes.has(one))) {
      this.#enclosing.push(element);
      this.#handler.open(element);
    } else this.#unit.push(element);
  }

  #text(text: string) {
    const parent = this.#unit.at(-1);
    if (parent) parent.children.push(text);
    else this.#loose += text;
  }

  #endLoose() {
    const text = this.#loose;
    this.#loose = '';
    if (text.trim() !== '') this.#handler.unit({ name: 'p', classes: new Set(), attributes: {}, children: [text] });
  }

  #close() {
    const element = this.#unit.pop();
    if (!element) {
      this.#endLoose();
      const enclosing = this.#enclosing.pop();
      if (enclosing) this.#handler.close(enclosing);
    } else if (this.#unit.length === 0 && !NOT_SHOWN.has(element.name)) this.#handler.unit(element);
  }
}

export const isElement = (node: Element | string): node is Element => typeof node !== 'string';

export const textOf = (node: Element | string): string => (isElement(node) ? node.children.map(textOf).join('') : node);

/** Those of it that are elements, at any depth, and fit. */
export function elementsOf(node: Element, fits: (element: Element) => boolean): Element[] {
  return node.children
    .filter(isElement)
    .flatMap((child) => [...(fits(child) ? [child] : []), ...elementsOf(child, fits)]);
}
