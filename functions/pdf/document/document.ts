// functions/pdf/document/document.ts: a tagged PDF 1.7, page by page, with bookmarks and links. In memory are a page, what is open, and a
// few bytes for each object.
import type { FontFamily } from '../font/font-family.ts';
import { ObjectWriter } from '../syntax/object-writer.ts';
import { date, real, reference, textString } from '../syntax/values.ts';
import { Canvas } from './canvas.ts';
import { metadata } from './metadata.ts';
import { destination, Outline, type Place } from './outline.ts';
import { Structure, type Tag } from './structure.ts';

export interface DocumentOptions {
  title: string;
  /** Such as `en`. */
  language: string;
  /** ISO 8601 in UTC. */
  madeAt: string;
  /** The program, and its version. */
  producer: string;
  /** Of a page, in points. */
  size: { width: number; height: number };
  fonts: FontFamily;
  /** Draws what is on every page, once the rest is. @param page from 1 */
  frame(canvas: Canvas, document: PdfDocument, page: number): void;
}

export class PdfDocument {
  readonly #options: DocumentOptions;
  readonly #objects = new ObjectWriter();
  readonly #structure = new Structure(this.#objects);
  readonly #outline = new Outline();
  readonly #tree = this.#objects.reserve();
  readonly #resources = this.#objects.reserve();
  readonly #pages: number[] = [];
  readonly #places = new Map<string, Place>();
  #page: { id: number; canvas: Canvas; links: number[] };

  constructor(options: DocumentOptions) {
    this.#options = options;
    this.#page = this.#begin();
    this.#structure.open('Document');
  }

  get canvas(): Canvas {
    return this.#page.canvas;
  }

  nextPage(): void {
    this.#endPage();
    this.#page = this.#begin();
  }

  /** What is drawn meanwhile is in an element. @param entries of its dictionary */
  element(tag: Tag, draw: () => void, entries?: string): void {
    this.open(tag, entries);
    draw();
    this.close();
  }

  open(tag: Tag, entries?: string): void {
    this.#structure.open(tag, entries);
  }

  close(): void {
    this.#structure.close();
  }

  /** What is drawn meanwhile, on this page, is the content of the element that is open. */
  content(draw: (canvas: Canvas) => void): void {
    const { canvas, id } = this.#page;
    const { tag, mark } = this.#structure.mark(id);
    canvas.beginMark(tag, mark);
    draw(canvas);
    canvas.endMark();
  }

  /** What is drawn meanwhile is said elsewhere, or nothing. */
  artifact(draw: (canvas: Canvas) => void): void {
    this.canvas.beginMark('Artifact', 'artifact');
    draw(this.canvas);
    this.canvas.endMark();
  }

  bookmark(title: string, level: number, y: number): void {
    this.#outline.add(title, level, this.#place(y));
  }

  /** Links lead here by its name. */
  anchor(name: string, y: number): void {
    this.#places.set(name, this.#place(y));
  }

  /** To an anchor that is, or will be. */
  link(name: string, x: number, y: number, width: number, height: number): void {
    const bottom = this.#options.size.height - y - height;
    const box = [x, bottom, x + width, bottom + height].map(real).join(' ');
    const body = `<</Type/Annot/Subtype/Link/Rect[${box}]/Border[0 0 0]/F 4/Dest${nameString(name)}>>`;
    this.#page.links.push(this.#objects.write(body));
  }

  /** The part of the file that was made since the last time, in ASCII. */
  take(): string {
    return this.#objects.take();
  }

  /** The rest is to be taken. */
  end(): void {
    this.#endPage();
    const { title, language, madeAt, producer, size, fonts } = this.#options;
    const kids = this.#pages.map(reference).join(' ');
    const box = `/MediaBox[0 0 ${real(size.width)} ${real(size.height)}]`;
    this.#objects.write(`<</Type/Pages/Count ${this.#pages.length}/Kids[${kids}]${box}>>`, this.#tree);
    this.#objects.write(`<</Font<<${fonts.write(this.#objects)}>>>>`, this.#resources);
    const about = this.#objects.stream(metadata({ title, language, madeAt, producer }), '/Type/Metadata/Subtype/XML');
    const structure = this.#structure.end();
    const outline = this.#outline.write(this.#objects);
    const names = this.#objects.write(`<</Names[${this.#destinations()}]>>`);
    const root = this.#objects.write(
      `<</Type/Catalog/Version/1.7/Pages ${reference(this.#tree)}/Lang ${textString(language)}/MarkInfo<</Marked true>>/StructTreeRoot ${reference(structure)}/Outlines ${reference(outline)}/PageMode/UseOutlines/ViewerPreferences<</DisplayDocTitle true>>/Names<</Dests ${reference(names)}>>/Metadata ${reference(about)}>>`,
    );
    const made = date(madeAt);
    const info = this.#objects.write(
      `<</Title ${textString(title)}/Producer ${textString(producer)}/Creator ${textString(producer)}/CreationDate${made}/ModDate${made}>>`,
    );
    this.#objects.end(root, info);
  }

  #begin() {
    const id = this.#objects.reserve();
    this.#pages.push(id);
    return { id, canvas: new Canvas(this.#options.size.height), links: [] };
  }

  #endPage() {
    const { id, canvas, links } = this.#page;
    this.artifact(() => this.#options.frame(canvas, this, this.#pages.length));
    const content = this.#objects.stream(canvas.content);
    const annotations = links.length === 0 ? '' : `/Annots[${links.map(reference).join(' ')}]`;
    const key = this.#structure.endPage();
    this.#objects.write(
      `<</Type/Page/Parent ${reference(this.#tree)}/Resources ${reference(this.#resources)}/Contents ${reference(content)}/StructParents ${key}/Tabs/S${annotations}>>`,
      id,
    );
  }

  #place = (y: number): Place => ({ page: this.#page.id, y: this.#options.size.height - y });

  #destinations(): string {
    return [...this.#places]
      .map(([name, place]) => [nameString(name), destination(place)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map((pair) => pair.join(''))
      .join('');
  }
}

const nameString = (name: string) => `<${Buffer.from(name).toString('hex')}>`;
