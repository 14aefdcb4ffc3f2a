// docs/restore-jobs.md against the schema: every field and every rule is named.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jobWithHistory } from '../../functions/schema/job.ts';
import { RULES } from '../../functions/schema/words.ts';

const doc = readFileSync('docs/restore-jobs.md', 'utf8');
const section = (title: string) => doc.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

test('the table names each field of a job, and no other', () => {
  const rows = section('Fields').split('\n').slice(3);
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(Object.keys(jobWithHistory.shape).sort());
});

test('every rule is named', () => {
  expect(RULES.filter((rule) => !section('Findings').includes(`\`${rule}\``))).toEqual([]);
});
