import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ascii85 } from '../../functions/pdf/syntax/ascii85.ts';
import { ObjectWriter } from '../../functions/pdf/syntax/object-writer.ts';
import { decoded85, readPdf } from './read-pdf.ts';

test('any bytes are printable characters, and the same bytes again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 9 }), (data, zeros) => {
      const bytes = Buffer.concat([data, Buffer.alloc(zeros), data]);
      const text = ascii85(bytes);
      expect(text).toMatch(/^[!-uz]*~>$/);
      expect(decoded85(text)).toEqual(bytes);
    }),
  );
});

test('every one of thousands of objects is where the table says', () => {
  const writer = new ObjectWriter();
  const root = writer.write('<</Type/Catalog>>');
  let file = '';
  const ids = Array.from({ length: 3_000 }, (_, n) => {
    const id = n % 7 === 0 ? writer.stream(`stream ${n}`, `/N ${n}`) : writer.write(`<</N ${n}>>`);
    if (n % 100 === 0) file += writer.take();
    return id;
  });
  writer.end(root, root);
  file += writer.take();
  const { objects } = readPdf(file);
  for (const [n, id] of ids.entries()) expect(objects.get(id)).toMatch(new RegExp(`/N ${n}(/|>)`));
  expect(Buffer.from(file).toString('latin1')).toBe(file);
});

test('an object that was promised and never written is an error, not a hole in the file', () => {
  const writer = new ObjectWriter();
  const root = writer.write('<</Type/Catalog>>');
  const promised = writer.reserve();
  expect(() => writer.end(root, root)).toThrow(`object ${promised} was reserved and never written`);
});
