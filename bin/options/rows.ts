// bin/options/rows.ts: the flags of commands that read: format, columns, order, query.
import type { Command } from 'commander';
import { FORMATS, type Format } from '../output/formats.ts';
import type { RowChoice, Sort } from '../output/rows.ts';
import { UsageError } from '../process/exit-codes.ts';
import { checked, oneOf, someOf, under } from './flags.ts';

export interface RowFlags {
  format?: Format;
  json?: true;
  columns?: string[];
  sort?: Sort;
  query?: string;
  bom?: true;
}

/** @param columns names of CSV's columns */
export const withRows = (command: Command, columns: readonly string[]) =>
  under('Output:', command, (output) =>
    output
      .addOption(format())
      .option('--json', 'the same as --format json')
      .addOption(someOf('--columns <names>', 'only these columns, named as in CSV; separated by commas', columns))
      .addOption(sortBy(columns))
      .option('--bom', 'begin CSV with a byte order mark, so that Excel reads it as UTF-8')
      .option('--query <jmespath>', 'pick from the JSON list with a JMESPath expression, as in the AWS CLI'),
  );

const format = () => oneOf('-o, --format <format>', `${FORMATS.join(', ')} (default: table)`, FORMATS);

/** What a command takes that shows one thing: what it found, or what it did. */
export type DocumentFlags = Pick<RowFlags, 'format' | 'json' | 'query'>;

/** For a command that shows one thing. @param what JSON has */
export const withDocument = (command: Command, what = 'everything that the ledger holds of it') =>
  under('Output:', command, (output) =>
    output
      .addOption(format())
      .option('--json', `the same as --format json: ${what}`)
      .option('--query <jmespath>', 'pick from the JSON with a JMESPath expression, as in the AWS CLI'),
  );

function sortBy(columns: readonly string[]) {
  const expected = `one of ${columns.join(', ')}, or one with :desc`;
  const read = (text: string): Sort | undefined => {
    const [, name = '', order] = /^(\w+)(?::(asc|desc))?$/i.exec(text) ?? [];
    const by = columns.find((each) => each.toLowerCase() === name.toLowerCase());
    return by === undefined ? undefined : { by, descending: order?.toLowerCase() === 'desc' };
  };
  return checked('--sort <name[:desc]>', 'by this column, of all that match', expected, read, columns);
}

/** Before anything is opened. @throws UsageError where flags contradict each other, or the query can't be read */
export async function rowChoice({ format, json, columns, sort, query, bom }: RowFlags): Promise<RowChoice> {
  if (json && format !== undefined && format !== 'json') {
    throw new UsageError(`--json and --format: expected one of them, got both ("${format}")`);
  }
  const chosen = { format: json ? 'json' : format, columns, sort, bom };
  if (bom && chosen.format !== 'csv') {
    throw new UsageError(`--bom: expected --format csv with it, got ${chosen.format ?? 'table'}`);
  }
  if (query === undefined) return { ...chosen, format: chosen.format ?? 'table' };
  if (columns) throw new UsageError('--columns and --query: expected one of them, got both');
  const as = chosen.format ?? 'json';
  if (as === 'table' || as === 'csv')
    throw new UsageError(`--query: expected --format json, ndjson or yaml, got ${as}`);
  return { ...chosen, format: as, query: await compiled(query) };
}

async function compiled(expression: string): Promise<(value: unknown) => unknown> {
  const { default: jmespath } = await import('jmespath');
  const evaluated = (value: unknown) => {
    try {
      return jmespath.search(value, expression) as unknown;
    } catch (error) {
      throw wrongQuery(expression, error as Error);
    }
  };
  checkSyntax(() => jmespath.search([], expression), expression);
  return evaluated;
}

const SYNTAX_ERRORS = new Set(['ParserError', 'LexerError']);

/** Types depend on the rows; the grammar doesn't, so it is checked before a ledger is read. */
function checkSyntax(evaluate: () => unknown, expression: string) {
  try {
    evaluate();
  } catch (error) {
    if (SYNTAX_ERRORS.has((error as Error).name)) throw wrongQuery(expression, error as Error);
  }
}

const wrongQuery = (expression: string, { message }: Error) =>
  new UsageError(`--query: expected a JMESPath expression, got ${JSON.stringify(expression)}: ${message}`);
