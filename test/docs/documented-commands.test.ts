// Every command of the documents and of the stack's outputs is run by a test.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { templateOf } from '../lib/template.ts';
import { commandsIn, commandsRunBy, documentedCommands, RUNNER_FILES, runnersOf } from './documented-commands.ts';
import { documentPaths, readDocument } from './markdown.ts';

const FENCE = '```';

describe('commands are found', () => {
  test.each([
    ['in a block', `${FENCE}bash\nTABLE=$(aws dynamodb list-tables)\n${FENCE}`],
    ['in a block, piped', `${FENCE}sh\necho a | curl -sS "$API"\n${FENCE}`],
    ['in a block, of a function that the document defines', `${FENCE}bash\nquery --index-name feed\n${FENCE}`],
    ['after a prompt', `${FENCE}text\n$ bin/restore-ledger jobs --limit 7\nrequested\n${FENCE}`],
    ['between words', 'Run `restore-ledger jobs --limit 1`.'],
    ['between words, over two lines', 'Run `aws sqs purge-queue --queue-url\n"$QUEUE"` then.'],
    ['between words, inside another', 'Run `eval "$(aws configure export-credentials)"`.'],
    ['in a row of a table', '| a | b |\n| --- | --- |\n| `output FillInSecret` | `x` |'],
  ])('%s', (_, markdown) => expect(commandsIn('docs/x.md', markdown)).toHaveLength(1));

  test('in every document that has some', () => {
    const paths = new Set(documentedCommands().map(({ path }) => path));
    for (const path of ['README.md', 'docs/operations.md', 'docs/deploy.md', 'docs/queries.md', 'docs/http-api.md'])
      expect(paths).toContain(path);
  });

  test('in every block: none is indented, where no test would see it', () => {
    expect(documentPaths().filter((path) => /^[ \t>]+(```|~~~)/m.test(readDocument(path)))).toEqual([]);
  });
});

test('each is run by a test', () => {
  const unrun = documentedCommands().filter((command) => runnersOf(command).length === 0);
  expect(unrun).toEqual([]);
});

test('each of the outputs is run in a deployment', () => {
  const commands = Object.entries(templateOf().findOutputs('*')).filter(([, { Value }]) =>
    /\b(aws|curl) /.test(JSON.stringify(Value)),
  );
  const runBy = readFileSync('test/deploy/documents.deploy.ts', 'utf8');
  expect(commands.length).toBeGreaterThan(1);
  for (const [name] of commands) expect(runBy).toContain(`$(output ${name})`);
});

test.each(RUNNER_FILES)('%s takes what it runs from here', (file) => {
  expect(readFileSync(file, 'utf8').replaceAll(/\s/g, '')).toContain(`commandsRunBy('${file}'`);
  expect(commandsRunBy(file).length).toBeGreaterThan(0);
});
