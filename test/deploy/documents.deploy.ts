// What the documents have an operator paste, pasted: with the AWS CLI, curl and the command line, against a deployed ledger.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { commandsRunBy, type DocumentedCommand } from '../docs/documented-commands.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { Operator } from './operator.ts';

const MINISTACK = 'MiniStack 1.5.33';
const COMMANDS = commandsRunBy('test/deploy/documents.deploy.ts');
const sectionsOf = (document: string) => [
  ...new Set(COMMANDS.filter(({ path }) => path === document).map(({ section }) => section)),
];
const OF_STACK = 'STACK=AtlasRestoreLedger\n';
/** What README.md has written by hand. */
const writeKey = () => `echo '${JSON.stringify(atlas.serviceAccount)}' > atlas-key.json`;
/** The functions of the shell that the commands use. */
const FUNCTIONS = COMMANDS.filter(({ text }) => /^\w+\(\) \{/m.test(text) && !text.includes('curl'))
  .flatMap(({ text }) => text.match(/^\w+\(\) \{.*\}$/gm) ?? [])
  .filter((line) => /^(output|logs|log_group|function_of)\(/.test(line));

let cloud: Cloud;
let atlas: AtlasSimulator;
let operator: Operator;
/** The documents' examples of ids and months, as this ledger has them. */
let ours: Readonly<Record<string, string>> = {};
const pasted = new Set<DocumentedCommand>();

beforeAll(async () => {
  atlas = await startAtlas({ projects: 3, clusters: 4, jobs: 30 });
  cloud = await startCloud();
  operator = await Operator.start(cloud, {
    schedule: 'cron(0 0 1 1 ? 2099)',
    atlasBaseUrl: atlas.url,
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    followSeconds: 0,
  });
});
afterAll(async () => {
  await operator?.[Symbol.asyncDispose]();
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

/** They change where the data is. Their commands are read by the AWS CLI, and what it asks goes to a recorder. */
const PARSED_ONLY = ['Restore or adopt a table', 'Your own encryption key'];

/** A command with no option is named, not given to paste: whether there is one, its own parser says. */
const asPasted = ({ form, text }: DocumentedCommand) =>
  form === 'inline' && /^aws [\w-]+ [\w-]+$/.test(text) ? `${text} --generate-cli-skeleton` : text;

async function pasteSection(path: string, section: string, env: Record<string, string> = {}) {
  const commands = COMMANDS.filter((each) => each.path === path && each.section === section);
  const before = new Set([...pasted].map(({ text }) => text));
  const news = commands.filter(({ form, text }) => form === 'block' || !before.has(text));
  for (const command of commands) pasted.add(command);
  const byHand = path === 'README.md' ? [writeKey()] : [];
  const text = [OF_STACK, ...FUNCTIONS, ...byHand, ...news.map(asPasted)].join('\n');
  const filledIn = Object.entries(ours).reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
  const { stdout, stderr, failed } = await operator.paste(filledIn, {
    env: PARSED_ONLY.includes(section) ? { ...env, PARSED_ONLY: 'yes' } : env,
    input: JSON.stringify(atlas.serviceAccount),
  });
  const unexpected = failed.filter(({ code, command }) => code !== 3 || !/ledger (coverage|drills)/.test(command));
  expect(unexpected, `${stdout}\n${stderr}`).toEqual([]);
  return stdout;
}

test('README.md, from a bare account to the first collection', async () => {
  expect(await pasteSection('README.md', 'Deploy it')).toMatch(/^result +complete$/m);
  expect((await operator.ledger.stack()).StackStatus).toBe('CREATE_COMPLETE');

  const { body } = await operator.ledger.ask('/restore-jobs?limit=1&status=FAILED');
  const [job] = body.jobs as { jobId: string; projectId: string; clusterName: string; requestedAt: string }[];
  const [run] = await operator.ledger.runs();
  ours = {
    '65a1b2c3d4e5f60718293a4b': job?.projectId ?? '',
    Cluster0: job?.clusterName ?? '',
    'JOB#692302a0c4b1d2e3f4a5b6c7': `JOB#${job?.jobId}`,
    'RUN#692302a0c4b1d2e3f4a5b6c7': `RUN#${run?.runId}`,
    'JOBS#2026-11': `JOBS#${job?.requestedAt.slice(0, 7)}`,
    'RUNS#2026-11': `RUNS#${new Date().toISOString().slice(0, 7)}`,
    '--requester NAME --reason TEXT': "--requester ada@example.com --reason 'asked for'",
    '--table NAME': '--table "$(output TableName)"',
    '2026-11-01': job?.requestedAt.slice(0, 10) ?? '',
  };
});

test.each(sectionsOf('docs/deploy.md'))('docs/deploy.md: %s', async (section) => {
  await pasteSection('docs/deploy.md', section);
});

test.each(sectionsOf('docs/queries.md'))('docs/queries.md: %s', async (section) => {
  const stdout = await pasteSection('docs/queries.md', section);
  if (section === 'In DynamoDB') expect(stdout.match(/"(Count|Item)":/g)).toHaveLength(8);
  expect(stdout).not.toMatch(/"Count": 0|"jobs":\[\]/);
});

test('a request whose signature is wrong is refused, and one without', async () => {
  const [text = ''] = COMMANDS.flatMap((each) => (each.section === 'The first collection' ? each.text : [])).filter(
    (each) => each.startsWith('curl '),
  );
  const before = operator.front.refused.length;
  const wrong = await operator.paste([OF_STACK, ...FUNCTIONS, text].join('\n'), {
    env: { AWS_SECRET_ACCESS_KEY: 'wrong' },
  });
  expect(wrong.stdout).toContain('The signature does not match');
  expect(operator.front.refused.slice(before)).toEqual([expect.stringMatching(/^POST \/runs signed /)]);
  expect(await fetch(`${operator.front.url}/restore-jobs`)).toMatchObject({ status: 403 });
});

/** What a section of the runbook finds when it is needed. */
const BEFORE: Record<string, () => Promise<Record<string, string>>> = {
  'projects-not-visible': async () => {
    const [lost] = atlas.world.projects;
    atlas.world.hideProject(lost?.id ?? '');
    await operator.paste([OF_STACK, ...FUNCTIONS, 'bin/restore-ledger collect --api "$(output ApiUrl)"'].join('\n'));
    const unknown = 'bin/restore-ledger retire --table "$(output TableName)" --credentials unknown --reason none';
    const { stderr } = await operator.paste([OF_STACK, ...FUNCTIONS, unknown].join('\n'));
    const [, credentials = ''] = /expected one of (\S+)/.exec(stderr) ?? [];
    ours = { ...ours, '65a1b2c3d4e5f60718293a4b': lost?.id ?? '', 'old-key': `'${credentials}'` };
    return {};
  },
  'changes-unpublished': async () => {
    const queue = ['--queue-url', await operator.ledger.output('UnpublishedQueueUrl')];
    // One for the command that shows them, and one to delete.
    for (const body of ['{}', '{}']) await cloud.aws('sqs', 'send-message', ...queue, '--message-body', body);
    const received = `aws sqs receive-message --queue-url "$(output UnpublishedQueueUrl)" --query 'Messages[0].ReceiptHandle'`;
    ours = { ...ours, '--receipt-handle ...': `--receipt-handle "$(${received} --output text)"` };

    const stream = <T>(...args: string[]) => cloud.aws<T>('dynamodbstreams', ...args);
    const table = ['--table-name', await operator.ledger.output('TableName')];
    const { Streams } = await stream<{ Streams: { StreamArn: string }[] }>('list-streams', ...table);
    const STREAM = Streams[0]?.StreamArn ?? '';
    type Shards = { Shards: { ShardId: string; SequenceNumberRange: { StartingSequenceNumber: string } }[] };
    const described = await stream<{ StreamDescription: Shards }>('describe-stream', '--stream-arn', STREAM);
    const [shard] = described.StreamDescription.Shards;
    return { STREAM, SHARD: shard?.ShardId ?? '', FROM: shard?.SequenceNumberRange.StartingSequenceNumber ?? '' };
  },
};
const FINDS: Record<string, RegExp> = {
  Operations: /run planned[\s\S]*project collected[\s\S]*complete/,
  'collection-silent': /"runId": ?"[0-9a-f]{24}"/,
  'projects-not-visible': /not visible[\s\S]* is retired[\s\S]* count no more/,
  'changes-unpublished': /\{"batchItemFailures": ?\[\]\}/,
  'changes-late': /EventSourceMappings/,
  Routine: /"Arn"[\s\S]*"SubscriptionArn"/,
};

test.each(sectionsOf('docs/operations.md'))('docs/operations.md: %s', async (section) => {
  const env = await BEFORE[section]?.();
  expect(await pasteSection('docs/operations.md', section, env)).toMatch(FINDS[section] ?? /(?:)/);
});

test('the outputs of the stack', async () => {
  const { stdout, failed } = await operator.paste(
    [OF_STACK, ...FUNCTIONS, writeKey(), 'eval "$(output FillInSecret)"', 'eval "$(output Redrive)"'].join('\n'),
  );
  expect(failed).toEqual([]);
  expect(stdout).toContain('AWSCURRENT');
});

test(`${MINISTACK} cannot move messages; what the commands ask of SQS is as they say`, async () => {
  const SourceArn = expect.stringMatching(/^arn:aws:sqs:us-east-1:\d{12}:AtlasRestoreLedger-CollectionDeadLetters/);
  for (const operation of ['AmazonSQS.StartMessageMoveTask', 'AmazonSQS.ListMessageMoveTasks'])
    expect(operator.recorded).toContainEqual({ operation, parameters: { SourceArn } });
});

test('docs/releasing.md', async () => {
  for (const section of sectionsOf('docs/releasing.md'))
    expect(await pasteSection('docs/releasing.md', section)).toMatch(/unbroken/);
});

test('everything was pasted, and nothing else was refused', () => {
  expect(COMMANDS.filter((command) => !pasted.has(command))).toEqual([]);
  expect(operator.front.refused).toHaveLength(1);
  expect(operator.front.accepted.length).toBeGreaterThan(10);
});
