// test/pdf/read-pdf.ts: a PDF as a reader finds it, from the end: its objects by their table, and the text of its pages.
import { inflateSync } from 'node:zlib';

export interface ReadPdf {
  /** By id. */
  objects: ReadonlyMap<number, string>;
  /** The lines of each page, in the order in which they are drawn, each a run of characters. */
  pages: readonly (readonly string[])[];
  /** Of all pages: one text, words that were drawn apart with a space between them. */
  text: string;
  /** What the structure calls its elements. */
  tags: readonly string[];
  bookmarks: readonly string[];
  /** That links name, and that are there. */
  links: ReadonlySet<string>;
  destinations: ReadonlySet<string>;
}

/** @throws Error where the table leads elsewhere than to an object of that number */
export function readPdf(file: string): ReadPdf {
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1]);
  const streamAt = (at: number) => {
    const match = /^(\d+) 0 obj\n<<([\s\S]*?)>>stream\n([\s\S]*?)\nendstream\nendobj\n/.exec(file.slice(at));
    if (!match) throw new Error(`no stream at ${at}`);
    const [, id, entries = '', data = ''] = match;
    if (Number(/\/Length (\d+)$/.exec(entries)?.[1]) !== data.length) throw new Error(`object ${id}: another length`);
    return { id: Number(id), entries, data: inflateSync(decoded85(data)) };
  };
  const table = streamAt(start);
  const objects = new Map<number, string>();
  const streams = new Map<number, Buffer>();
  const rows = Array.from({ length: table.data.length / 7 }, (_, id) => ({
    type: table.data.readUInt8(id * 7),
    at: table.data.readUInt32BE(id * 7 + 1),
    number: table.data.readUInt16BE(id * 7 + 5),
  }));
  rows.forEach(({ type, at }, id) => {
    if (type !== 1) return;
    const stream = streamAt(at);
    if (stream.id !== id) throw new Error(`${at} is the place of ${stream.id}, not of ${id}`);
    objects.set(id, stream.entries);
    streams.set(id, stream.data);
  });
  const inStreams = new Map<number, { ids: number[]; texts: string[] }>();
  rows.forEach(({ type, at: stream, number }, id) => {
    if (type !== 2) return;
    let found = inStreams.get(stream);
    if (!found) {
      const all = streams.get(stream)?.toString('latin1') ?? '';
      const first = Number(/\/First (\d+)/.exec(objects.get(stream) ?? '')?.[1]);
      const numbers = all.slice(0, first).trim().split(' ').map(Number);
      const begins = numbers.filter((_, n) => n % 2 === 1);
      const texts = begins.map((begin, n) => all.slice(first + begin, first + (begins[n + 1] ?? all.length - first)));
      found = { ids: numbers.filter((_, n) => n % 2 === 0), texts: texts.map((text) => text.trimEnd()) };
      inStreams.set(stream, found);
    }
    if (found.ids[number] !== id) throw new Error(`object ${id} is not in stream ${stream}`);
    objects.set(id, found.texts[number] ?? '');
  });
  const object = (id: number | string | undefined) => objects.get(Number(id)) ?? '';
  const referred = (key: string, text: string) => new RegExp(`/${key} (\\d+) 0 R`).exec(text)?.[1];
  const root = object(referred('Root', table.entries));
  const tree = object(referred('Pages', root));
  const pages = [...(/\/Kids\[([^\]]*)\]/.exec(tree)?.[1] ?? '').matchAll(/(\d+) 0 R/g)].map(([, id]) => {
    const page = object(id);
    const maps = new Map(
      [...object(referred('Resources', page)).matchAll(/\/([RB]\d+) (\d+) 0 R/g)].map(([, name = '', font]) => [
        name,
        unicodeOf(streams.get(Number(referred('ToUnicode', object(font))))?.toString() ?? ''),
      ]),
    );
    const content = streams.get(Number(referred('Contents', page)))?.toString('latin1') ?? '';
    return [...content.matchAll(/BT\/(\w+) [^<]*<([0-9a-f]*)>Tj/g)].map(([, font = '', hex = '']) =>
      (hex.match(/.{4}/g) ?? []).map((glyph) => maps.get(font)?.get(glyph) ?? `(no character for ${glyph})`).join(''),
    );
  });
  const all = [...objects.values()];
  const strings = (pattern: RegExp) =>
    all.flatMap((text) => [...text.matchAll(pattern)].map(([, hex = '']) => Buffer.from(hex, 'hex')));
  return {
    objects,
    pages,
    text: pages.flat().join(' ').replaceAll(/ +/g, ' '),
    tags: all.flatMap((text) => /^<<\/S\/(\w+)/.exec(text)?.[1] ?? []),
    bookmarks: strings(/^<<\/Title <feff([0-9a-f]*)>\/Parent/g).map((title) => title.swap16().toString('utf16le')),
    links: new Set(strings(/\/Subtype\/Link.*\/Dest<([0-9a-f]*)>/g).map(String)),
    destinations: new Set(strings(/<([0-9a-f]*)>\[\d+ 0 R\/XYZ/g).map(String)),
  };
}

const unicodeOf = (map: string) =>
  new Map(
    [...map.matchAll(/^<([0-9a-f]{4})><([0-9a-f]{4})>$/gm)].map(([, glyph = '', code = '']) => [
      glyph,
      String.fromCodePoint(Number.parseInt(code, 16)),
    ]),
  );

/** As the specification has it (ISO 32000-1, 7.4.3), and not as what writes it does. */
export function decoded85(text: string): Buffer {
  if (!text.endsWith('~>')) throw new Error('no end of data');
  const digits = text.slice(0, -2).replaceAll('z', '!!!!!');
  const bytes: number[] = [];
  for (let at = 0; at < digits.length; at += 5) {
    const group = digits.slice(at, at + 5);
    const value = [...group.padEnd(5, 'u')].reduce((sum, digit) => sum * 85 + digit.charCodeAt(0) - 33, 0);
    for (let n = 0; n < group.length - 1; n++) bytes.push(Math.floor(value / 256 ** (3 - n)) % 256);
  }
  return Buffer.from(bytes);
}
