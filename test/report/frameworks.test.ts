// A report by the controls of frameworks. Clusters and restores are synthetic.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAMEWORKS, MET_WHERE } from '../../functions/report/frameworks/catalog.ts';
import { FactsTally } from '../../functions/report/frameworks/facts.ts';
import { frameworkViews } from '../../functions/report/frameworks/view.ts';
import { FACT_NAMES, FRAMEWORK_IDS } from '../../functions/report/model/framework.ts';
import { outcomeOf } from '../../functions/report/model/outcome.ts';
import type { ClusterEvidence, EvidenceHead, RestoreEvidence } from '../../functions/report/model/report.ts';
import { DRILL_STATES, GRADES } from '../../functions/schema/words.ts';

const PROJECT = 'a'.repeat(24);
const OTHER = 'b'.repeat(24);
const BY = { kind: 'user', name: 'ada@laptop' } as const;

type Head = Pick<EvidenceHead, 'verdict' | 'gaps' | 'integrity'>;
const COMPLETE: Head = { verdict: { state: 'complete', complete: true, text: '' }, gaps: [] };
const INCOMPLETE: Head = {
  verdict: { state: 'incomplete', complete: false, text: '' },
  gaps: [{ reason: 'never-read', text: 'Never read.' }],
};
const unbroken = (isUnbroken: boolean): Required<Head>['integrity'] => ({
  ...{ unbroken: isUnbroken, verified: isUnbroken, projects: 1, jobs: 3, entries: 3, folded: 0 },
  ...{ breakCount: isUnbroken ? 0 : 1, projectsBroken: [] },
});

const restore = (parts: Partial<RestoreEvidence> = {}): RestoreEvidence =>
  ({
    ...{ jobId: 'c'.repeat(24), kind: 'dedicated', delivery: 'automated', status: 'COMPLETED', revision: 1 },
    ...{ requestedAt: '2026-11-01T00:00:00.000Z', finishedAt: '2026-11-01T00:10:00.000Z', findings: [] },
    targetProjectId: OTHER,
    requester: {
      actor: { kind: 'user', id: '1', name: 'ana' },
      grade: 'exact',
      points: 95,
      eventId: 'e',
      eventType: 'X',
    },
    validation: { status: 'SUCCESSFUL', by: BY, at: '2026-11-01T01:00:00.000Z' },
    ...parts,
  }) as RestoreEvidence;

const side = { met: 1, missed: 0, notKnown: 0 };
const cluster = (parts: Partial<ClusterEvidence> = {}): ClusterEvidence =>
  ({
    ...{ clusterName: 'orders', tier: 'dedicated', proof: { state: 'covered', lists: [], gaps: [] } },
    drill: { state: 'met', missed: [] },
    recovery: {
      objective: { line: '*/* = rto 1h, rpo 1d', rtoSeconds: 3_600, rpoSeconds: 86_400 },
      rto: side,
      rpo: side,
    },
    restores: [restore()],
    ...parts,
  }) as ClusterEvidence;

function factsOf(clusters: readonly ClusterEvidence[], head: Head = { ...COMPLETE, integrity: unbroken(true) }) {
  const tally = new FactsTally();
  for (const one of clusters) tally.add({ projectId: PROJECT }, one);
  return tally.facts(head);
}
const statesOf = (...args: Parameters<typeof factsOf>) =>
  Object.fromEntries(Object.entries(factsOf(...args)).map(([name, { state }]) => [name, state]));

const ALL_MET = {
  ...{ record: 'met', requested: 'met', unchanged: 'met', tested: 'met', checked: 'met', separate: 'met' },
  ...{ rto: 'met', rpo: 'met', incidents: 'not known' },
};

describe('facts', () => {
  test('of a drill that needs proof are met where it is proven', () => {
    const { tested } = factsOf([cluster({ drill: { state: 'proven', missed: [] } }), cluster()]);
    expect(tested).toMatchObject({ state: 'met', text: '2 of 2 clusters restored as expected.' });
  });

  test('say nothing of a check from before there was data, of a target that was not understood, nor of histories nobody counted', () => {
    const early = restore({ validation: { status: 'SUCCESSFUL', by: BY, at: '2026-11-01T00:05:00.000Z' } });
    expect(statesOf([cluster({ restores: [early] })])).toMatchObject({ checked: 'missing' });
    const strange = restore({ problems: [{ field: 'targetGroupId', expected: 'an id', got: '"x"' }] } as never);
    expect(statesOf([cluster({ restores: [strange] })])).toMatchObject({ separate: 'missing' });
    const integrity = { ...unbroken(true), verified: false };
    expect(statesOf([cluster()], { ...COMPLETE, integrity })).toMatchObject({ unchanged: 'not known' });
  });

  test('name the gaps of the record by why they are there, as does the line that sums a report up', () => {
    const gaps = (['projects', 'failing', 'not-visible', 'failing'] as const).map((reason) => ({
      reason,
      text: 'Why.',
    }));
    const named = '4 gaps: 2 failing, 1 projects, 1 not-visible';
    expect(factsOf([cluster()], { ...INCOMPLETE, gaps }).record.text).toBe(`1 restore on record, and ${named}.`);
    const numbers = { restores: 2, clusters: 1 } as EvidenceHead['numbers'];
    expect(outcomeOf({ numbers, verdict: INCOMPLETE.verdict, gaps }).summary).toBe(
      '2 restores of 1 clusters, incomplete, 4 gaps (2 failing, 1 projects, 1 not-visible)',
    );
  });

  test('are met where the numbers show it', () => {
    expect(statesOf([cluster()])).toEqual(ALL_MET);
    const incident = restore({ annotation: { purpose: 'incident', by: BY, at: '2026-11-01T01:00:00.000Z' } as never });
    expect(statesOf([cluster({ restores: [incident] })])).toEqual({ ...ALL_MET, incidents: 'met' });
  });

  test.each<[string, Partial<ClusterEvidence>, string, RegExp]>([
    ['a drill is overdue', { drill: { state: 'overdue', missed: [] } }, 'tested: missing', /1 overdue/],
    ['one has time left', { drill: { state: 'due', missed: [] } }, 'tested: missing', /1 not restored yet/],
    ['none is expected', { drill: { state: 'none', missed: [] } }, 'tested: missing', /no restore is expected/],
    ['backups are off', { drill: { state: 'backups-off', missed: [] } }, 'tested: missing', /1 without backups/],
    ['restores may be missing', { drill: { state: 'not-covered', missed: [] } }, 'tested: not known', /not known/],
    [
      'part of the period had none',
      { drill: { state: 'met', missed: [{ from: 'a', until: 'b' }] } },
      'tested: missing',
      /in part of the period/,
    ],
    [
      'part of the period is not known',
      { drill: { state: 'proven', missed: [], notKnown: [{ from: 'a', until: 'b' }] } },
      'tested: not known',
      /1 cluster of which part of the period is not known/,
    ],
    [
      'part of the period had none, and another is not known',
      { drill: { state: 'met', missed: [{ from: 'a', until: 'b' }], notKnown: [{ from: 'b', until: 'c' }] } },
      'tested: missing',
      /in part of the period/,
    ],
    [
      'nobody checked',
      { restores: [restore({ validation: undefined } as never)] },
      'checked: missing',
      /0 of 1 cluster/,
    ],
    [
      'a check failed',
      { restores: [restore(), restore({ validation: { status: 'FAILED', by: BY, at: '' } })] },
      'checked: missing',
      /1 check failed/,
    ],
    ['it stayed in the project', { restores: [restore({ targetProjectId: PROJECT })] }, 'separate: missing', /0 of 1/],
    [
      'no target is known',
      { restores: [restore({ targetProjectId: undefined } as never)] },
      'separate: missing',
      /0 of 1/,
    ],
    [
      'nothing was completed',
      { restores: [restore({ status: 'FAILED' })] },
      'checked: missing',
      /No restore was completed/,
    ],
    [
      'a part was restored',
      { restores: [restore({ kind: 'collection' })] },
      'checked: missing',
      /No restore was completed/,
    ],
    [
      'a download is none',
      { restores: [restore({ delivery: 'download' })] },
      'separate: missing',
      /No restore was completed/,
    ],
    [
      'a requester is not known',
      { restores: [restore({ requester: { reason: 'none' } })] },
      'requested: missing',
      /1 have none/,
    ],
    ['there is no objective', { recovery: { rto: side, rpo: side } as never }, 'rto: missing', /0 of 1 cluster/],
    [
      'no restore says',
      { recovery: { ...cluster().recovery, rpo: { met: 1, missed: 0, notKnown: 2 } } as never },
      'rpo: not known',
      /2 not known/,
    ],
    [
      'a restore missed it',
      { recovery: { ...cluster().recovery, rto: { met: 1, missed: 1, notKnown: 0 } } as never },
      'rto: missing',
      /1 missed it/,
    ],
  ])('%s', (_, parts, expected, text) => {
    const [name = '', state = ''] = expected.split(': ');
    const facts = factsOf([cluster(parts)]);
    expect(facts[name as 'rto']).toMatchObject({ state, text: expect.stringMatching(text) });
  });

  test('what another restore could show is not known where the record is not complete; what is on record is missing all the same', () => {
    const none = cluster({
      restores: [],
      recovery: { ...cluster().recovery, rto: { met: 0, missed: 0, notKnown: 0 } } as never,
    });
    expect(statesOf([none], INCOMPLETE)).toMatchObject({
      checked: 'not known',
      separate: 'not known',
      rto: 'not known',
    });
    expect(statesOf([none])).toMatchObject({ checked: 'missing', separate: 'missing', rto: 'missing' });
    const unchecked = restore({ validation: undefined, targetProjectId: PROJECT } as never);
    expect(statesOf([cluster({ restores: [unchecked] })], INCOMPLETE)).toMatchObject({
      checked: 'not known',
      separate: 'not known',
    });
    const due = cluster({ drill: { state: 'due', missed: [] } });
    expect(factsOf([due], INCOMPLETE).tested).toMatchObject({
      state: 'not known',
      text: expect.stringMatching(/can’t be ruled out/),
    });
    const failed = restore({ validation: { status: 'FAILED', by: BY, at: '' }, requester: { reason: 'none' } });
    const bad = cluster({
      ...{ restores: [failed], drill: { state: 'overdue', missed: [] } },
      recovery: { rto: { met: 0, missed: 1, notKnown: 0 }, rpo: side } as never,
    });
    expect(statesOf([bad], INCOMPLETE)).toMatchObject({
      ...{
        record: 'missing',
        requested: 'missing',
        tested: 'missing',
        checked: 'missing',
        rto: 'missing',
        rpo: 'missing',
      },
    });
  });

  test.each([undefined, { reason: 'pending' }, { reason: 'not-read' }] as const)(
    'a requester that nobody has looked up for good is not known: %j',
    (requester) => {
      const { requested } = factsOf([cluster({ restores: [restore(), restore({ requester } as never)] })]);
      expect(requested).toEqual({
        ...{ fact: 'requested', state: 'not known' },
        text: '1 of 2 restores have a requester with certainty, of 1 it is not known yet.',
      });
    },
  );

  test('a restore for an incident that is under way, or was not understood, may recover yet', () => {
    const annotation = { purpose: 'incident', by: BY, at: '' } as never;
    const incident = (parts: Partial<RestoreEvidence>) =>
      factsOf([cluster({ restores: [restore({ annotation }), restore({ annotation, ...parts })] })]).incidents.state;
    expect(incident({ status: 'RUNNING', finishedAt: undefined } as never)).toBe('not known');
    expect(incident({ problems: [{ field: 'finishedAt', expected: 'a time', got: 'x' }] } as never)).toBe('not known');
    expect(incident({ status: 'FAILED' })).toBe('missing');
    expect(incident({ validation: undefined } as never)).toBe('missing');
  });

  test('a hint of who it was is not known, and a broken record is missing', () => {
    const requester = { ...(restore().requester as object), grade: 'weak', points: 12 } as never;
    expect(factsOf([cluster({ restores: [restore({ requester })] })]).requested.state).toBe('not known');
    expect(factsOf([cluster()], { ...COMPLETE, integrity: unbroken(false) }).unchanged).toMatchObject({
      ...{ state: 'missing', text: '3 histories recomputed: 1 break.' },
    });
    expect(factsOf([cluster()], COMPLETE).unchanged.state).toBe('not known');
  });

  test('a cluster without backups is not expected to be tested', () => {
    const none = { drill: { state: 'none', missed: [] }, restores: [] } as const;
    const free = cluster({
      proof: { state: 'none', lists: [], gaps: [] },
      drill: { state: 'none', missed: [] },
      restores: [],
    });
    expect(factsOf([cluster(), free]).tested).toMatchObject({
      state: 'met',
      text: '1 of 1 cluster restored as expected.',
    });
    expect(factsOf([cluster({ ...none, proof: free.proof } as never)]).tested.state).toBe('not known');
  });

  test('a cluster that is gone was to be tested while it was there, as often as was asked of it last', () => {
    const gone = (drill: ClusterEvidence['drill']) =>
      cluster({ goneAt: '2026-11-02T00:00:00.000Z', drill, restores: [] });
    const tested = (drill: ClusterEvidence['drill']) => factsOf([cluster(), gone(drill)]).tested;
    expect(tested({ state: 'none', days: 30, missed: [] })).toMatchObject({
      state: 'met',
      text: '1 of 1 cluster restored as expected.',
    });
    expect(tested({ state: 'none', days: 30, missed: [{ from: 'a', until: 'b' }] }).state).toBe('missing');
    expect(tested({ state: 'none', missed: [] })).toMatchObject({
      ...{ state: 'not known', text: '1 of 1 cluster restored as expected; 1 gone since, of which it is not known.' },
    });
    expect(factsOf([cluster(), cluster({ deleted: true, drill: { state: 'none', missed: [] } })]).tested.state).toBe(
      'not known',
    );
    // It went after the period.
    expect(tested({ state: 'overdue', days: 30, missed: [] }).state).toBe('missing');
    const unlimited = { ...gone({ state: 'none', days: 30, missed: [] }), recovery: { rto: side, rpo: side } as never };
    expect(factsOf([cluster(), unlimited]).rto).toMatchObject({
      state: 'missing',
      text: expect.stringMatching(/^1 of 2 clusters/),
    });
  });

  test('none is met unless the record is complete, whatever the clusters show', () => {
    const made = fc.record({
      drill: fc.constantFrom(...DRILL_STATES),
      grade: fc.constantFrom(...GRADES),
      isElsewhere: fc.boolean(),
      isChecked: fc.boolean(),
      restores: fc.nat(3),
    });
    const head = fc.constantFrom<Head>(
      INCOMPLETE,
      { ...INCOMPLETE, integrity: unbroken(true) },
      { verdict: { state: 'not known', complete: false, text: '' }, gaps: [], integrity: unbroken(true) },
    );
    fc.assert(
      fc.property(fc.array(made, { maxLength: 4 }), head, (some, of) => {
        const clusters = some.map(({ drill, grade, isElsewhere, isChecked, restores }) =>
          cluster({
            drill: { state: drill, missed: [] },
            restores: Array.from({ length: restores }, () =>
              restore({
                targetProjectId: isElsewhere ? OTHER : PROJECT,
                requester: { ...(restore().requester as object), grade } as never,
                ...(isChecked ? {} : { validation: { status: 'VALIDATING', by: BY, at: '' } }),
              }),
            ),
          }),
        );
        expect(Object.values(statesOf(clusters, of))).not.toContain('met');
      }),
    );
  });
});

describe('the catalog', () => {
  const controls = FRAMEWORK_IDS.flatMap((id) =>
    FRAMEWORKS[id].controls.map((control) => ({ framework: id, ...control })),
  );

  test('has facts that are shown, sources, and what is not shown, of every control', () => {
    expect(Object.keys(MET_WHERE).sort()).toEqual([...FACT_NAMES].sort());
    for (const { facts, beyond, asks } of controls) {
      expect(facts.length).toBeGreaterThan(0);
      expect(new Set(facts).size).toBe(facts.length);
      for (const text of [beyond, asks]) expect(text).toMatch(/\.$/);
    }
    for (const id of FRAMEWORK_IDS) expect(FRAMEWORKS[id].source).toMatch(/^https:\/\//);
    expect(new Set(controls.map(({ framework, id }) => `${framework} ${id}`)).size).toBe(controls.length);
    expect(new Set(controls.flatMap(({ facts }) => facts))).toEqual(new Set(FACT_NAMES));
  });

  test('is the page of the documents, which promises nothing', () => {
    const page = readFileSync('docs/frameworks.md', 'utf8');
    for (const { id, asks, beyond } of controls) for (const text of [id, asks, beyond]) expect(page).toContain(text);
    const said = JSON.stringify([FRAMEWORKS, MET_WHERE, frameworkViews(FRAMEWORK_IDS, factsOf([cluster()]))]);
    expect(said).not.toMatch(/\bcompliant\b|\bcertified\b/i);
  });

  test('each control has its facts, with their numbers', () => {
    const [soc2] = frameworkViews(['soc2'], factsOf([cluster()]));
    expect(soc2?.controls.find(({ id }) => id === 'A1.3')?.facts.map(({ fact, state }) => [fact, state])).toEqual([
      ['tested', 'met'],
      ['checked', 'met'],
      ['rto', 'met'],
      ['rpo', 'met'],
    ]);
  });
});
