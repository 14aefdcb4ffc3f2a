import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../functions/ledger/fingerprint.ts';
import { redactAnswer, redactJob } from '../../functions/restore/redact.ts';

const SECRET = 'https://restore-0.canary.example:27017/CANARY/restore.tar.gz';

test('every field that holds a delivery URL goes, and each URL is counted', () => {
  const job = {
    id: '6a7948342c88faeba59eb866',
    deliveryUrl: [SECRET, SECRET],
    snapshotUrl: SECRET,
    components: [
      {
        replicaSetName: 'shard-0',
        downloadUrl: SECRET,
        privateDownloadDeliveryUrls: [{ deliveryUrl: SECRET, endpointId: 'vpce-1' }],
      },
    ],
    privateDownloadDeliveryUrls: [{ deliveryUrl: SECRET, endpointId: 'vpce-2' }],
    delivery: { methodName: 'HTTP', url: SECRET, urlV2: SECRET, authHeader: 'x', authValue: 'CANARY' },
    links: [{ href: SECRET, rel: 'self' }],
  };
  expect(redactJob(job)).toEqual({
    atlas: {
      id: '6a7948342c88faeba59eb866',
      components: [{ replicaSetName: 'shard-0' }],
      delivery: { methodName: 'HTTP' },
    },
    deliveryUrlCount: 10,
  });
});

test('an empty delivery URL list counts nothing', () => {
  expect(redactJob({ deliveryUrl: [], deliveryType: 'download' })).toEqual({
    atlas: { deliveryType: 'download' },
    deliveryUrlCount: 0,
  });
});

test('a URL quoted in a text goes, the text stays', () => {
  expect(redactJob({ errorMessage: `could not write ${SECRET} (timeout)` }).atlas).toEqual({
    errorMessage: 'could not write [URL removed] (timeout)',
  });
});

test.each([
  'restore-1.ab12cd.mongodb.net:27017/CANARY/restore-2.tar.gz',
  'CANARY/restore-2.tar.gz',
  '//restore-1.mongodb.net/CANARY',
])('a URL without its scheme goes too: %s', (url) => {
  const text = `fetch of ${url} failed`;
  expect(redactJob({ errorMessage: text, downloadUri: url }).atlas).toEqual({
    errorMessage: 'fetch of [URL removed] failed',
  });
});

test('names of clusters, collections and files stay as they are', () => {
  const names = {
    a: 'shop.orders/archive',
    b: 'copy (2): a, b & c',
    c: 'db.system.views',
    d: 'v1.2.3',
    security: 'on',
  };
  expect(redactJob(names)).toEqual({ atlas: names, deliveryUrlCount: 0 });
});

test('a field that no version of Atlas has yet, but that a secret would stand in, goes', () => {
  const unknown = {
    presignedUrl: 'CANARY',
    downloadToken: 'CANARY',
    s3Credentials: { key: 'CANARY' },
    restoredDocuments: 7,
  };
  expect(redactJob(unknown).atlas).toEqual({ restoredDocuments: 7 });
});

test('a URL is found wherever it hides, at any depth', () => {
  const withSecret = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constant(SECRET),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  })).tree;
  fc.assert(
    fc.property(fc.dictionary(fc.string(), withSecret), (job) => {
      expect(JSON.stringify(redactJob(job as Record<string, unknown>))).not.toContain('CANARY');
      expect(JSON.stringify(redactAnswer(job))).not.toContain('CANARY');
    }),
    { numRuns: 500 },
  );
});

/** What `redact.ts` looks for, in texts made of its parts. */
const URL_IN_TEXT =
  /(?<![a-z0-9+.-])[a-z0-9+.-]*:\/\/\S+|(?<![a-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)+:\d{2,5}\/\S+|(?<!\S)\S*\.tar\.gz\b\S*|(?<!\S)\/\/\S+/gi;

test('no text is taken for harmless that holds a URL', () => {
  const part = fc.constantFrom(
    'https',
    'HTTP',
    ':',
    '/',
    '//',
    '://',
    'a.b',
    'host.net:27017',
    '.tar',
    '.gz',
    '.TAR.gz',
  );
  const parts = fc.oneof(
    part,
    fc.constantFrom('tar.gz', '.tar.gz', '.', ' ', '\n', 'x', '27'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (all) => {
      const text = all.join('');
      const urls = text.match(URL_IN_TEXT) ?? [];
      expect(redactJob({ text })).toEqual({
        atlas: { text: text.replace(URL_IN_TEXT, '[URL removed]') },
        deliveryUrlCount: urls.length,
      });
    }),
    { numRuns: 2_000 },
  );
});

test('a secret goes however many names were met before it', () => {
  for (let nth = 0; nth < 3_000; nth++) redactJob({ [`name${nth}`]: nth });
  for (const round of ['first', 'again']) {
    const job = {
      [`late-token-${round}`]: 'CANARY',
      deliveryUrl: 'CANARY',
      [`token${'x'.repeat(200)}`]: 'CANARY',
      round,
    };
    expect(redactJob(job)).toEqual({ atlas: { round }, deliveryUrlCount: 3 });
  }
});

test('the fields that stay are in order, whatever order they came in, at any depth', () => {
  const field = fc.oneof(fc.constantFrom('links', 'deliveryUrl', 'id', 'a', 'B', '10', '9', '__proto__'), fc.string());
  const tree = fc.letrec((again) => ({
    value: fc.oneof(fc.integer(), fc.constant(null), fc.array(again('value'), { maxLength: 3 }), again('object')),
    object: fc.dictionary(field, again('value'), { maxKeys: 6 }),
  }));
  fc.assert(
    fc.property(tree.object, (job) => {
      const { atlas } = redactJob(job as Record<string, unknown>);
      expect(JSON.stringify(atlas)).toBe(canonicalJson(atlas));
      const backwards = Object.fromEntries(Object.entries(job as object).reverse());
      expect(JSON.stringify(redactJob(backwards).atlas)).toBe(JSON.stringify(atlas));
    }),
  );
});

test('an object of very many names takes time in proportion to their number', () => {
  const entries = Array.from({ length: 400_000 }, (_, nth) => [nth % 2 ? `url${nth}` : `name${nth}`, 'x']);
  const { atlas, deliveryUrlCount } = redactJob(Object.fromEntries(entries));
  expect([Object.keys(atlas).length, deliveryUrlCount]).toEqual([200_000, 200_000]);
});

test('a long text takes time in proportion to its length', () => {
  const long = 'a'.repeat(2_000_000);
  expect(redactJob({ note: `${long} ${SECRET}` }).atlas).toEqual({ note: `${long} [URL removed]` });
});

test('an answer nested without end is cut, not followed', () => {
  let deep: unknown = SECRET;
  for (let i = 0; i < 50_000; i++) deep = { deep };
  expect(JSON.stringify(redactJob({ deep }))).not.toContain('CANARY');
});

test('a key named __proto__ stays data', () => {
  const { atlas } = redactJob(JSON.parse('{"__proto__":{"polluted":true},"id":"x"}'));
  expect(Object.keys(atlas)).toEqual(['__proto__', 'id']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('a whole answer keeps its paging links, without anything a link could smuggle', () => {
  const answer = {
    links: [
      { href: 'https://cloud.mongodb.com/api/atlas/v2/groups?pageNum=2', rel: 'next' },
      { href: SECRET, rel: 'download' },
      { href: 'https://user:CANARY@cloud.mongodb.com/api/atlas/v2/groups', rel: 'self' },
    ],
    results: [{ deliveryUrl: [SECRET] }],
  };
  expect(Object.keys(redactAnswer({ b: 1, a: 2, links: [] }) as object)).toEqual(['b', 'a', 'links']);
  expect(redactAnswer(answer)).toEqual({
    links: [
      { href: 'https://cloud.mongodb.com/api/atlas/v2/groups?pageNum=2', rel: 'next' },
      { href: 'https://cloud.mongodb.com/api/atlas/v2/groups', rel: 'self' },
    ],
    results: [{}],
  });
});
