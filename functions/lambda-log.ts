// functions/lambda-log.ts fills the log port with Powertools' Logger: JSON lines, level from POWERTOOLS_LOG_LEVEL.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from './log.ts';

export function lambdaLog(serviceName: string): Log {
  const logger = new Logger({ serviceName });
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
