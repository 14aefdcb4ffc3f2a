// README.md is short, and what it says is so. What it has a reader paste is pasted in readme.slow.test.ts.
import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { costTable } from '../lib/cost.ts';
import { codeBlocks, readDocument } from './markdown.ts';

const README = readDocument('README.md');
const BLOCKS = codeBlocks(README);
const bash = (section: string) => BLOCKS.filter((block) => block.section === section && block.language === 'bash');
const PATHS = ['Try it', 'Use it with your Atlas', 'Deploy it'];

test('is short, and every block is pasted', () => {
  expect(README.split('\n').length).toBeLessThan(120);
  for (const section of ['Atlas Restore Ledger', ...PATHS])
    expect([section, bash(section).length]).toEqual([section, 1]);
  expect(BLOCKS.filter(({ language }) => language !== 'text')).toHaveLength(1 + PATHS.length);
});

test('each path is ten lines at most', () => {
  for (const section of PATHS)
    expect([section, bash(section)[0]?.text.trimEnd().split('\n').length]).toEqual([
      section,
      expect.toSatisfy((lines: number) => lines <= 10),
    ]);
});

test('the price that it gives is that of docs/cost.md', () => {
  const [, hundred = ''] = costTable();
  expect(README).toContain(
    `A ledger of 100 clusters [costs](docs/cost.md) about ${hundred.split(' | ').at(-1)?.replace(' |', '')} US dollars`,
  );
});

test('its picture is small enough to load with the page', async () => {
  const [, picture = ''] = /!\[[^\]]+\]\((\S+)\)/.exec(README) ?? [];
  expect((await stat(picture)).size).toBeLessThan(150_000);
});
