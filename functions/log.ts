// functions/log.ts is the log as a port. Powertools' Logger fits it as it is.

export type LogFields = Record<string, unknown>;

/** `message` is a constant sentence; what varies goes into `fields`, which never hold a credential or a delivery URL. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const nothing = () => {};
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
