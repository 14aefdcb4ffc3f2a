// The report of a month where the ledger doesn't stand still.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { doneBy } from '../../functions/monthly/months.ts';
import { writeMonth } from '../../functions/monthly/write-month.ts';
import { pdfReport } from '../../functions/report/pdf/maker.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { checkedReport } from '../../functions/signing/report.ts';
import { localSigner } from '../../functions/signing/signer.ts';
import { DirectoryStore } from '../../local/anchors/directory-store.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, seen } from '../ledger/jobs.ts';
import { readPdf } from '../pdf/read-pdf.ts';

/** Created in 2023, as its id says: before the restores. */
const PROJECT = '650000000000000000000000';
const engine = testEngine();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'month-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A ledger to which somebody adds a restore whenever its scope is read: at the beginning of a report, and of a verification. */
function growing(ledger: Ledger): Ledger {
  let day = 0;
  const scope = async () => {
    day += 1;
    const requestedAt = `2026-10-0${day}T09:00:00.000Z`;
    await ledger.record(job({ projectId: PROJECT, jobId: idAt(requestedAt), requestedAt }), seen(0));
    return ledger.scope();
  };
  return new Proxy(ledger, {
    get(target, name) {
      if (name === 'scope') return scope;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('its formats are of one reading: a restore that is recorded meanwhile is in none of them, or in all', async () => {
  const { ledger: plain } = await engine.newTable();
  const ledger = growing(plain);
  const store = new DirectoryStore(directory);
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const signer = localSigner(key);
  const written = await writeMonth('2026-10', {
    ...{ ledger, store, signer, ledgerName: 'synthetic', objectives: NO_OBJECTIVES, pdf: pdfReport },
    ...{ madeAt: '2026-11-02T00:10:00.000Z', signal: new AbortController().signal },
  });
  expect(written).toMatchObject({ restores: 1 });
  const folder = join(directory, written.folder);
  const name = 'restore-evidence-2026-10-01-to-2026-11-01';
  expect((await readdir(folder)).sort()).toEqual(
    ['.html', '.json', '.pdf'].flatMap((ending) => [name + ending, `${name}${ending}.dsse.json`]),
  );
  const json = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
  const html = await readFile(join(folder, `${name}.html`), 'utf8');
  const [, restores] = /<dt>Restores<\/dt><dd[^>]*>(\d+)</.exec(html) ?? [];
  const pdf = readPdf(await readFile(join(folder, `${name}.pdf`), 'latin1'));
  expect([json.numbers.restores, Number(restores), pdf.text.match(/Restores (\d+) Failed/)?.[1]]).toEqual([1, 1, '1']);
  expect(html).toContain(idAt('2026-10-01T09:00:00Z'));
  for (const format of ['html', 'json', 'pdf']) {
    const envelope = await readFile(join(folder, `${name}.${format}.dsse.json`), 'utf8');
    const digest = createHash('sha256')
      .update(await readFile(join(folder, `${name}.${format}`)))
      .digest('hex');
    expect(checkedReport(envelope, digest, [await signer.publicKey()])).toMatchObject({ predicate: { restores: 1 } });
  }
});

test('a month is done by the signature that goes last, also one of before there was PDF', () => {
  const name = 'reports/2026-10/2026-11-02T00-10-00.000Z/restore-evidence-2026-10-01-to-2026-11-01';
  expect(['json', 'pdf', 'html'].map((format) => doneBy(`${name}.${format}.dsse.json`))).toEqual([
    ...['2026-10', undefined, undefined],
  ]);
});
