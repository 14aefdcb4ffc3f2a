import { expect, test } from 'vitest';
import { annotationInShort, checksInShort } from '../../functions/views/annotations.ts';

const checks = [
  { name: 'rows', expected: '10', got: '10' },
  { name: 'latest', expected: '1', got: '2' },
];
const by = { kind: 'token', name: 'ci', issuer: 'https://issuer.example' } as const;
const ada = { kind: 'user', name: 'ada@laptop', selfDeclared: true } as const;

test('checks say who made them where another said the last', () => {
  expect(checksInShort({})).toBeUndefined();
  expect(checksInShort({ checks })).toBe('1 of 2 checks as expected');
  const annotation = { checks, checksBy: ada, ticket: 'OPS-1', by, at: '2026-11-29T12:00:00.000Z' };
  expect(annotationInShort(annotation)).toBe(
    'ticket OPS-1, 1 of 2 checks as expected, made by ada@laptop (self-declared)',
  );
});
