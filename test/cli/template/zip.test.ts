import { crc32, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ZipEntry, zip } from '../../../bin/template/zip.ts';

const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;

/** As a reader finds the files: from the end, by the central directory. */
function unzip(archive: Buffer) {
  const end = archive.length - END_BYTES;
  expect(archive.toString('latin1', end, end + 4)).toBe('PK\x05\x06');
  let at = archive.readUInt32LE(end + 16);
  return Array.from({ length: archive.readUInt16LE(end + 10) }, () => {
    expect(archive.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
    const [checksum = 0, packed = 0, size = 0] = [16, 20, 24].map((field) => archive.readUInt32LE(at + field));
    const nameLength = archive.readUInt16LE(at + 28);
    const mode = archive.readUInt32LE(at + 38) >>> 16;
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString('ascii', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength);
    const start = local + LOCAL_BYTES + nameLength;
    expect(archive.toString('latin1', local, local + 4)).toBe('PK\x03\x04');
    expect(archive.toString('ascii', local + LOCAL_BYTES, start)).toBe(name);
    expect([14, 18, 22].map((field) => archive.readUInt32LE(local + field))).toEqual([checksum, packed, size]);
    const content = inflateRawSync(archive.subarray(start, start + packed));
    expect([crc32(content), content.length]).toEqual([checksum, size]);
    at += CENTRAL_BYTES + nameLength;
    return { name, content: content.toString(), mode };
  });
}

const FILES: ZipEntry[] = [
  { name: 'index.mjs', content: Buffer.from('export const handler = () => 1;\n'.repeat(1_000)) },
  { name: 'chunks/a.mjs', content: Buffer.from('é') },
  { name: 'empty.txt', content: Buffer.alloc(0) },
];

test('holds every file, sorted, and readable by everyone', () => {
  expect(unzip(zip(FILES))).toEqual(
    ['chunks/a.mjs', 'empty.txt', 'index.mjs'].map((name) => ({
      name,
      content: FILES.find((file) => file.name === name)?.content.toString(),
      mode: 0o100644,
    })),
  );
});

test('is the same for the same files, in any order and at any time', () => {
  expect(zip(FILES.toReversed()).equals(zip(FILES))).toBe(true);
});
