// functions/pdf/document/structure.ts: what the content of a PDF is, for those who don't see it: headings, lists, tables. An element is
// written as soon as it is closed, so that only open ones are kept.
import type { ObjectWriter } from '../syntax/object-writer.ts';
import { reference } from '../syntax/values.ts';

export type Tag =
  | 'Document'
  | 'Sect'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'P'
  | 'L'
  | 'LI'
  | 'LBody'
  | 'Table'
  | 'TR'
  | 'TH'
  | 'TD'
  | 'Caption';

/** Of an element, further entries of its dictionary. */
export const HEADS = { column: '/A<</O/Table/Scope/Column>>', row: '/A<</O/Table/Scope/Row>>' } as const;

interface Element {
  id: number;
  tag: Tag;
  entries: string;
  kids: string[];
}

export class Structure {
  readonly #objects: ObjectWriter;
  readonly #root: number;
  readonly #open: Element[] = [];
  #kids: string[] = [];
  /** Of the page under way: the element of each mark. */
  #marks: number[] = [];
  /** Of each page: the object that has its marks. */
  readonly #pages: number[] = [];

  constructor(objects: ObjectWriter) {
    this.#objects = objects;
    this.#root = objects.reserve();
  }

  open(tag: Tag, entries = ''): void {
    this.#open.push({ id: this.#objects.reserve(), tag, entries, kids: [] });
  }

  close(): void {
    const element = this.#open.pop();
    if (!element) throw new Error('no element is open');
    const { id, tag, entries, kids } = element;
    const parent = this.#open.at(-1);
    const body = `<</S/${tag}/P ${reference(parent?.id ?? this.#root)}${entries}/K[${kids.join(' ')}]>>`;
    this.#objects.write(body, id);
    (parent?.kids ?? this.#kids).push(reference(id));
  }

  /** Content on a page belongs to the element that is open. @returns its mark */
  mark(page: number): { tag: Tag; mark: number } {
    const element = this.#open.at(-1);
    if (!element) throw new Error('no element is open');
    const mark = this.#marks.push(element.id) - 1;
    element.kids.push(`<</Type/MCR/Pg ${reference(page)}/MCID ${mark}>>`);
    return { tag: element.tag, mark };
  }

  /** @returns its key, which the page names */
  endPage(): number {
    this.#pages.push(this.#objects.write(`[${this.#marks.map(reference).join(' ')}]`));
    this.#marks = [];
    return this.#pages.length - 1;
  }

  /** @returns the id of the root */
  end(): number {
    while (this.#open.length > 0) this.close();
    const nums = this.#pages.map((id, page) => `${page} ${reference(id)}`).join(' ');
    const parents = this.#objects.write(`<</Nums[${nums}]>>`);
    const body = `<</Type/StructTreeRoot/K[${this.#kids.join(' ')}]/ParentTree ${reference(parents)}/ParentTreeNextKey ${this.#pages.length}>>`;
    return this.#objects.write(body, this.#root);
  }
}
