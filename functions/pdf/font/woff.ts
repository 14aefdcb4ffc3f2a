// functions/pdf/font/woff.ts: the tables of a font in a WOFF file (version 1), and the font file that a PDF holds.
import { inflateSync } from 'node:zlib';

export type Tables = ReadonlyMap<string, Buffer>;

/** What a PDF reader needs to draw glyphs by their numbers. */
const KEPT = ['cvt ', 'fpgm', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp', 'prep'];
const TRUE_TYPE = 0x00_01_00_00;

/** @throws Error for another kind of file, and for fonts without TrueType outlines */
export function tablesOf(woff: Buffer): Tables {
  if (woff.toString('latin1', 0, 4) !== 'wOFF' || woff.readUInt32BE(4) !== TRUE_TYPE)
    throw new Error('expected a WOFF 1 file of a TrueType font');
  const tables = new Map<string, Buffer>();
  for (let n = 0, at = 44; n < woff.readUInt16BE(12); n++, at += 20) {
    const [offset, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(at + field)) as [
      number,
      number,
      number,
    ];
    const data = woff.subarray(offset, offset + packed);
    tables.set(woff.toString('latin1', at, at + 4), packed < length ? inflateSync(data) : data);
  }
  return tables;
}

export function fontFile(tables: Tables): Buffer {
  const kept = KEPT.flatMap((tag) => {
    const data = tables.get(tag);
    return data ? [{ tag, data }] : [];
  });
  const power = 2 ** Math.floor(Math.log2(kept.length));
  const head = Buffer.alloc(12 + 16 * kept.length);
  head.writeUInt32BE(TRUE_TYPE, 0);
  head.writeUInt16BE(kept.length, 4);
  head.writeUInt16BE(power * 16, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE(kept.length * 16 - power * 16, 10);
  const parts = [head];
  let at = head.length;
  kept.forEach(({ tag, data }, n) => {
    const padded = Buffer.alloc(Math.ceil(data.length / 4) * 4);
    data.copy(padded);
    const entry = 12 + 16 * n;
    head.write(tag, entry, 'latin1');
    head.writeUInt32BE(checksum(padded), entry + 4);
    head.writeUInt32BE(at, entry + 8);
    head.writeUInt32BE(data.length, entry + 12);
    parts.push(padded);
    at += padded.length;
  });
  return Buffer.concat(parts);
}

function checksum(padded: Buffer): number {
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32BE(at)) >>> 0;
  return sum;
}
