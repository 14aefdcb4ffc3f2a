import { expect, test } from 'vitest';
import { bars } from '../../../functions/views/html/pictures/bars.ts';
import { exitsOverTime } from '../../../functions/views/pictures/exits.ts';
import { lastMonths, spansOf } from '../../../functions/views/pictures/spans.ts';
import { type ProofFacts, withoutRestores } from '../../../functions/views/pictures/spans-without.ts';
import { idAt } from '../../ledger/jobs.ts';
import { cluster, coverage, FAILURE, known, ledger, list, NOW, PROJECT_ID, project } from '../../proof/facts.ts';

const AT = Date.parse(NOW);
const MONTHS = spansOf({ ...lastMonths(8, AT), until: '2027-01-01T00:00:00.000Z' }, 'month'); // April to December
const factsOf = (one: Parameters<typeof project>[0] = {}): ProofFacts => {
  const of = project(one);
  return { ...ledger(), projects: [{ ...of, clusters: of.clusters ?? [] }] };
};
/** A letter a month, the oldest first. */
const drawn = (facts: ProofFacts | undefined, of?: ReadonlySet<string>) =>
  MONTHS.map((span) => ({ none: '0', due: 'd', unknown: 'X', ahead: '.' })[withoutRestores(facts, span, AT, of)]).join(
    '',
  );

test('a month without restores is one where it is proven; this one is to be proven, and the next has not come', () =>
  expect(drawn(factsOf({ known: known({ firstSeenAt: '2026-03-01T00:00:00.000Z' }) }))).toBe('0000000d.'));

test('it is not known before the ledger began, nor where nothing was read, nor of a ledger without clusters', () => {
  expect(drawn(factsOf({ known: known({ firstSeenAt: '2026-07-15T00:00:00.000Z' }) }))).toBe('XXXX000d.');
  expect(drawn(undefined)).toBe('XXXXXXXX.');
  expect(drawn(factsOf({ clusters: [], coverage: coverage({ clusters: {}, recorded: 0 }) }))).toBe('XXXXXXXX.');
});

test('it is not known from when on one list of one cluster was not read, unless another project is asked for', () => {
  const late = cluster({
    dedicated: list({ fullReadAt: '2026-08-20T00:00:00.000Z', error: FAILURE }),
    collection: list(),
  });
  const other = project({ projectId: idAt('2025-07-01T00:00:00Z'), projectName: 'Billing' });
  const facts = factsOf({ clusters: [late] });
  const both = { ...facts, projects: [...facts.projects, { ...other, clusters: other.clusters ?? [] }] };
  expect(drawn(both)).toMatch(/0XXXX\.$/);
  expect(drawn(both, new Set([PROJECT_ID]))).toMatch(/0XXXX\.$/);
  expect(drawn(both, new Set([other.projectId]))).toMatch(/000d\.$/);
});

test('an id from the future is no reason to say that there was no project, or no cluster', () => {
  const ahead = idAt('2027-06-01T00:00:00Z');
  const other = project({ projectId: ahead, coverage: undefined });
  const facts = factsOf();
  expect(drawn({ ...facts, projects: [...facts.projects, { ...other, clusters: [] }] })).toBe('XXXXXXXX.');
  const unread = cluster({}, { clusterName: 'unread', clusterId: ahead });
  expect(drawn(factsOf({ clusters: [cluster(), unread] }))).toBe('XXXXXXXX.');
});

test('a hole is drawn, named in the legend and the table, and never said to be without restores', () => {
  const over = exitsOverTime(
    [],
    { since: '2026-07-01T00:00:00.000Z', until: '2026-10-01T00:00:00.000Z' },
    'month',
    (span) => (span.since < '2026-08' ? 'unknown' : span.since < '2026-09' ? 'due' : 'none'),
  );
  const page = String(bars(over, { label: String, look: String, says: '' }));
  expect([...page.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title)).toEqual([
    '2026-07: not known',
    '2026-08: none known, to be proven',
    '2026-09: no restores',
  ]);
  expect(page.match(/<path class="cell (cross|line)"/g)).toEqual([
    '<path class="cell cross"',
    '<path class="cell line"',
  ]);
  expect(page).toMatch(/legend.*None known, to be proven.*Not known|legend.*Not known.*None known, to be proven/s);
  expect([...page.matchAll(/<tr><th scope="row">(.*?)<\/th><td[^>]*>(.*?)</g)].map(([, , what]) => what)).toEqual([
    'None known, to be proven',
    'Not known',
  ]);
});
