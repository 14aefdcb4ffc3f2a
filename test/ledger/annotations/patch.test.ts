import { describe, expect, test } from 'vitest';
import { annotationPatch, validationPatch } from '../../../functions/ledger/annotations/patch.ts';

const problemOf = (value: unknown, read = annotationPatch): string => {
  try {
    return `accepted ${JSON.stringify(read(value))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

test('what may be said is kept, trimmed and in one form of Unicode', () => {
  const patch = {
    validation: { status: 'SUCCESSFUL', message: ' all <b>rows</b> there ' },
    purpose: 'drill',
    ticket: 'OPS-4711',
    environment: 'Zu\u0308rich',
    checks: [{ name: 'rows', expected: '=10', got: '10' }],
    links: ['https://wiki.example.com/drills?page=3#rows'],
  };
  expect(annotationPatch(patch)).toEqual({
    ...patch,
    validation: { status: 'SUCCESSFUL', message: 'all <b>rows</b> there' },
    environment: 'Z\u00fcrich',
  });
  expect(annotationPatch({ purpose: null, checks: [], links: null })).toEqual({
    purpose: null,
    checks: null,
    links: null,
  });
});

test("AWS Backup's body is read as a validation", () => {
  const body = { ValidationStatus: 'TIMED_OUT', ValidationStatusMessage: 'after 2 h' };
  expect(validationPatch(body)).toEqual({ validation: { status: 'TIMED_OUT', message: 'after 2 h' } });
  expect(problemOf({ ValidationStatus: 'OK' }, validationPatch)).toBe(
    'ValidationStatus: expected one of VALIDATING, SUCCESSFUL, FAILED, TIMED_OUT, got "OK"',
  );
  expect(problemOf({}, validationPatch)).toContain('ValidationStatus: expected');
  expect(problemOf({ status: 'FAILED' }, validationPatch)).toContain('body: expected some of ValidationStatus');
});

describe('refused, and named', () => {
  const cases: [what: string, value: unknown, field: string][] = [
    ['no object', 'drill', 'body'],
    ['a list', [], 'body'],
    ['nothing', {}, 'body'],
    ['an unknown field', { verdict: 'good' }, 'body'],
    ['a number', { ticket: 4711 }, 'ticket'],
    ['an empty text', { purpose: ' ' }, 'purpose'],
    ['a long text', { purpose: 'x'.repeat(101) }, 'purpose'],
    ['a very long text', { purpose: ' '.repeat(1_000_000) }, 'purpose'],
    ['two lines', { ticket: 'a\nb' }, 'ticket'],
    ['an escape', { ticket: 'a\u001b[31mb' }, 'ticket'],
    ['a change of direction', { ticket: 'a\u202eb' }, 'ticket'],
    ['an invisible character', { ticket: 'a\u200bb' }, 'ticket'],
    ['a filler that shows nothing', { ticket: 'a\u3164b' }, 'ticket'],
    ['a joiner inside a secret word', { ticket: 'pass\u034fword=abc' }, 'ticket'],
    ['an empty Braille pattern', { ticket: '\u2800' }, 'ticket'],
    ["a secret's name as a check", { checks: [{ name: 'password', expected: 'hunter2', got: 'x' }] }, 'checks.0'],
    ['half a character', { ticket: 'a\ud800b' }, 'ticket'],
    ['a connection string', { ticket: 'mongodb+srv://ada:pw@cluster0.ab1cd.mongodb.net' }, 'ticket'],
    ['a password', { validation: { status: 'FAILED', message: 'password=hunter2hunter2' } }, 'validation.message'],
    ['no status', { validation: { message: 'good' } }, 'validation.status'],
    ['a status of no one', { validation: { status: 'successful' } }, 'validation.status'],
    ['a null validation', { validation: null }, 'validation'],
    ['no list of checks', { checks: { rows: 1 } }, 'checks'],
    ['too many checks', { checks: Array.from({ length: 21 }, () => ({})) }, 'checks'],
    ['a check without a result', { checks: [{ name: 'rows', expected: '1' }] }, 'checks.0.got'],
    ['a check with more', { checks: [{ name: 'a', expected: '1', got: '1', ok: true }] }, 'checks.0'],
    ['a check twice', { checks: [1, 2].map((n) => ({ name: 'a', expected: '1', got: String(n) })) }, 'checks'],
    ['a prototype', JSON.parse('{"__proto__": {"purpose": "x"}}'), 'body'],
    ['http', { links: ['http://example.com/'] }, 'links.0'],
    ['a script', { links: ['javascript:alert(1)'] }, 'links.0'],
    ['a path', { links: ['//example.com/'] }, 'links.0'],
    ['a link with a password', { links: ['https://ada:pw@example.com/'] }, 'links.0'],
    ['a signed link', { links: ['https://s3.example.com/x?X-Amz-Signature=abc'] }, 'links.0'],
    ['a link with a token', { links: ['https://example.com/x?access_token=abc'] }, 'links.0'],
    ['a token behind #', { links: ['https://example.com/x#access_token=abc'] }, 'links.0'],
    [
      'a link that leads to a signed one',
      { links: ['https://e.com/?next=https%3A%2F%2Fx.com%2F%3Fsig%3Dabc'] },
      'links.0',
    ],
    ['a delivery URL with a dot at its end', { links: ['https://restore-1.ab1cd.mongodb.net./x'] }, 'links.0'],
    ['a delivery URL', { links: ['https://restore-1.ab1cd.mongodb.net:27017/x'] }, 'links.0'],
    ['an archive', { links: ['https://example.com/restore.tar.gz'] }, 'links.0'],
    ['a backslash', { links: ['https:\\\\example.com'] }, 'links.0'],
  ];
  test.each(cases)('%s', (_, value, field) => {
    const problem = problemOf(value);
    expect(problem).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}: expected`));
    // Whatever it is, the error doesn't repeat a secret.
    expect(problem).not.toMatch(/hunter2|ada:pw|\p{Cc}|\p{Cf}/u);
  });
});
