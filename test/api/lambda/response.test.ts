import { expect, test } from 'vitest';
import { PlainHeaders, PlainResponse } from '../../../functions/api/lambda/response.ts';

const pairs = (headers: Iterable<[string, string]>) => [...headers].sort();

test.each([
  ['Node\u2019s own', Headers],
  ['ours', PlainHeaders],
])('headers: %s', (_, Class) => {
  const headers = new Class({ 'Content-Type': 'text/csv', vary: 'accept' });
  headers.set('CONTENT-TYPE', 'text/plain');
  headers.set('x-request-id', '1');
  headers.delete('Vary');
  expect([headers.get('Content-type'), headers.get('vary'), headers.has('X-Request-Id')]).toEqual([
    'text/plain',
    null,
    true,
  ]);
  const copy = new Class(headers as never);
  copy.set('x-request-id', '2');
  expect(pairs(headers)).toEqual([
    ['content-type', 'text/plain'],
    ['x-request-id', '1'],
  ]);
  expect(pairs(copy.entries())).toEqual([
    ['content-type', 'text/plain'],
    ['x-request-id', '2'],
  ]);
});

test.each([
  ['Node\u2019s own', Response],
  ['ours', PlainResponse],
])('responses: %s', async (_, Class) => {
  const typed = { 'content-type': 'text/html' };
  const page = new Class(new String('<p>') as never, { status: 404, headers: typed });
  expect([page.status, await page.text(), pairs(page.headers)]).toEqual([404, '<p>', [['content-type', 'text/html']]]);
  const head = new Class(null, page as never);
  expect([head.status, head.body, await head.text(), pairs(head.headers)]).toEqual([
    404,
    null,
    '',
    pairs(page.headers),
  ]);
  const empty = new Class();
  expect([empty.status, await empty.text(), pairs(empty.headers)]).toEqual([200, '', []]);
});
