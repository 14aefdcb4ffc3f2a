// bin/template/zip.ts: ZIP archives that are equal where their files are, for Lambda. (PKWARE's APPNOTE.TXT 4.3)
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With slashes; ASCII. */
  readonly name: string;
  readonly content: Buffer;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const BY_UNIX = 3 << 8;
const DEFLATE = 8;
/** The first that the format can express: 1 January 1980. */
const DATE = (1 << 5) | 1;
/** A file that everyone may read: Lambda's user is not the owner. */
const MODE = 0o100644;

/** @param entries in any order */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, content } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const compressed = deflateRawSync(content, { level: 9 });
    const fileName = Buffer.from(name, 'ascii');
    const sizes = numbers(
      [4, crc32(content)],
      [4, compressed.length],
      [4, content.length],
      [2, fileName.length],
      [2, 0],
    );
    const common = [numbers([2, VERSION], [2, 0], [2, DEFLATE], [2, 0], [2, DATE]), sizes];
    const file = Buffer.concat([numbers([4, LOCAL_HEADER]), ...common, fileName, compressed]);
    const place = numbers([2, 0], [2, 0], [2, 0], [4, MODE * 2 ** 16], [4, offset]);
    directory.push(numbers([4, CENTRAL_HEADER], [2, BY_UNIX | VERSION]), ...common, place, fileName);
    files.push(file);
    offset += file.length;
  }
  const central = Buffer.concat(directory);
  const counts = numbers([2, entries.length], [2, entries.length], [4, central.length], [4, offset]);
  return Buffer.concat([...files, central, numbers([4, END], [2, 0], [2, 0]), counts, numbers([2, 0])]);
}

/** Little-endian. @param fields size in bytes, and value */
function numbers(...fields: readonly (readonly [2 | 4, number])[]): Buffer {
  return Buffer.concat(
    fields.map(([size, value]) => {
      const bytes = Buffer.alloc(size);
      bytes.writeUIntLE(value, 0, size);
      return bytes;
    }),
  );
}
