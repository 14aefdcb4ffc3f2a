import { describe, expect, test } from 'vitest';
import { startAtlas } from '../../../local/atlas/server.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { accountOf, all, clientFor, clustersOf, failureOf, keyOf, PROJECT_ID, projectsOf } from '../clients.ts';
import { apiError, inOrder, json, list, serve, withTokens } from '../scripted-server.ts';

const PROJECT = { id: PROJECT_ID, name: 'A project', orgId: '0123456789abcdef0123456a', clusterCount: 3 };

/** As recorded, cut down to what tells tiers apart (docs/atlas.md#2-1). */
const regions = (providerName: string, instanceSize: string) => ({
  replicationSpecs: [{ regionConfigs: [{ providerName, electableSpecs: { instanceSize } }] }],
});

describe('projects', () => {
  test('are all of them, once each', async () => {
    const again = list([PROJECT, { id: 'b', name: '' }, { id: 'c' }]);
    await using server = await serve(
      withTokens(inOrder(json(200, list([PROJECT], ['self', 'next'])), json(200, again))),
    );
    await using atlas = clientFor(server.url);
    expect(await projectsOf(atlas)).toEqual([
      { id: PROJECT_ID, name: 'A project', orgId: '0123456789abcdef0123456a' },
      { id: 'b', name: '' },
      { id: 'c', name: 'c' },
    ]);
  });

  test.each([
    ['null', 'results[]', 'an object', 'null'],
    ['7', 'results[]', 'an object', '7'],
    ['[]', 'results[]', 'an object', 'a list'],
    ['{}', 'id', 'text', 'nothing'],
    ['{"name":"x"}', 'id', 'text', 'nothing'],
    ['{"id":null,"name":"ghost"}', 'id', 'text', 'null'],
    ['{"id":""}', 'id', 'text', '""'],
    ['{"id":1e400}', 'id', 'text', 'Infinity'],
    ['{"__proto__":{"id":"x"}}', 'id', 'text', 'nothing'],
  ])('with %s among them are the others, and a problem', async (element, field, expected, got) => {
    const body = `{"results":[${JSON.stringify(PROJECT)},${element},{"id":"constructor"}],"totalCount":3,"links":[]}`;
    await using server = await serve(withTokens((response) => response.end(body)));
    await using atlas = clientFor(server.url);
    const found = await all(atlas.projects());
    expect(found.flatMap(({ projects }) => projects.map(({ id }) => id))).toEqual([PROJECT_ID, 'constructor']);
    expect(found.flatMap(({ problems }) => problems)).toEqual([{ what: 'project', field, expected, got }]);
  });

  test('of which fewer come than Atlas counts, twice, are no whole list: those that came are returned all the same', async () => {
    await using server = await serve(withTokens(json(200, { results: [PROJECT], totalCount: 2, links: [] })));
    await using atlas = clientFor(server.url);
    const found: unknown[] = [];
    const reading = (async () => {
      for await (const { projects } of atlas.projects()) found.push(...projects.map(({ id }) => id));
    })();
    const failure = await failureOf(reading);
    expect(failure).toMatchObject({ code: 'ATLAS_BAD_ANSWER', transient: true });
    expect(failure.message).toContain('expected 2 items, as Atlas counts them, got 1 in each of two readings');
    expect(found).toEqual([PROJECT_ID]);
  });

  test('of a large account are read through its pages', async () => {
    await using simulator = await startAtlas({ projects: 230, clusters: 0 });
    await using atlas = clientFor(simulator.url, { credentials: keyOf(simulator) });
    const found = await projectsOf(atlas);
    expect(found.map(({ id }) => id)).toEqual(simulator.world.projects.map(({ id }) => id));
  });
});

describe('clusters', () => {
  test.each([
    [
      'dedicated',
      { name: 'a', id: '1', stateName: 'IDLE', ...regions('AWS', 'M10') },
      { name: 'a', id: '1', tier: 'dedicated', state: 'IDLE' },
    ],
    ['dedicated', { name: 'a', ...regions('TENANT', 'M0') }, { name: 'a', tier: 'free' }],
    ['dedicated', { name: 'a', ...regions('TENANT', 'M2') }, { name: 'a', tier: 'dedicated' }],
    ['dedicated', { name: 'a', replicationSpecs: null }, { name: 'a', tier: 'dedicated' }],
    ['dedicated', { name: 'a', replicationSpecs: [null, { regionConfigs: [null] }] }, { name: 'a', tier: 'dedicated' }],
    ['flex', { name: 'a', stateName: 'DELETED' }, { name: 'a', tier: 'flex', state: 'DELETED' }],
    [
      'dedicated',
      { name: 'a', paused: true, backupEnabled: false, createDate: '2026-11-01T10:00:00Z' },
      {
        name: 'a',
        tier: 'dedicated',
        paused: true,
        backupEnabled: false,
        createDate: '2026-11-01T10:00:00.000Z',
      },
    ],
    [
      'flex',
      { name: 'a', backupEnabled: true, backupSettings: { enabled: false } },
      { name: 'a', tier: 'flex', backupEnabled: false },
    ],
    ['dedicated', { name: 'a', paused: 'no', backupEnabled: 1, createDate: 'soon' }, { name: 'a', tier: 'dedicated' }],
    ['flex', { name: 'a', backupSettings: null, createDate: 5 }, { name: 'a', tier: 'flex' }],
  ] as const)('of the %s list, %j is %j', async (which, element, cluster) => {
    await using server = await serve(withTokens(json(200, list([{ id: '1', ...element }]))));
    await using atlas = clientFor(server.url);
    expect(await clustersOf(atlas, PROJECT_ID, which)).toEqual([{ id: '1', ...cluster }]);
  });

  test.each([
    ['none', [], []],
    ['all', [{ key: 'env', value: 'prod' }], [{ key: 'env', value: 'prod' }]],
    ['not known, without the field', undefined, undefined],
    ['not known, as no list', { env: 'prod' }, undefined],
    ['not known, where one has no value', [{ key: 'env', value: 'prod' }, { key: 'team' }], undefined],
    ['not known, where one has no key', [{ key: '', value: 'prod' }], undefined],
    ['not known, where one is too long', [{ key: 'env', value: 'x'.repeat(256) }], undefined],
    ['not known, where there are too many', Array(51).fill({ key: 'env', value: 'prod' }), undefined],
    ['not known, where a key holds a URL', [{ key: 'see https://x.test/a', value: 'prod' }], undefined],
    ['without a value that a secret has', [{ key: 'apiKey', value: 'hunter2' }], [{ key: 'apiKey' }]],
    ['without a value that holds a URL', [{ key: 'runbook', value: 'https://x.test/a?sig=b' }], [{ key: 'runbook' }]],
  ])('have tags: %s', async (_, given, tags) => {
    await using server = await serve(withTokens(json(200, list([{ id: '1', name: 'a', tags: given }]))));
    await using atlas = clientFor(server.url);
    const { clusters, problems } = await atlas.clusters(PROJECT_ID, 'flex');
    expect(clusters).toEqual([{ id: '1', name: 'a', tier: 'flex', ...(tags && { tags }) }]);
    expect(problems).toEqual([]);
  });

  test.each([undefined, null, 7, ''])('with the id %j are read, with a problem', async (id) => {
    await using server = await serve(withTokens(json(200, list([{ id, name: 'a' }]))));
    await using atlas = clientFor(server.url);
    expect(await atlas.clusters(PROJECT_ID, 'flex')).toMatchObject({
      clusters: [{ name: 'a', tier: 'flex' }],
      problems: [{ what: 'cluster', field: 'id', expected: 'text' }],
    });
  });

  test.each([
    ['dedicated', '/clusters', '2024-08-05', true],
    ['flex', '/flexClusters', '2024-11-13', false],
    ['serverless', '/serverless', '2023-01-01', false],
  ] as const)('of the %s list are asked for at %s, version %s', async (which, path, version, deleted) => {
    await using server = await serve(withTokens(json(200, list([]))));
    await using atlas = clientFor(server.url);
    await atlas.clusters(PROJECT_ID, which);
    const { target = '', headers } = server.seen[1] ?? {};
    const url = new URL(target, server.url);
    expect(url.pathname).toBe(`/api/atlas/v2/groups/${PROJECT_ID}${path}`);
    expect(url.searchParams.get('includeDeletedWithRetainedBackups')).toBe(deleted ? 'true' : null);
    expect(headers?.accept).toBe(`application/vnd.atlas.${version}+json`);
  });

  test.each([
    [null, 'results[]', 'null'],
    ['a', 'results[]', '"a"'],
    [{}, 'name', 'nothing'],
    [{ name: '' }, 'name', '""'],
    [{ name: 7 }, 'name', '7'],
    [{ id: '1', stateName: 'CREATING' }, 'name', 'nothing'],
  ])('with %j among them are the others, and a problem', async (element, field, got) => {
    await using server = await serve(
      withTokens(json(200, list([{ id: '0', name: '__proto__' }, element, { id: '2', name: 'b' }]))),
    );
    await using atlas = clientFor(server.url);
    const { clusters, problems } = await atlas.clusters(PROJECT_ID, 'flex');
    expect(clusters.map(({ name }) => name)).toEqual(['__proto__', 'b']);
    expect(problems).toMatchObject([{ what: 'cluster', field, got }]);
  });

  test('that Atlas counts and does not show are asked for again, and then the list is no answer', async () => {
    const whole = json(200, list([{ id: '1', name: 'a' }]));
    const short = json(200, { ...list([]), totalCount: 1 });
    await using server = await serve(withTokens(inOrder(short, short, whole)));
    await using atlas = clientFor(server.url);
    expect(await clustersOf(atlas, PROJECT_ID, 'flex')).toHaveLength(1);
    await using never = await serve(withTokens(short));
    await using other = clientFor(never.url);
    expect(await failureOf(other.clusters(PROJECT_ID, 'flex'))).toMatchObject({
      code: 'ATLAS_BAD_ANSWER',
      transient: true,
    });
  });

  const changing = apiError(400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', { parameters: ['another'] });

  test('are asked for once more, later, while one of them changes its tier', async () => {
    const clock = new ManualClock();
    await using server = await serve(withTokens(inOrder(changing, json(200, list([{ id: '1', name: 'a' }])))));
    await using atlas = clientFor(server.url, { clock });
    expect(await clustersOf(atlas, PROJECT_ID, 'dedicated')).toHaveLength(1);
    expect(clock.sleptMs).toEqual([5_000]);
  });

  test('are asked for once more only, and only where there is time', async () => {
    await using server = await serve(withTokens(changing));
    await using atlas = clientFor(server.url);
    expect((await failureOf(atlas.clusters(PROJECT_ID, 'dedicated'))).code).toBe('ATLAS_WRONG_TIER');
    expect(atlas.usage.requests).toBe(2);
    expect((await failureOf(atlas.within(() => 5_000).clusters(PROJECT_ID, 'dedicated'))).code).toBe(
      'ATLAS_WRONG_TIER',
    );
    expect(atlas.usage.requests).toBe(3);
  });

  test('of a simulated project are found in the list of their tier, deleted ones too', async () => {
    await using simulator = await startAtlas({ projects: 1, clusters: 6, deletedClusters: 1 });
    await using atlas = clientFor(simulator.url, { credentials: accountOf(simulator) });
    const [project] = simulator.world.projects;
    const id = project?.id ?? '';
    const found = [...(await clustersOf(atlas, id, 'dedicated')), ...(await clustersOf(atlas, id, 'flex'))];
    const tiers = {
      flex: 'flex',
      free: 'free',
      replicaSet: 'dedicated',
      sharded: 'dedicated',
      serverless: 'serverless',
    };
    const expected = simulator.world.clusters(id).map(({ name, id: clusterId, tier, state }) => ({
      ...{ name, id: clusterId, tier: tiers[tier] },
      state,
    }));
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    expect(found.sort(byName)).toMatchObject(expected.sort(byName));
    expect(new Set(found.map(({ tier }) => tier))).toEqual(new Set(['dedicated', 'flex', 'free']));
  });
});
