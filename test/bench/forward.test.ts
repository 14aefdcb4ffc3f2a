import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { forwardTo } from '../../bench/dynamo/forward.ts';
import { listen } from '../../bench/dynamo/listen.ts';

async function serving(server: ReturnType<typeof createServer>): Promise<string> {
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${await listen(server)}`;
}

test('a request is passed on as it is, and so is its answer', async () => {
  const behind = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const seen = [method, url, headers['x-amz-target'], await text(request)];
    response.writeHead(400, { 'x-amz-crc32': '7' }).end(JSON.stringify(seen));
  });
  const front = await serving(createServer(forwardTo(await serving(behind))));
  const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
  const answer = await fetch(`${front}/a?b=c`, { method: 'POST', headers, body: '{"Item":{}}' });
  expect([answer.status, answer.headers.get('x-amz-crc32')]).toEqual([400, '7']);
  expect(await answer.json()).toEqual(['POST', '/a?b=c', 'DynamoDB_20120810.PutItem', '{"Item":{}}']);
});

test('where nobody answers, the connection is broken, and the reason shown', async () => {
  const shown = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => shown.mockRestore());
  const behind = createServer();
  const gone = `http://127.0.0.1:${await listen(behind)}`;
  behind.close();
  const front = await serving(createServer(forwardTo(gone)));
  await expect(fetch(front)).rejects.toThrow('fetch failed');
  expect(shown).toHaveBeenCalledWith(expect.objectContaining({ code: 'ECONNREFUSED' }));
});
