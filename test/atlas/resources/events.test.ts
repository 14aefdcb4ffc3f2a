import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Credentials } from '../../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../../functions/atlas/client.ts';
import type { EventsQuery } from '../../../functions/atlas/model/atlas.ts';
import { asEvent } from '../../../functions/atlas/resources/event.ts';
import type { Log, LogFields } from '../../../functions/platform/log.ts';
import type { AtlasEvent } from '../../../functions/restore/requesters/event.ts';
import { KINDS } from '../../../functions/schema/words.ts';
import { requestEvent, requesterOf } from '../../../local/atlas/events/job-events.ts';
import { type SimulatorOptions, startAtlas } from '../../../local/atlas/server.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { accountOf, all, clientFor, clustersOf, failureOf, keyOf, PROJECT_ID, projectsOf } from '../clients.ts';
import { apiError, inOrder, json, list, type Reply, serve, withTokens } from '../scripted-server.ts';

const FLEX = 'TENANT_RESTORE_REQUESTED_AUDIT';
const DEDICATED = 'CPS_RESTORE_REQUESTED_AUDIT';
const QUERY: EventsQuery = {
  projectId: PROJECT_ID,
  types: [FLEX, DEDICATED],
  since: '2026-11-20T10:00:00.000Z',
  until: '2026-11-20T11:00:00.000Z',
};

/** Synthetic, as listed. */
const event = (nth: number, fields: object = {}) => ({
  id: nth.toString(16).padStart(24, '0'),
  created: '2026-11-20T10:30:00Z',
  eventTypeName: FLEX,
  isGlobalAdmin: false,
  ...fields,
});
const idsOf = (pages: AtlasEvent[][]) => pages.flat().map(({ id }) => Number.parseInt(id, 16));

/** Serves events by number, as Atlas does without a count: no `next`, and `self` says how many a page has at most. */
const paged =
  (events: readonly object[], clamp = 500): Reply =>
  (response, request, nth) => {
    const query = new URL(request.target, 'http://127.0.0.1').searchParams;
    const size = Math.min(clamp, Number(query.get('itemsPerPage')));
    const offset = (Number(query.get('pageNum')) - 1) * size;
    const href = `https://cloud.mongodb.com/api/atlas/v2/x?includeCount=false&pageNum=1&itemsPerPage=${size}`;
    const links = [{ rel: 'self', href }];
    json(200, { results: events.slice(offset, offset + size), totalCount: 0, links })(response, request, nth);
  };

function logKept() {
  const lines: { level: string; message: string; fields: LogFields | undefined }[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => void lines.push({ level, message, fields });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
}

describe('the events of a project', () => {
  test('are asked for by type and window, without the count, 500 a page', async () => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    expect(await all(atlas.events(QUERY))).toEqual([[]]);
    expect(server.seen).toHaveLength(2);
    const { target, headers } = server.seen[1] ?? { target: '', headers: {} };
    expect(headers.accept).toBe('application/vnd.atlas.2023-01-01+json');
    const url = new URL(target, server.url);
    expect(url.pathname).toBe(`/api/atlas/v2/groups/${PROJECT_ID}/events`);
    expect([...url.searchParams]).toEqual([
      ['includeCount', 'false'],
      ['pageNum', '1'],
      ['itemsPerPage', '500'],
      // A second more on both sides: whether Atlas includes the moments it is given is not documented.
      ['minDate', '2026-11-20T09:59:59Z'],
      ['maxDate', '2026-11-20T11:00:01Z'],
      ['eventType', FLEX],
      ['eventType', DEDICATED],
    ]);
  });

  test('are read to their end by page number, though no page has a next, whatever Atlas clamps pages to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }), async (count, clamp) => {
        const events = Array.from({ length: count }, (_, nth) => event(nth));
        await using server = await serve(withTokens(paged(events, clamp)));
        await using atlas = clientFor(server.url);
        const pages = await all(atlas.events(QUERY));
        expect(idsOf(pages)).toEqual(events.map((_, nth) => nth));
        expect(server.seen.length - 1).toBe(Math.floor(count / clamp) + 1);
      }),
      { numRuns: 40 },
    );
  });

  test('that nobody wants the rest of are not read on', async () => {
    await using server = await serve(
      withTokens(
        paged(
          Array.from({ length: 30 }, (_, nth) => event(nth)),
          10,
        ),
      ),
    );
    await using atlas = clientFor(server.url);
    for await (const _ of atlas.events(QUERY)) break;
    expect(server.seen).toHaveLength(2);
  });

  test('go on after pages of which nothing can be used', async () => {
    const events = [...Array.from({ length: 20 }, () => ({ useless: true })), event(7)];
    await using server = await serve(
      withTokens((response, request, nth) => {
        // Each differs, as events do.
        paged(
          events.map((each, place) => ({ ...each, place })),
          10,
        )(response, request, nth);
      }),
    );
    await using atlas = clientFor(server.url);
    expect(idsOf(await all(atlas.events(QUERY)))).toEqual([7]);
  });

  test('are those of the window, both ends included, and of the types, whatever Atlas sends', async () => {
    const at = (created: string, eventTypeName = FLEX) => ({ created, eventTypeName });
    const events = [
      event(1, at('2026-11-20T11:00:01Z')),
      event(2, at('2026-11-20T11:00:00Z')),
      event(3, at('2026-11-20T10:59:59Z', DEDICATED)),
      event(4, at('2026-11-20T10:59:59Z', 'MONGODB_USER_ADDED')),
      event(5, at('2026-11-20T10:00:00Z')),
      event(6, at('2026-11-20T09:59:59Z')),
    ];
    await using server = await serve(withTokens(paged(events)));
    await using atlas = clientFor(server.url);
    expect(idsOf(await all(atlas.events(QUERY)))).toEqual([2, 3, 5]);
    // A moment within a second stands for the whole of it.
    const within = { ...QUERY, since: '2026-11-20T09:59:59.900Z', until: '2026-11-20T11:00:00.100Z' };
    expect(idsOf(await all(atlas.events(within)))).toEqual([1, 2, 3, 5, 6]);
  });

  test('of every type are asked for without a filter', async () => {
    await using server = await serve(withTokens(paged([event(1, { eventTypeName: 'NEVER_HEARD_OF' })])));
    await using atlas = clientFor(server.url);
    expect(await all(atlas.events({ ...QUERY, types: [] }))).toMatchObject([[{ type: 'NEVER_HEARD_OF' }]]);
    expect(server.seen[1]?.target).not.toContain('eventType');
  });

  test.each([
    [{ since: 'yesterday' }, 'since'],
    [{ until: '' }, 'until'],
    [{ until: '+275760-09-13T00:00:00Z' }, 'until'],
    [{ since: '1969-12-31T00:00:00Z' }, 'since'],
    [{ since: '2026-11-21T00:00:00Z' }, 'after until'],
    [{ projectId: '..' }, 'path'],
  ])('are not asked for with %j', async (wrong, problem) => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    const failure = await failureOf(all(atlas.events({ ...QUERY, ...wrong })));
    expect(failure).toMatchObject({ code: 'ATLAS_REFUSED', message: expect.stringContaining(problem) });
    expect(server.seen).toEqual([]);
  });
});

describe('a type that Atlas does not know', () => {
  const refused = apiError(400, 'INVALID_ENUM_VALUE');

  test('costs one more reading, without the filter, of which the others are kept', async () => {
    const events = [event(1), event(2, { eventTypeName: 'MONGODB_USER_ADDED' }), event(3)];
    await using server = await serve(withTokens(inOrder(refused, paged(events))));
    const { log, lines } = logKept();
    await using atlas = clientFor(server.url, { log });
    expect(idsOf(await all(atlas.events(QUERY)))).toEqual([1, 3]);
    const filtered = server.seen.slice(1).map(({ target }) => target.includes('eventType='));
    expect(filtered).toEqual([true, false]);
    expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { projectId: PROJECT_ID, errorCode: 'INVALID_ENUM_VALUE' } },
    ]);
  });

  test('is not what a second 400, a 403 or a 404 is about', async () => {
    await using server = await serve(
      withTokens(inOrder(refused, refused, apiError(403, 'ACCESS_FORBIDDEN'), apiError(404, 'GROUP_NOT_FOUND'))),
    );
    await using atlas = clientFor(server.url);
    const failures = [];
    for (let n = 0; n < 3; n++) failures.push((await failureOf(all(atlas.events(QUERY)))).status);
    expect(failures).toEqual([400, 403, 404]);
    expect(server.seen).toHaveLength(5);
  });
});

describe('an event', () => {
  const parsed = (fields: object) => asEvent(event(1, fields));

  test('is its id, its time to the second, its type and its actor, and nothing else', () => {
    const fields = {
      apiKeyId: 'a'.repeat(24),
      publicKey: 'abcdefgh',
      remoteAddress: '203.0.113.7',
      raw: { un: 'x', remoteAddr: '203.0.113.7' },
      groupId: PROJECT_ID,
      clusterName: 'Cluster0',
      links: [{ rel: 'self', href: 'https://x.example' }],
    };
    expect(parsed(fields)).toEqual({
      id: '000000000000000000000001',
      created: '2026-11-20T10:30:00Z',
      type: FLEX,
      actor: { kind: 'apiKey', id: 'a'.repeat(24), name: 'abcdefgh' },
    });
    expect(parsed({ created: '2026-11-20T12:30:00.999+02:00' })?.created).toBe('2026-11-20T10:30:00Z');
  });

  const ada = { userId: 'b'.repeat(24), username: 'ada@example.com' };
  const key = { apiKeyId: 'a'.repeat(24), publicKey: 'abcdefgh' };
  const app = { id: 'app-1', name: 'Agent' };
  const onBehalf = { id: 'c'.repeat(24), name: 'bo@example.com' };

  test.each<[string, object, object]>([
    ['a person', ada, { kind: 'user', id: ada.userId, name: ada.username }],
    ['a person without a name', { userId: ada.userId }, { kind: 'user', id: ada.userId }],
    ['a person without an id', { username: 'ada@example.com' }, { kind: 'user', name: 'ada@example.com' }],
    ['a key', key, { kind: 'apiKey', id: key.apiKeyId, name: 'abcdefgh' }],
    [
      'a key whose name is an e-mail address',
      { ...key, publicKey: 'x@example.com' },
      { kind: 'apiKey', id: key.apiKeyId, name: 'x@example.com' },
    ],
    ["MongoDB's own", { isGlobalAdmin: true }, { kind: 'staff' }],
    ["MongoDB's own, named", { isGlobalAdmin: true, ...ada }, { kind: 'staff', id: ada.userId, name: ada.username }],
    [
      'an application for somebody',
      { delegatePrincipal: { ...app, onBehalfOf: onBehalf } },
      { kind: 'delegated', ...onBehalf, via: 'Agent' },
    ],
    [
      'one application through another',
      { delegatePrincipal: { name: 'Front', onBehalfOf: { ...app, onBehalfOf: onBehalf } } },
      { kind: 'delegated', ...onBehalf, via: 'Front > Agent' },
    ],
    [
      'an application for the person that the event names',
      { ...ada, delegatePrincipal: app },
      { kind: 'delegated', id: ada.userId, name: ada.username, via: 'Agent' },
    ],
    [
      'an application for the key that the event names',
      { ...key, delegatePrincipal: { id: 'app-1' } },
      { kind: 'delegated', id: key.apiKeyId, name: 'abcdefgh', via: 'app-1' },
    ],
    ['an application for nobody in particular', { delegatePrincipal: app }, { kind: 'delegated', ...app }],
    ['nobody', {}, { kind: 'unknown' }],
    ['a service account, as far as is known', { clientId: 'mdb_sa_id_1' }, { kind: 'unknown' }],
    ['an empty name', { username: '', publicKey: '  ' }, { kind: 'unknown' }],
    [
      'no texts',
      { userId: 7, username: ['x'], publicKey: {}, delegatePrincipal: 'x', isGlobalAdmin: 'true' },
      { kind: 'unknown' },
    ],
  ])('names its actor: %s', (_, fields, actor) => {
    expect(parsed(fields)?.actor).toEqual(actor);
  });

  test('holds no text that is long, of several lines, or a URL', () => {
    const actorOf = (username: string) => parsed({ username })?.actor.name;
    expect(actorOf('x'.repeat(10_000))).toBe('x'.repeat(256));
    expect(actorOf(`${'x'.repeat(255)}😀😀`)).toBe(`${'x'.repeat(255)}😀`);
    expect(actorOf('ada\n\u202e\u0000 bo ')).toBe('ada bo');
    expect(actorOf('see https://restore-1.mongodb.net:27017/CANARY/x.tar.gz')).toBe('see [URL removed]');
    const endless: Record<string, unknown> = { name: 'n'.repeat(300) };
    endless.onBehalfOf = endless;
    const { name, via } = parsed({ delegatePrincipal: endless })?.actor ?? {};
    expect([name?.length, via?.length]).toEqual([256, 256]);
  });

  test.each([
    ['null', null],
    ['a text', 'event'],
    ['a list', []],
    ['no id', event(1, { id: undefined })],
    ['an id that is a number', event(1, { id: 7 })],
    ['an id that is none', event(1, { id: 'g'.repeat(24) })],
    ['no time', event(1, { created: undefined })],
    ['a time that is none', event(1, { created: '2026-02-30T99:00:00Z' })],
    ['a time as other people write it', event(1, { created: '20 Nov 2026' })],
    ['a type that is a list', event(1, { eventTypeName: [FLEX] })],
    ['a type of many lines', event(1, { eventTypeName: `${FLEX}\nX` })],
    ['a type without end', event(1, { eventTypeName: 'X'.repeat(257) })],
  ])('that is unusable is left out and counted, at debug: %s', async (_, element) => {
    await using server = await serve(withTokens(paged([event(1), element as object, event(3)])));
    const { log, lines } = logKept();
    await using atlas = clientFor(server.url, { log });
    expect(idsOf(await all(atlas.events({ ...QUERY, types: [] })))).toEqual([1, 3]);
    const told = lines.filter(({ fields }) => fields && 'skipped' in fields);
    expect(told).toMatchObject([{ level: 'debug', fields: { skipped: 1, projectId: PROJECT_ID } }]);
  });

  test('of any shape gives an event or nothing', () => {
    const field = fc.oneof(fc.jsonValue(), fc.string(), fc.constantFrom('a'.repeat(24), FLEX, '2026-11-20T10:30:00Z'));
    const names = [
      'userId',
      'username',
      'apiKeyId',
      'publicKey',
      'delegatePrincipal',
      'isGlobalAdmin',
      'raw',
      '__proto__',
    ];
    const shape = Object.fromEntries([...names, 'id', 'created', 'eventTypeName'].map((name) => [name, field]));
    const sound = {
      id: fc.constant('a'.repeat(24)),
      created: fc.constant('2026-11-20T10:30:00Z'),
      eventTypeName: fc.constant(FLEX),
    };
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record(shape, { requiredKeys: [] }),
      fc.record({ ...shape, ...sound }, { requiredKeys: ['id', 'created', 'eventTypeName'] }),
    );
    fc.assert(
      fc.property(anything, (element) => {
        const found = asEvent(JSON.parse(JSON.stringify(element)));
        if (found === undefined) return;
        expect(Object.keys(found)).toEqual(['id', 'created', 'type', 'actor']);
        expect(found.id).toMatch(/^[0-9a-f]{24}$/);
        expect(found.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        for (const [name, value] of Object.entries(found.actor)) {
          expect(['kind', 'id', 'name', 'via']).toContain(name);
          expect(typeof value).toBe('string');
          expect([...value].length).toBeLessThanOrEqual(256);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the principal', () => {
  const both: [string, Credentials, string][] = [
    ['public key', { type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'x-1' }, 'abcdefgh'],
    ['client id', { type: 'serviceAccount', clientId: 'mdb_sa_id_1', clientSecret: 'x-2' }, 'mdb_sa_id_1'],
  ];

  test.each(both)('is the %s in use, from the first call on', async (_, credentials, name) => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url, { credentials });
    const view = atlas.within(() => 60_000);
    expect([atlas.principal, view.principal]).toEqual([undefined, undefined]);
    await projectsOf(view);
    expect([atlas.principal, view.principal]).toEqual([name, name]);
  });

  test('is the new one after a rotation', async () => {
    await using simulator = await startAtlas({ clock: new ManualClock(), projects: 1, clusters: 1 });
    const read = async () => keyOf(simulator);
    const credentials = { describe: 'a secret', read };
    await using atlas = new AtlasClient({ credentials, baseUrl: simulator.url, clock: new ManualClock() });
    await projectsOf(atlas);
    const before = simulator.apiKey.publicKey;
    expect(atlas.principal).toBe(before);
    simulator.rotateCredentials();
    await projectsOf(atlas);
    expect(atlas.principal).toBe(simulator.apiKey.publicKey);
    expect(atlas.principal).not.toBe(before);
  });
});

describe('against the simulator', () => {
  const until = '2026-11-23T12:00:00Z';
  async function setUp(options: SimulatorOptions = {}) {
    const clock = new ManualClock();
    const simulator = await startAtlas({ clock, projects: 1, clusters: 9, jobs: 20, crowding: 0.5, ...options });
    const atlas = clientFor(simulator.url, { credentials: accountOf(simulator), clock });
    const projectId = simulator.world.projects[0]?.id ?? '';
    const query = { projectId, types: [FLEX, DEDICATED, 'TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT'], until };
    return { simulator, atlas, clock, projectId, query, world: simulator.world };
  }

  test.each([500, 25])('every request comes with its actor, in pages of %d', async (maxItemsPerPage) => {
    const { simulator, atlas, projectId, query, world } = await setUp({ maxItemsPerPage });
    await using _ = simulator;
    await using __ = atlas;
    const since = '2026-11-13T12:00:00Z';
    const found = new Map((await all(atlas.events({ ...query, since }))).flat().map((each) => [each.id, each]));
    let told = 0;
    for (const { name } of world.clusters(projectId)) {
      for (const job of KINDS.flatMap((kind) => world.jobs(projectId, name, kind))) {
        const request = requestEvent(job, world.actors);
        if (!request || request.visibleAt > Date.parse(until)) continue;
        const expected = { type: request.type, actor: requesterOf(job, world.actors).actor };
        expect(found.get(request.id)).toMatchObject(expected);
        told += 1;
      }
    }
    expect(told).toBeGreaterThan(100);
    expect(found.size).toBeGreaterThan(told);
    expect(atlas.usage.requests).toBe(Math.floor(found.size / maxItemsPerPage) + 1);
  });

  test('an unknown type costs one refusal', async () => {
    const { simulator, atlas, query } = await setUp();
    await using _ = simulator;
    await using __ = atlas;
    const since = '2026-11-22T12:00:00Z';
    const known = await all(atlas.events({ ...query, since }));
    const before = simulator.requests.length;
    const types = [...query.types, 'NO_SUCH_TYPE'];
    expect((await all(atlas.events({ ...query, since, types }))).flat()).toEqual(known.flat());
    expect(simulator.requests.slice(before).map(({ status }) => status)).toEqual([400, 200]);
  });

  test('events that may not be read are refused with the role that they need, and nothing else is', async () => {
    const { simulator, atlas, projectId, query } = await setUp();
    await using _ = simulator;
    await using __ = atlas;
    const since = '2026-11-22T12:00:00Z';
    const fault = { type: 'status', status: 401, errorCode: 'USER_UNAUTHORIZED' } as const;
    simulator.faults.add({ when: { kind: 'events' }, fault });
    const failure = await failureOf(all(atlas.events({ ...query, since })));
    expect(failure).toMatchObject({
      code: 'ATLAS_UNAUTHORIZED',
      message: expect.stringContaining('Project Read Only'),
    });
    expect((await clustersOf(atlas, projectId, 'flex')).length).toBe(3);
  });

  test.each(['cutBody', 'wrongJson', 'reset'] as const)('a list that comes as %s is asked for again', async (type) => {
    const { simulator, atlas, query } = await setUp();
    await using _ = simulator;
    await using __ = atlas;
    const since = '2026-11-22T12:00:00Z';
    simulator.faults.add({ when: { kind: 'events' }, times: 1, fault: { type } });
    expect((await all(atlas.events({ ...query, since }))).flat().length).toBeGreaterThan(5);
  });

  test('a 429 is waited out, and holds back events alone', async () => {
    const { simulator, atlas, clock, projectId, query } = await setUp({ buckets: { events: { capacity: 1 } } });
    await using _ = simulator;
    await using __ = atlas;
    const since = '2026-11-22T12:00:00Z';
    await all(atlas.events({ ...query, since }));
    const late = atlas.within(() => 1_000);
    expect((await failureOf(all(late.events({ ...query, since })))).code).toBe('ATLAS_RATE_LIMITED');
    expect((await clustersOf(atlas, projectId, 'flex')).length).toBe(3);
    await all(atlas.events({ ...query, since }));
    expect(clock.sleptMs.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(30_000);
  });
});
