import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAboutCredentials, responseError } from '../../../functions/atlas/http/response-error.ts';
import { quote } from '../../../functions/restore/redact/quote.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const context = { what: 'GET /api/atlas/v2/groups', role: 'Project Backup Manager', nowMs: NOW };

/** Statuses and codes of docs/atlas.md#5. */
const TABLE = [
  [400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', 'ATLAS_WRONG_TIER', "another tier's API"],
  [400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', 'ATLAS_WRONG_TIER', ''],
  [400, 'CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API', 'ATLAS_WRONG_TIER', ''],
  [409, 'CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API', 'ATLAS_WRONG_TIER', ''],
  [400, 'NOT_SERVERLESS_TENANT_CLUSTER', 'ATLAS_WRONG_TIER', ''],
  [400, 'INCORRECT_BACKUP_API_ENDPOINT', 'ATLAS_REFUSED', ''],
  [400, 'INVALID_QUERY_PARAMETER', 'ATLAS_REFUSED', 'asking again will not help'],
  [401, 'UNEXPECTED_ERROR', 'ATLAS_UNAUTHORIZED', 'the secret holds its current values'],
  [401, 'USER_UNAUTHORIZED', 'ATLAS_UNAUTHORIZED', 'this call needs Project Backup Manager'],
  [401, 'NOT_IN_GROUP', 'ATLAS_UNAUTHORIZED', "not of this project's organization"],
  [402, 'ACCOUNT_SUSPENDED', 'ATLAS_FORBIDDEN', 'billing'],
  [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', 'ATLAS_FORBIDDEN', 'add this address, 203.0.113.7, to the API access list'],
  [403, 'ORG_REQUIRES_ACCESS_LIST', 'ATLAS_FORBIDDEN', 'add this address'],
  [403, 'FEATURE_UNSUPPORTED', 'ATLAS_FORBIDDEN', 'the plan'],
  [403, 'ACCESS_FORBIDDEN', 'ATLAS_FORBIDDEN', ''],
  [404, 'CLUSTER_NOT_FOUND', 'ATLAS_NOT_FOUND', 'deleted'],
  [404, 'UNEXPECTED_ERROR', 'ATLAS_NOT_FOUND', ''],
  [406, 'INVALID_VERSION_DATE', 'ATLAS_REFUSED', 'version'],
  [410, 'VERSION_GONE', 'ATLAS_GONE', 'stop asking'],
  [429, 'RATE_LIMITED_TOKEN_BUCKET', 'ATLAS_RATE_LIMITED', 'wait 55 s'],
  [500, 'UNEXPECTED_ERROR', 'ATLAS_UNAVAILABLE', 'try again later'],
  [500, 'TIMEOUT_WHILE_PAGING', 'ATLAS_UNAVAILABLE', ''],
  [503, 'SERVICE_UNAVAILABLE', 'ATLAS_UNAVAILABLE', ''],
  [301, undefined, 'ATLAS_REFUSED', 'the base URL is wrong'],
  [408, undefined, 'ATLAS_UNAVAILABLE', ''],
] as const;

describe('an answer of', () => {
  test.each(TABLE)('%s %s is %s', (status, errorCode, code, advice) => {
    const parameters = status === 429 ? ['/api/atlas/v2/groups', 55, 10, 5, 60] : ['203.0.113.7'];
    const error = responseError(
      answer(status, { error: status, errorCode, detail: 'synthetic', reason: null, parameters }),
      context,
    );
    expect(error).toMatchObject({ code, status, errorCode, message: expect.stringContaining(advice) });
    expect(error.message).toMatch(/^GET \/api\/atlas\/v2\/groups answered \d{3}/);
  });

  test.each([
    ['<html><h1>Bad gateway</h1></html>', '"Bad gateway"'],
    ['', 'answered 502:'],
    ['{"error":', 'answered 502'],
    ['null', 'answered 502'],
    ['[1]', 'answered 502'],
    ['"text"', 'answered 502'],
  ])('something that is no ApiError, %j, is an error all the same', (body, part) => {
    const error = responseError(answer(502, body), context);
    expect(error).toMatchObject({ code: 'ATLAS_UNAVAILABLE', status: 502, message: expect.stringContaining(part) });
  });

  test.each([
    [
      [{ field: 'groupId', description: 'must be 24 hex digits' }, { field: 'pageNum' }],
      '("Invalid."; groupId: must be 24 hex digits; pageNum):',
    ],
    [[{ field: 'url', description: 'https://x.example/CANARY is none' }], '("Invalid."; url: [URL removed] is none):'],
    [Array(12).fill({ field: 'f', description: 'd' }), '("Invalid."; f: d; f: d; f: d; f: d; f: d; and 7 more):'],
    [[null, 7, {}, { field: 7, description: [] }, 'text'], '("Invalid."):'],
    ['none', '("Invalid."):'],
    [null, '("Invalid."):'],
  ])('400 with the fields %j tells them', (fields, said) => {
    const body = { error: 400, errorCode: 'VALIDATION_ERROR', detail: 'Invalid.', badRequestDetail: { fields } };
    expect(responseError(answer(400, body), context).message).toContain(`answered 400 VALIDATION_ERROR ${said}`);
    const { detail: _, ...without } = body;
    expect(responseError(answer(400, { ...without, badRequestDetail: null }), context).message).toContain(
      'VALIDATION_ERROR: ',
    );
  });

  test('400 with fields of any length stays short', () => {
    const fields = Array(50).fill({ field: 'x'.repeat(1_000), description: 'y'.repeat(1_000) });
    const { message } = responseError(
      answer(400, { errorCode: 'VALIDATION_ERROR', badRequestDetail: { fields } }),
      context,
    );
    expect(message.length).toBeLessThan(1_500);
  });

  test('no JSON still has its code in a header', () => {
    expect(responseError(answer(404, '', { 'x-error-code': 'CLUSTER_NOT_FOUND' }), context).errorCode).toBe(
      'CLUSTER_NOT_FOUND',
    );
  });

  test.each([
    [{ 'retry-after': '7' }, {}, 7_000],
    [{ 'retry-after': '0' }, {}, 0],
    [{ 'retry-after': new Date(NOW + 9_000).toUTCString() }, {}, 9_000],
    [{}, { errorCode: 'RATE_LIMITED_TOKEN_BUCKET', parameters: ['/x', 55, 10, 5, 60] }, 55_000],
    [{}, { errorCode: 'RATE_LIMITED', parameters: ['/api/oauth/token', 50, 1] }, undefined],
    [{ 'retry-after': 'soon' }, {}, undefined],
    [{ 'retry-after': '-5' }, {}, undefined],
    [{ 'retry-after': '1.5' }, {}, undefined],
    [{ 'retry-after': '999999999999' }, {}, 999_999_999_999_000],
    [{ 'retry-after': '9'.repeat(400) }, {}, Number.MAX_SAFE_INTEGER],
    [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, {}, Date.UTC(9999, 11, 31, 23, 59, 59) - NOW],
    [{ 'retry-after': 'Sunday, 06-Nov-94 08:49:37 GMT' }, {}, 0],
    [{ 'retry-after': 'Mon Nov 23 12:00:09 2026' }, {}, 9_000],
  ])('429 with %j %j asks for a wait of %4$s ms', (headers, body, retryAfterMs) => {
    expect(responseError(answer(429, body, headers), context).retryAfterMs).toBe(retryAfterMs);
  });
});

test.each([
  [401, 'UNEXPECTED_ERROR', true],
  [401, undefined, true],
  [401, 'USER_UNAUTHORIZED', false],
  [401, 'NOT_IN_GROUP', false],
  [403, 'UNEXPECTED_ERROR', false],
])('whether new credentials may mend a %s %s: %s', (status, errorCode, expected) => {
  expect(isAboutCredentials(answer(status, { errorCode }))).toBe(expected);
});

describe("Atlas's own words", () => {
  test.each([
    ['see https://restore-1.abc.mongodb.net:27017/CANARY/restore.tar.gz now', '"see [URL removed] now"'],
    ['see restore-1.abc.mongodb.net:27017/CANARY/restore.tar.gz now', '"see [URL removed] now"'],
    ['sent Authorization: Bearer CANARY.token here', '"sent [credential removed] here"'],
    ['sent Digest username="a", nonce="CANARY"', '"sent [credential removed]"'],
    ['line one\r\nline two\u2028three\u0007', '"line one line two three"'],
    ['sent Authorization: Bearer CANARY', '"sent [credential removed]"'],
    ['sent "Authorization":"Bearer CAN" now', '"sent "[credential removed] now"'],
    ['sent Proxy-Authorization: CAN, twice', '"sent [credential removed]"'],
    ['no bearer token, no basic auth', '"no bearer token, no basic auth"'],
    ['see host/path?X-Amz-Signature=CANARY now', '"see [URL removed] now"'],
    ['X-Amz-Signature=CANARY', '"[credential removed]"'],
    ['a=1&X-Amz-Security-Token%3DCANARY', '"[URL removed]"'],
    ['see https:\\/\\/restore.x.net\\/CANARY now', '"see [URL removed] now"'],
    ['see https\\u003a\\u002f\\u002frestore\\u002fCANARY now', '"see [URL removed] now"'],
    ['see https:&#x2F;&#47;restore&sol;CANARY now', '"see [URL removed] now"'],
    ['see https%3A%2F%2Frestore%2FCANARY now', '"see [URL removed] now"'],
    ['see https%253a%252F%252Frestore%252FCANARY now', '"see [URL removed] now"'],
    ['see restore.mongodb.net%2FCANARY now', '"see [URL removed] now"'],
    ['?Expires=5&Signature=CANARY&a=b', '"[URL removed]"'],
    ['{"password": "CANARY", "a": 1}', '"{"[credential removed], "a": 1}"'],
    ['the client_secret=CANARY; go', '"the [credential removed]; go"'],
    ['apiKey: CANARY', '"apiKey: [removed]"'],
    ['No cluster named Cluster0 exists in group 0123.', '"No cluster named Cluster0 exists in group 0123."'],
    ['the key was sEcReT-1, you know', '"the key was [removed], you know"'],
  ])('%j become %s', (text, said) => expect(quote(text, ['sEcReT-1'])).toBe(said));

  test('are one short line, whatever they are', () => {
    const words = fc.string({ unit: 'binary', maxLength: 5_000 });
    fc.assert(
      fc.property(words, (text) => {
        const said = quote(text);
        expect(said.length).toBeLessThanOrEqual(202);
        expect(said).not.toMatch(/[\r\n\u2028\u2029]/);
      }),
    );
  });

  test('take no time to clean, however long and odd', () => {
    for (const odd of [
      '<',
      'a',
      'a.',
      '://',
      'Digest a=',
      '"',
      '-.aa',
      '%25',
      'token',
      'token:',
      'x-amz-',
      '&#x2f;',
      ' = ',
    ])
      quote(odd.repeat(200_000));
    responseError(answer(502, '<'.repeat(1_000_000)), context);
  });

  test('never carry a hidden value, wherever the answer has it', () => {
    const hidden = 'sEcReT/with+base64==';
    const place = fc.constantFrom('field', 'detail', 'reason', 'errorCode', 'error', 'error_description', 'other');
    const around = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(
        fc.dictionary(place, around),
        fc.constantFrom(400, 401, 403, 429, 500, 502),
        fc.boolean(),
        (fields, status, raw) => {
          const body = Object.fromEntries(Object.entries(fields).map(([name, [a, b]]) => [name, `${a}${hidden}${b}`]));
          const wrong = [{ field: body.field, description: body.detail }];
          const sent = raw ? Object.values(body).join() : { ...body, badRequestDetail: { fields: wrong } };
          const error = responseError(answer(status, sent), {
            ...context,
            hidden: [hidden],
          });
          expect(inspect(error, { depth: 20 })).not.toContain(hidden);
        },
      ),
    );
  });
});
