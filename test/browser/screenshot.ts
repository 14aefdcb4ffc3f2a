// test/browser/screenshot.ts: docs/images/page.webp, the picture in README.md: `npm run docs:screenshot`.
import { mkdir, writeFile } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { ensureTable, startDynamoDB } from '../../local/dynamodb.ts';
import { serveApi } from '../../local/serve.ts';
import { startChromium } from './chromium.ts';
import { visit } from './visit.ts';

const DIRECTORY = 'docs/images';
const TABLE_NAME = 'restore-ledger';

// That of `npm start`, with a longer past.
await using atlas = await startAtlas({ seed: 1, projects: 3, clusters: 4, jobs: 100 });
await using dynamodb = await startDynamoDB();
const client = new DynamoDBClient(dynamodb.clientConfig);
await ensureTable(client, TABLE_NAME);
const ledger = ledgerReader({ tableName: TABLE_NAME, client });
const credentials = fixedCredentials({ type: 'apiKey', ...atlas.apiKey, baseUrl: atlas.url });
const atlasClient = new AtlasClient({ credentials });
await runLocally(
  { runId: newObjectId(new Date()), trigger: 'command' },
  { accounts: [{ name: 'simulator', atlas: atlasClient }], ledger, log: silentLog, clock: systemClock },
);
await atlasClient.close();
await using api = await serveApi({ ledger, log: silentLog, lateAfterMs: 3_600_000 });
const browser = await startChromium();
await using visitor = await visit(browser, { viewport: { width: 1200, height: 1000 }, deviceScaleFactor: 1.5 });
await visitor.page.goto(api.url);
// WebP, which Playwright's own screenshots can't be.
const devTools = await visitor.context.newCDPSession(visitor.page);
const { data } = await devTools.send('Page.captureScreenshot', { format: 'webp', quality: 75 });
await mkdir(DIRECTORY, { recursive: true });
await writeFile(`${DIRECTORY}/page.webp`, Buffer.from(data, 'base64'));
await browser.close();
