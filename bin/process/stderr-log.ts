// bin/process/stderr-log.ts: log lines for people on stderr: `12:00:05 debug message name=value`.
import type { Log, LogFields } from '../../functions/platform/log.ts';
import { utcClock } from './duration.ts';
import { sanitize } from './sanitize.ts';

export function stderrLog(write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const values = Object.entries(fields).flatMap(([name, value]) =>
        value === undefined ? [] : [` ${name}=${shown(value)}`],
      );
      write(sanitize(`${utcClock(Date.now())} ${level} ${message}${values.join('')}`));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const shown = (value: unknown) => {
  if (value instanceof Error) return JSON.stringify(`${value.name}: ${value.message}`);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./:-]+$/.test(text) ? text : JSON.stringify(text);
};
