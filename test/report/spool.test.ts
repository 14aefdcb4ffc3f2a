import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { Spool } from '../../functions/report/spool/spool.ts';
import { TemporaryFile } from '../../functions/report/spool/temporary-file.ts';

/** Other programs and tests make directories there meanwhile. */
const ours = async () => (await readdir(tmpdir())).filter((name) => /^restore-ledger-[\da-f-]{36}$/.test(name));

describe('text put aside', () => {
  test.each([0, 3, 4_000])('comes back as it was: %d times a line', async (lines) => {
    await using spool = new Spool();
    const expected: string[] = [];
    for (let line = 0; line < lines; line++) {
      const text = `${line}: ${'–€𝄞'.repeat(300)}\n`;
      expected.push(text);
      await spool.write(text);
    }
    expect((await listOf(spool.read())).join('') === expected.join('')).toBe(true);
  });

  test('has no name that another process could open', async () => {
    const before = await ours();
    await using spool = new Spool();
    for (let n = 0; n < 3; n++) await spool.write('x'.repeat(1_000_000));
    expect(await ours()).toEqual(before);
    expect((await listOf(spool.read())).join('')).toHaveLength(3_000_000);
  });

  test('is read back from any place of a file', async () => {
    await using file = await TemporaryFile.open();
    const texts = ['first', '–€𝄞', '', 'last'];
    const extents = [];
    for (const text of texts) extents.push(await file.append(text));
    for (const [index, extent] of [...extents.entries()].reverse()) expect(await file.read(extent)).toBe(texts[index]);
  });

  test('says where there is no room for it', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = '/nowhere/at/all';
    await expect(TemporaryFile.open()).rejects.toThrow(
      "a temporary file can't be written: ENOENT: make room in /nowhere/at/all, or name another directory with TMPDIR",
    );
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
});
