import { afterEach, expect, test, vi } from 'vitest';
import { lambdaLog } from '../../functions/runtime/lambda-log.ts';
import { SettingsError } from '../../functions/runtime/settings.ts';

afterEach(() => vi.restoreAllMocks());

function written(write: () => void): Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  write();
  return lines.map((line) => {
    expect(line).toMatch(/^\{.*\}\n$/);
    return JSON.parse(line);
  });
}

test('a message is one line of JSON, with its fields beside it', () => {
  const environment: Record<string, string> = {};
  const log = lambdaLog('api', environment);
  const lines = written(() => {
    log.info('asked', { jobs: 3, text: 'two\nlines', level: 'no', service: 'no' });
    environment._X_AMZN_TRACE_ID = 'Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e;Parent=1;Sampled=1';
    log.error('failed');
  });
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(lines).toEqual([
    { level: 'INFO', message: 'asked', timestamp, service: 'api', jobs: 3, text: 'two\nlines' },
    {
      ...{ level: 'ERROR', message: 'failed', timestamp, service: 'api' },
      xray_trace_id: '1-5e6722a7-cc56xmpl46db7ae02d4da47e',
    },
  ]);
});

test.each([
  [undefined, ['INFO', 'WARN', 'ERROR']],
  ['DEBUG', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
  ['ERROR', ['ERROR']],
])('LOG_LEVEL=%s: %s', (LOG_LEVEL, levels) => {
  const log = lambdaLog('api', { LOG_LEVEL });
  const lines = written(() => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('said');
  });
  expect(lines.map(({ level }) => level)).toEqual(levels);
});

test('a level that is none is refused by name', () => {
  expect(() => lambdaLog('api', { LOG_LEVEL: 'LOUD' })).toThrow(SettingsError);
  expect(() => lambdaLog('api', { LOG_LEVEL: 'LOUD' })).toThrow('LOG_LEVEL: expected one of DEBUG, INFO, WARN, ERROR');
});
