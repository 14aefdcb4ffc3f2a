// functions/runtime/lambda-log.ts: the log of a function, JSON lines in the form of Powertools' Logger, whose class takes 17 KB of a
// bundle and a thirtieth of a collector's start (2026-11).
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../platform/log.ts';
import { type Environment, variable } from './variables.ts';

/** Of the invocation under way, where Lambda traces it. */
const traceId = (environment: Environment) => /Root=([^;]+)/.exec(environment._X_AMZN_TRACE_ID ?? '')?.[1];

/** Straight to the standard output: Lambda prefixes what is written by `console`. @throws SettingsError */
export function lambdaLog(service: string, environment: Environment): Log {
  const min = LOG_LEVELS.indexOf(variable(environment, 'LOG_LEVEL'));
  const writer = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (LOG_LEVELS.indexOf(level) < min) return;
    const timestamp = new Date().toISOString();
    const own = { level, message, timestamp, service, xray_trace_id: traceId(environment) };
    const line = { ...own, ...fields, ...own };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  return { debug: writer('DEBUG'), info: writer('INFO'), warn: writer('WARN'), error: writer('ERROR') };
}
