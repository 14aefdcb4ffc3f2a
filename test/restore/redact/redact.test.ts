import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../functions/ledger/model/fingerprint.ts';
import { redactAnswer, redactJob } from '../../../functions/restore/redact/redact.ts';

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
    deliveryUrlCount: 8,
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

test('no text is taken for harmless that holds a URL', () => {
  const filler = fc.oneof(
    fc.constantFrom('tar.gz', '.', ' ', '\n', 'x', '27', 'a.b', ':', '/', '"', '(', 'host.net'),
    fc.string({ unit: 'binary' }),
  );
  const url = fc.constantFrom(
    'https://h.example/CANARY',
    'HTTP:\\/\\/h.example\\/CANARY',
    'https%3A%2F%2Fh.example%2FCANARY',
    'https%253a%252f%252fh%2FCANARY',
    'https:\\u002f\\u002fh/CANARY',
    'https:&#x2F;&#47;h/CANARY',
    'mongodb+srv://u:CANARY@c0.example.net/db',
    ' host.net:27017/CANARY',
    ' h.example.com/CANARY',
    ' example.com/CANARY',
    ' //h/CANARY',
    ' CANARY.tar.gz',
    ' h/p?a=b&X-Amz-Signature=CANARY',
    ' X-Amz-Signature=CANARY',
    ' token=CANARY',
    ' sig=CANARY',
    ' my-access_token%3DCANARY',
    ' {"password": "CANARY"}',
    ' Authorization: Bearer CANARY',
    ' authorization=Basic CANARY',
    ' bearer CANARY',
    ' Basic CANARY0=',
    ' Digest username="a", response="CANARY"',
    ' eyJhbGciOiJub25lIn0.CANARY.CANARY',
  );
  const parts = fc.array(filler, { maxLength: 5 }).map((all) => all.join(''));
  fc.assert(
    fc.property(parts, url, parts, fc.boolean(), (before, secret, after, asName) => {
      const text = `${before}${secret.startsWith(' ') ? '' : ' '}${secret} ${after}`;
      const { atlas, deliveryUrlCount } = redactJob(asName ? { [text]: 1 } : { text });
      expect(JSON.stringify(atlas)).not.toContain('CANARY');
      expect(JSON.stringify(redactAnswer(asName ? { [text]: 1 } : { text }))).not.toContain('CANARY');
      expect(deliveryUrlCount).toBe(0);
      if (!asName) expect(Object.keys(atlas)).toEqual(['text']);
    }),
    { numRuns: 3_000 },
  );
});

test('a URL that a text quotes is no delivery: only fields of deliveries are counted', () => {
  const job = {
    errorMessage: `could not write ${SECRET}`,
    deliveryUrl: [SECRET],
    note: { helpUrl: SECRET, downloadToken: 'CANARY' },
  };
  expect(redactJob(job)).toEqual({
    atlas: { errorMessage: 'could not write [URL removed]', note: {} },
    deliveryUrlCount: 1,
  });
});

test('the name of a namespace is data, even if it looks like a path or an archive; a URL in its place is none', () => {
  const names = {
    sourceNamespace: 'app.files/backup.tar.gz',
    targetNamespace: 'a.b.c/2024',
    namespaces: ['shop.example.com/x', 'x.tar.gz'],
  };
  const job = { collections: [names], state: 'FAILED' };
  expect(redactJob(job)).toEqual({ atlas: job, deliveryUrlCount: 0 });
  for (const sourceNamespace of [SECRET, 'a.b?X-Amz-Signature=CANARY', 'a.b Bearer CANARY']) {
    expect(JSON.stringify(redactJob({ sourceNamespace }))).not.toContain('CANARY');
  }
});

test.each([
  ...['signature', 'sig', 'auth', 'authKey', 'passphrase', 'pwd', 'accessKey', 'access_key', 'encryptionKey', 'cookie'],
  ...[
    'session',
    'bearer',
    'jwt',
    'href',
    'location',
    'set-cookie',
    'sessionId',
    'x_sig',
    'fileSig2',
    'SIG',
    'AUTH_KEY',
  ],
  ...['basicAuth', 'masterKey', 'sshPrivateKeys', 'accesskey', 'Authorization', 'idToken', 'downloadLocation'],
])('a field called %s goes', (name) => {
  const { atlas, deliveryUrlCount } = redactJob({ [name]: 'CANARY', deep: [{ [name]: { value: 'CANARY' } }] });
  expect([atlas, deliveryUrlCount]).toEqual([{ deep: [{}] }, 0]);
});

test('fields whose names only look like it stay', () => {
  const kept = {
    ...{ authDatabase: 'admin', authMechanism: 'SCRAM', author: 'ana', design: 'x', signal: 1, shardKey: { a: 1 } },
    ...{ publicKey: 'abcdefgh', key: 'k', masterKeyUUID: 'u', encryptionEnabled: true, hashes: [], allocation: 1 },
    ...{ region: 'EU_WEST_1', sessions: undefined, assigned: true, keyspace: 'k' },
  };
  const { sessions: _, ...expected } = kept;
  expect(redactJob(expected).atlas).toEqual(expected);
});

test('every field that the specification gives a restore job stays, but for the secret ones and the links', () => {
  const names = [
    ...[
      'batchId',
      'cancelled',
      'checkpointId',
      'clusterId',
      'clusterName',
      'collectionSuffix',
      'collections',
      'components',
    ],
    ...[
      'created',
      'createdAt',
      'databaseSuffix',
      'databases',
      'delivery',
      'deliveryType',
      'desiredTimestamp',
      'errorMessage',
    ],
    ...['encryptionEnabled', 'expirationDate', 'expired', 'expiresAt', 'failed', 'failedCollectionCount', 'fileName'],
    ...[
      'finishedAt',
      'groupId',
      'hash',
      'hashes',
      'id',
      'indexStatus',
      'indexStrategy',
      'instanceName',
      'masterKeyUUID',
    ],
    ...['methodName', 'oplogInc', 'oplogTs', 'pointInTimeUTCMillis', 'pointInTimeUTCSeconds', 'pointInTimeUtcSeconds'],
    ...[
      'projectId',
      'replicaSetName',
      'restoreFinishedDate',
      'restoreScheduledDate',
      'restoredDocuments',
      'snapshotId',
    ],
    ...[
      'snapshotFinishedDate',
      'sourceNamespace',
      'state',
      'status',
      'statusName',
      'targetClusterId',
      'targetClusterName',
    ],
    ...[
      'targetDeploymentItemName',
      'targetGroupId',
      'targetNamespace',
      'targetProjectId',
      'timestamp',
      'totalDocuments',
    ],
    ...['typeName', 'writeStrategy'],
  ];
  expect(Object.keys(redactJob(Object.fromEntries(names.map((name) => [name, 1]))).atlas)).toEqual(names.toSorted());
});

test('names that hold a URL lose it, and none of the fields is lost', () => {
  const job = { 'https://a/CANARY': 1, 'https://b/CANARY': 2, '[removed]': 3, '[removed] 2': 4 };
  const { atlas } = redactJob(job);
  expect(redactJob(atlas).atlas).toEqual(atlas);
  expect(Object.values(atlas).sort()).toEqual([1, 2, 3, 4]);
  expect(JSON.stringify(atlas)).not.toContain('CANARY');
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
    expect(redactJob(job)).toEqual({ atlas: { round }, deliveryUrlCount: 1 });
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
  const urls = Object.fromEntries(Array.from({ length: 100_000 }, (_, nth) => [`https://a/${nth}`, nth]));
  expect(Object.keys(redactJob(urls).atlas).length).toBe(100_000);
});

test('a long text takes time in proportion to its length', () => {
  const long = 'a'.repeat(2_000_000);
  expect(redactJob({ note: `${long} ${SECRET}` }).atlas).toEqual({ note: `${long} [URL removed]` });
});

// Each would take hours where a pattern tries again from each of its characters.
test.each([
  ...[
    'a',
    'A',
    '1',
    '.',
    'a.',
    '-',
    'a-',
    'a_',
    '%',
    '%25',
    '%2',
    '\\',
    ':',
    ':\\',
    '/',
    '?',
    '?a',
    '&',
    '=',
    '&a=',
    'token',
  ],
  ...[
    'token-',
    'x-amz-',
    ' ',
    'Bearer ',
    'Basic ',
    'Basic a',
    'authorization',
    'authorization ',
    'digest ',
    'eyJ',
    'eyJ.',
  ],
  ...['password ', 'token = ', 'AKIA', 'ghp_', 'sk-ant-', '-----BEGIN ', '-----BEGIN PRIVATE KEY', 'xoxb-', 'pypi-a'],
  ...['.tar.gz', '"', '":', 'a:', '&#', 'a.b.c:', 'delivery', 'url ', 'aB', 'Ab', 'auth'],
])('a hostile text, or name, of many %j takes time in proportion to its length', (part) => {
  const long = `/=${part.repeat(Math.ceil(100_000 / part.length))}!`;
  expect(Object.keys(redactJob({ note: long, list: [`${long} x`] }).atlas)).toEqual(['list', 'note']);
  redactJob({ [long]: 'x' });
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

test.each([
  ...['creds', 'cred', 'otp', 'totpSeed', 'pin', 'pinCode', 'passcode', 'refresh', 'sas', 'sasUri', 'sig', 'assertion'],
  ...['clientAssertion', 'private', 'cert', 'clientCert', 'tlsCertificate', 'credentials', 'keystore', 'PIN', 'X-OTP'],
])('a field that is called %s goes', (name) => {
  expect(redactJob({ [name]: 'CANARY', kept: 1 }).atlas).toEqual({ kept: 1 });
});

test.each([
  ...[
    'lastRefresh',
    'refreshInterval',
    'isPrivate',
    'pinned',
    'certExpiresAt',
    'shipping',
    'signal',
    'credit',
    'opinion',
  ],
])('a field that is called %s stays', (name) => {
  expect(redactJob({ [name]: 'x' }).atlas).toEqual({ [name]: 'x' });
});

describe('a pair whose name is that of a secret loses its value', () => {
  test.each([
    [[{ name: 'Authorization', value: 'CANARY' }], [{ name: 'Authorization' }]],
    [[{ key: 'X-Api-Key', values: ['CANARY'] }], [{ key: 'X-Api-Key' }]],
    [[{ Header: 'Set-Cookie', Value: { a: 'CANARY' } }], [{ Header: 'Set-Cookie' }]],
    [
      { parameter: 'otp', value: 'CANARY', type: 'text' },
      { parameter: 'otp', type: 'text' },
    ],
    [[['Authorization', 'CANARY']], [['Authorization', '[credential removed]']]],
    [[{ name: 'region', value: 'eu-west-1' }], [{ name: 'region', value: 'eu-west-1' }]],
    [[['db.tokens', 'db.orders', 'x']], [['db.tokens', 'db.orders', 'x']]],
  ])('%j', (given, kept) => {
    expect(redactJob({ given }).atlas).toEqual({ given: kept });
    expect(redactAnswer({ given })).toEqual({ given: kept });
  });

  test('in a list of names and values in turn', () => {
    const rawHeaders = ['Host', 'h', 'Authorization', 'CANARY', 'Accept', 'json'];
    expect(redactJob({ rawHeaders }).atlas).toEqual({
      rawHeaders: ['Host', 'h', 'Authorization', '[credential removed]', 'Accept', 'json'],
    });
    expect(redactJob({ collections: ['tokens', 'orders'] }).atlas).toEqual({ collections: ['tokens', 'orders'] });
  });
});

test.each([
  ...['curl -u me:CANARY x', 'curl -ume:CANARY', "curl --user 'me:CANARY two' x", 'curl --proxy-user=me:CANARY x'],
  ...[
    'mongodump --password CANARY --db x',
    'tool --password=CANARY',
    "tool --api-key 'CANARY'",
    'tool -token CANARY x',
  ],
  ...[
    'mysql -u root -pCANARY db',
    'mongorestore -u root -p CANARY',
    'sshpass -p "CANARY x" ssh h',
    'x --client-secret CANARY',
  ],
  ...['curl -H "Authorization: Bearer CANARY"', 'X-Api-Key: CANARY', 'cookie: CANARY', "-H 'x-auth-token: CANARY'"],
  ...['password: CANARY1', 'auth:token: CANARY1', 'otp=CANARY', 'creds=CANARY', 'sas=CANARY'],
])('a command line, or a header, that a text quotes loses its secret: %s', (text) => {
  const kept = JSON.stringify([redactJob({ text }).atlas, redactAnswer({ text })]);
  expect(kept).not.toContain('CANARY');
});

test.each([
  ...['password = CANARY', 'Password   =CANARY, and more', 'db_password := "CANARY two"', "secret = 'CANARY two'"],
  ...['AWS_SECRET_ACCESS_KEY = CANARY', 'token == CANARY', 'api_key => CANARY', 'set pwd= CANARY;', 'otp =\n CANARY'],
  ...[
    '-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----CANARY cut',
  ],
])('what a text assigns to the name of a secret goes: %j', (text) => {
  const kept = JSON.stringify([redactJob({ text, collections: [text] }).atlas, redactAnswer({ text })]);
  expect(kept).not.toContain('CANARY');
  expect(kept).toContain('[credential removed]');
});

/** None of them is anybody's. */
const TOKENS: Record<string, fc.Arbitrary<string>> = (() => {
  const of = (characters: string, minLength: number, maxLength = minLength) =>
    fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
  const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const word = `${upper}${upper.toLowerCase()}`;
  const after = (prefix: string, rest: fc.Arbitrary<string>) => rest.map((text) => `${prefix}${text}`);
  return {
    'access key of AWS': fc.constantFrom('AKIA', 'ASIA').chain((prefix) => after(prefix, of(upper, 16))),
    'secret of a service account of Atlas': after(
      'mdb_sa_sk_',
      of(`${word}_-`, 20, 60).map((text) => `${text}a`),
    ),
    'token of GitHub': fc
      .constantFrom('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_')
      .chain((prefix) => after(prefix, of(word, 36, 255))),
    'fine-grained token of GitHub': fc
      .tuple(of(word, 22), of(word, 59))
      .map(([id, secret]) => `github_pat_${id}_${secret}`),
    'token of GitLab': after('glpat-', of(word, 20, 40)),
    'token of Slack': after(
      'xoxb-',
      of('0123456789', 12).chain((id) => after(`${id}-`, of(word, 24))),
    ),
    'token of an app of Slack': fc
      .tuple(of(upper, 11), of('0123456789', 13), of('0123456789abcdef', 64))
      .map(([app, id, secret]) => `xapp-1-${app}-${id}-${secret}`),
    'key of Stripe': after('sk_live_', of(word, 24, 99)),
    'key of Google': after(
      'AIza',
      of(`${word}_-`, 34).map((text) => `${text}a`),
    ),
    'token of npm': after('npm_', of(word, 36)),
  };
})();

test.each(Object.keys(TOKENS))('it goes wherever it stands, in a text, a namespace or a name: %s', (kind) => {
  const around = fc.constantFrom('', ' ', '(', '"', ': ', ', ', '\n', '. ');
  fc.assert(
    fc.property(around, TOKENS[kind] ?? expect.unreachable(), around, (before, token, after) => {
      const text = `used ${before}${token}${after} for it`;
      const kept = JSON.stringify([redactJob({ text, sourceNamespace: text, [text]: 1 }).atlas, redactAnswer([text])]);
      expect(kept).not.toContain(token.slice(-12));
    }),
  );
});

test('ids, digests and names are no keys', () => {
  const hex = fc
    .constantFrom(24, 32, 40, 64)
    .chain((length) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length }),
    );
  // A name that begins as a key does, and is as long as one, is taken for one.
  const isLikeKey =
    /^(?:gl(?:pat|dt|rt|ptt|cbt|soat)-|xox[a-z]-\d|xapp-\d-|sk-(?:ant|proj|svcacct)-|GOCSPX-|pypi-|AIza)/i;
  const name = fc
    .stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,15}(?:-[a-zA-Z0-9]{1,12}){0,4}$/)
    .filter((text) => !isLikeKey.test(text));
  const id = fc.oneof(
    hex,
    hex.map((text) => text.toUpperCase()),
    fc.uuid(),
    name,
  );
  const words = fc.constantFrom(
    'job',
    'snapshot',
    'restored to',
    'sha256:',
    'run',
    'cluster',
    'role AROAIDPPEZS35WEXAMPLE',
    'mdb_sa_id_65a1b2c3d4e5f60718293a4b',
  );
  fc.assert(
    fc.property(words, id, (before, after) => {
      const text = `${before} ${after} done`;
      expect(redactJob({ text }).atlas).toEqual({ text });
    }),
    // Found by 300,000 runs: a name that only begins like a token of Slack.
    { numRuns: 2_000, examples: [['cluster', 'xapp-VOE5c765DV-k-NWn0Fw70sZ']] },
  );
});

test.each([
  ...['retry with -v to see more', 'the --password option is missing', 'invalid token: expired', 'a - b - c'],
  ...['password: must not be empty', 'step 2 -u was skipped', 'node -p 1', 'the key: none', 'a user-password pair'],
  ...[
    'copied 3 of 4 shards, pin: none',
    'see the cookie jar',
    'AKIA is a prefix',
    'npm_lifecycle_event',
    'ghp_ tokens',
  ],
  ...['total = 3', 'keys = 12', 'the ASIA region', 'passed = 3 of 4', 'sk_test_ab', 'a private key', 'hvs.x'],
  'secret arn:aws:secretsmanager:us-east-1:111122223333:secret:Ledger-CredentialsSecret40F8BB41-AbCdEf is empty',
])('an ordinary text stays: %s', (text) => expect(redactJob({ text }).atlas).toEqual({ text }));
