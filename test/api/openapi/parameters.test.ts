// What the OpenAPI document says of a parameter is what the server takes: no more, and no less.
import { expect, test } from 'vitest';
import { openapi } from '../../../functions/api/openapi/openapi.ts';
import { testEngine } from '../../ledger/engines.ts';
import { violations } from '../json-schema.ts';
import { startService } from '../service.ts';

interface Parameter {
  name: string;
  in: string;
  schema: Record<string, unknown>;
}
interface Refusal {
  field?: string;
  detail?: string;
}
const paths = openapi().paths as unknown as Record<string, { get?: { parameters?: Parameter[] } }>;

const engine = testEngine();

const SAMPLES = [
  ...['', ' ', '\t', 'a', ' a ', 'x'.repeat(200), 'x'.repeat(201), `${' '.repeat(201)}a`, `a${' '.repeat(200)}`],
  ...['0d', '1d', '01d', '366d', '999d', '1440m', '99999w', '100000m', '7D', '-1d', '1.5h', '2026-11-23'],
  ...['2026-11-23T12:00:00Z', 'yesterday', 'next-week', '0', '1', '200', '201', '-1', '1.0', 'all', 'true', 'TRUE'],
  ...['a'.repeat(24), 'A'.repeat(24), 'a'.repeat(23), '123456789012', 'o-exampleorgid', 'o-EXAMPLEorgid'],
  ...['env=prod', 'env=', '=x', 'env*=x', ' env = prod ', 'FAILED', 'failed', 'csv', 'durationSeconds:desc'],
];

/** Of a text in an address, all that a client may have meant by it. */
const meant = (text: string): unknown[] => [
  text,
  ...(/^-?\d+$/.test(text) ? [Number(text)] : []),
  ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
];

test('what a parameter may be is the same in the document and to the server', async () => {
  await using service = await startService(engine);
  const differing: unknown[] = [];
  let compared = 0;
  for (const [path, { get }] of Object.entries(paths)) {
    if (path.includes('{') || path === '/evidence') continue; // a report for each
    for (const { name, in: place, schema } of get?.parameters ?? []) {
      if (place !== 'query') continue;
      for (const sample of SAMPLES) {
        const isDescribed = meant(sample)
          .map((value) => (schema.type === 'array' ? [value] : value))
          .some((value) => violations({}, schema, value).length === 0);
        const response = await service.get(`${path}?${new URLSearchParams({ [name]: sample })}`);
        const text = await response.text();
        const { field, detail = '' } = response.status === 400 ? (JSON.parse(text) as Refusal) : {};
        // For what it is in itself, not for what the ledger holds, or what it says along with others.
        const isRefused = field === name && /^expected .*, got /s.test(detail);
        if (isDescribed === isRefused) differing.push([path, name, sample.slice(0, 30), { isDescribed, isRefused }]);
        compared += 1;
      }
    }
  }
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(1_000);
});
