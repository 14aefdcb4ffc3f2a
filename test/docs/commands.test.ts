// Commands that the documents name exist, with the options that they are given there.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { EXIT } from '../../bin/process/exit-codes.ts';
import { SETTINGS } from '../../lib/settings/settings.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { templateOf } from '../lib/template.ts';
import { commandsRunBy } from './documented-commands.ts';
import { codeBlocks, documentPaths, readDocument } from './markdown.ts';

const run = promisify(execFile);
/** Decisions are of their day. */
const DOCUMENTS = documentPaths().filter((path) => !path.startsWith('docs/decisions/'));

/** In blocks and between words, continued lines joined. */
function commandsIn(markdown: string): string[] {
  const blocks = codeBlocks(markdown).flatMap(({ language, text }) =>
    /^(ba)?sh$/.test(language) ? text.replaceAll(/\\\n\s*/g, ' ').split('\n') : [],
  );
  const inline = [...markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...blocks, ...inline].flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/&&|\|\|?|;|\$\(/));
}

const mentioned = DOCUMENTS.flatMap((path) =>
  commandsIn(readDocument(path)).map((command) => ({ path, command: command.trim() })),
);
const wordsOf = (path: string, command: string, pattern: RegExp) => {
  const [, rest] = pattern.exec(command) ?? [];
  return rest === undefined ? [] : [{ path, command, words: rest.trim().split(/\s+/) }];
};
const givenTo = (pattern: RegExp) => mentioned.flatMap(({ path, command }) => wordsOf(path, command, pattern));
const LEDGER = /^(?:\S*\/)?restore-ledger (?!\.)([a-z].*)/;

describe('restore-ledger', () => {
  const uses = [
    ...givenTo(LEDGER),
    ...commandsRunBy('test/docs/commands.test.ts').flatMap(({ path, text }) => wordsOf(path, text, LEDGER)),
  ];
  const help = new Map<string, string>();
  /** `atlas list` is one. */
  const nameOf = (words: readonly string[]) => words.slice(0, words[0] === 'atlas' ? 2 : 1).join(' ');

  beforeAll(async () => {
    const helpOf = async (name: string) => {
      const { stdout } = await run(inject('commandLine'), [...name.split(' '), '--help']).catch(() => ({ stdout: '' }));
      help.set(name, stdout);
    };
    const names = [...new Set(uses.map(({ words }) => nameOf(words)))];
    for (const name of names) await helpOf(name);
  }, 180_000);

  test('has every command that is named, and each its options', () => {
    expect(uses.length).toBeGreaterThan(15);
    const wrong = uses.flatMap(({ path, command, words }) => {
      const text = help.get(nameOf(words)) ?? '';
      if (!new RegExp(`^Usage: (\\S*/)?restore-ledger ${nameOf(words)} \\[`).test(text))
        return [`${path}: ${command}: no such command`];
      const options = words.flatMap((word) => /^\[?(--[a-z-]+)/.exec(word)?.[1] ?? []);
      return options
        .filter((option) => !new RegExp(`${option}\\b`).test(text))
        .map((option) => `${path}: ${command}: no ${option}`);
    });
    expect(wrong).toEqual([]);
  });

  test('has no command that docs/cli.md leaves out', async () => {
    const { stdout } = await run(inject('commandLine'), ['--help']);
    const [list = ''] = stdout.split('\nWithout --table');
    const names = [...list.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(25);
    const cli = readDocument('docs/cli.md');
    expect(names.filter((name) => !new RegExp(`^\\| \`${name}\\b`, 'm').test(cli))).toEqual([]);
  });

  test('ends with no code that docs/cli.md leaves out', () => {
    const [, table = ''] = /^## Exit codes\n([\s\S]*?)^## /m.exec(readDocument('docs/cli.md')) ?? [];
    const codes = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, list = '']) => list.split(',').map(Number));
    expect([...new Set(codes)].sort((a, b) => a - b)).toEqual(
      [...new Set<number>(Object.values(EXIT))].sort((a, b) => a - b),
    );
  });
});

describe('the stack', () => {
  test('has every setting that is given to cdk', () => {
    const settings = mentioned.flatMap(({ path, command }) =>
      [...command.matchAll(/(?:^| )-c "?(\w+)=/g)].map(([, name = '']) => ({ path, name })),
    );
    expect(settings.length).toBeGreaterThan(3);
    expect(settings.filter(({ name }) => name !== 'name' && !(name in SETTINGS))).toEqual([]);
  });

  test('has every output that is asked for', () => {
    const apiCertificate = 'arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd';
    const domain = { apiDomainName: 'ledger.example.com', apiCertificate };
    const given = { fixedAddresses: 1, ...domain, signInCognitoDomain: 'restore-ledger-example' };
    const outputs = Object.keys(templateOf(given).findOutputs('*'));
    const asked = givenTo(/^output ([A-Z]\w+)/).map(({ path, words: [name = ''] }) => ({
      path,
      name: name.replace(/\W+$/, ''),
    }));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter(({ name }) => !outputs.includes(name))).toEqual([]);
  });

  test('is handled by commands that cdk has', async () => {
    const { stdout } = await run(process.execPath, ['node_modules/aws-cdk/bin/cdk', '--help']);
    const known = [...stdout.matchAll(/^ +cdk ([a-z]+)/gm)].map(([, name]) => name);
    expect(known).toContain('deploy');
    expect(givenTo(/^npx cdk (.+)/).filter(({ words: [name] }) => !known.includes(name))).toEqual([]);
  });
});

test('package.json has every script that is named', () => {
  const scripts = givenTo(/^npm run (.+)/);
  expect(scripts.length).toBeGreaterThan(5);
  expect(scripts.filter(({ words: [name = ''] }) => !(name in packageJson.scripts))).toEqual([]);
});
