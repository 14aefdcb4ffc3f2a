// functions/pdf/syntax/object-writer.ts: the objects of a PDF 1.7 file, written as they come: of what was written, it keeps only where
// it is. The file is all ASCII, so it goes wherever text goes.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { ascii85 } from './ascii85.ts';
import { reference } from './values.ts';

/** In one compressed stream. */
const OBJECTS_A_STREAM = 200;
const FILTERS = '/Filter[/ASCII85Decode/FlateDecode]';

export class ObjectWriter {
  #out: string[] = [];
  #at = 0;
  #ids = 0;
  /** By id: where an object is in the file; of one in a stream, 0, and then its stream and its number there. */
  #offsets = new Float64Array(1_024);
  #streams = new Uint32Array(1_024);
  #numbers = new Uint8Array(1_024);
  #waiting: { id: number; text: string }[] = [];
  readonly #hash = createHash('sha256');

  constructor() {
    this.#put('%PDF-1.7\n');
  }

  reserve(): number {
    this.#ids += 1;
    if (this.#ids >= this.#offsets.length) this.#grow();
    return this.#ids;
  }

  /** @param text of the object @returns its id */
  write(text: string, id = this.reserve()): number {
    this.#waiting.push({ id, text });
    if (this.#waiting.length >= OBJECTS_A_STREAM) this.#writeWaiting();
    return id;
  }

  /** @param entries of its dictionary, beside its length and filters @returns its id */
  stream(data: Uint8Array | string, entries = '', id = this.reserve()): number {
    const encoded = ascii85(deflateSync(data));
    this.#offsets[id] = this.#at;
    this.#put(`${id} 0 obj\n<<${entries}${FILTERS}/Length ${encoded.length}>>stream\n${encoded}\nendstream\nendobj\n`);
    return id;
  }

  /** What was written since the last time. */
  take(): string {
    const text = this.#out.join('');
    this.#out = [];
    return text;
  }

  /** The end of the file. Its identifier is a digest of what comes before, so that the same report has the same. */
  end(root: number, info: number): void {
    this.#writeWaiting();
    const id = this.reserve();
    const at = this.#at;
    this.#offsets[id] = at;
    const rows = Buffer.alloc((this.#ids + 1) * 7);
    for (let n = 1; n <= this.#ids; n++) {
      const stream = this.#streams[n] ?? 0;
      const offset = this.#offsets[n] ?? 0;
      if (stream === 0 && offset === 0) throw new Error(`object ${n} was reserved and never written`);
      rows.writeUInt8(stream === 0 ? 1 : 2, n * 7);
      rows.writeUInt32BE(stream === 0 ? offset : stream, n * 7 + 1);
      rows.writeUInt16BE(stream === 0 ? 0 : (this.#numbers[n] ?? 0), n * 7 + 5);
    }
    rows.writeUInt16BE(65_535, 5);
    const digest = this.#hash.copy().digest('hex').slice(0, 32);
    const entries = `/Type/XRef/Size ${this.#ids + 1}/W[1 4 2]/Root ${reference(root)}/Info ${reference(info)}/ID[<${digest}><${digest}>]`;
    this.stream(rows, entries, id);
    this.#put(`startxref\n${at}\n%%EOF\n`);
  }

  #writeWaiting() {
    if (this.#waiting.length === 0) return;
    const id = this.reserve();
    const heads: string[] = [];
    let at = 0;
    this.#waiting.forEach((object, number) => {
      heads.push(`${object.id} ${at}`);
      at += object.text.length + 1;
      this.#streams[object.id] = id;
      this.#numbers[object.id] = number;
    });
    const head = `${heads.join(' ')}\n`;
    const entries = `/Type/ObjStm/N ${this.#waiting.length}/First ${head.length}`;
    this.stream(Buffer.from(head + this.#waiting.map(({ text }) => `${text}\n`).join(''), 'latin1'), entries, id);
    this.#waiting = [];
  }

  #put(text: string) {
    this.#out.push(text);
    this.#at += text.length;
    this.#hash.update(text);
  }

  #grow() {
    const length = this.#offsets.length * 2;
    const grown = <T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#offsets = grown(this.#offsets, new Float64Array(length));
    this.#streams = grown(this.#streams, new Uint32Array(length));
    this.#numbers = grown(this.#numbers, new Uint8Array(length));
  }
}
