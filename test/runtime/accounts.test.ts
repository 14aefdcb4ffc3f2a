import { createServer } from 'node:http';
import { expect, test, vi } from 'vitest';
import { silentLog } from '../../functions/platform/log.ts';
import { atlasAccounts } from '../../functions/runtime/accounts.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { listen } from '../../local/listen.ts';

test('a secret is read from the start on, and again where that failed', async () => {
  const atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 1 });
  let reads = 0;
  const secretsManager = createServer((_, response) => {
    reads += 1;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (reads === 1) response.writeHead(400).end(JSON.stringify({ __type: 'AccessDeniedException' }));
    else response.end(JSON.stringify({ SecretString: JSON.stringify(atlas.apiKey) }));
  });
  const url = await listen(secretsManager);
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'x');
  vi.stubEnv('AWS_REGION', 'eu-central-1');

  const [account] = atlasAccounts({ secretIds: ['atlas/key'], baseUrl: atlas.url }, silentLog);
  await vi.waitFor(() => expect(reads).toBe(1)); // and nothing was asked of Atlas
  const names = async () => {
    const found: string[] = [];
    for await (const { projects } of account?.atlas.projects() ?? []) found.push(...projects.map(({ name }) => name));
    return found;
  };
  await vi.waitFor(async () => expect(await names()).toHaveLength(1));
  expect(await names()).toHaveLength(1);
  expect(reads).toBe(2);

  vi.unstubAllEnvs();
  await account?.atlas.close();
  await atlas.close();
  await new Promise((resolve) => secretsManager.close(resolve));
});
