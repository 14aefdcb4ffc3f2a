// bin/options/job-filters.ts: the filters of restore jobs as flags: those of the API, in kebab case.
import { type Command, Option } from 'commander';
import type { Parameter } from '../../functions/api/http/parameters.ts';
import { ageMs } from '../../functions/api/http/period.ts';
import { JOB_FILTERS } from '../../functions/api/query/job-filters.ts';
import { filterOf } from '../../functions/api/query/jobs-query.ts';
import { isObjectId } from '../../functions/restore/object-id.ts';
import { MOMENT, moment } from '../process/duration.ts';
import { UsageError } from '../process/exit-codes.ts';
import { asFlags, flagOf } from '../remote/flag-problem.ts';
import { checked, oneOf, someOf, under } from './flags.ts';

type FilterName = keyof typeof JOB_FILTERS;
/** As the API takes them. */
export type FilterFlags = Partial<Record<FilterName | 'who', string | string[]>>;

const TIMES: readonly FilterName[] = ['since', 'until', 'finishedSince', 'finishedUntil'];
const IDS: readonly FilterName[] = ['snapshotId', 'expectedRestoreId', 'orgId'];
const PLACEHOLDERS: Partial<Record<FilterName, string>> = {
  ...{ project: 'id or name', targetProject: 'id or name', cluster: 'name', targetCluster: 'name' },
  ...{
    source: 'pattern',
    tag: 'key=value',
    target: 'pattern',
    requester: 'name',
    open: 'true|false',
    announced: 'true|false',
    finding: 'rule',
  },
  ...{ snapshotId: 'id', expectedRestoreId: 'id', orgId: 'id', accountId: 'id', organizationId: 'id', period: 'words' },
};

export function withFilters(command: Command): Command {
  return under('Filters:', command, (filters) => {
    for (const name of Object.keys(JOB_FILTERS) as FilterName[]) filters.addOption(optionOf(name));
    return filters.addOption(who());
  });
}

function optionOf(name: FilterName): Option {
  const parameter: Parameter<unknown> = JOB_FILTERS[name];
  const placeholder = PLACEHOLDERS[name] ?? (TIMES.includes(name) ? 'time' : name);
  const flags = `${flagOf(name)} <${placeholder}>`;
  const { expected, words, several, separator } = parameter;
  const description = helpOf(parameter);
  if (words) {
    const isListed = words.every((word) => description.includes(word));
    return (several ? someOf : oneOf)(flags, isListed ? description : `${description}: ${words.join(', ')}`, words);
  }
  if (TIMES.includes(name)) return checked(flags, description, MOMENT, name === 'since' ? sinceOf : timeOf);
  const fits = (text: string) => {
    const given = IDS.includes(name) || isObjectId(text.toLowerCase()) ? text.toLowerCase() : text;
    return parameter.read(given) === undefined ? undefined : given;
  };
  const one = checked(flags, description, expected, fits);
  return separator === undefined ? one : repeated(one);
}

function who(): Option {
  const { parseArg } = optionOf('requester');
  const option = new Option('--who <name>', 'the same as --requester');
  return parseArg ? option.argParser(parseArg) : option;
}

/** An age stays one; other times are UTC where they don't say a zone. */
const timeOf = (text: string) => (ageMs(text) === undefined ? moment(text, Date.now()) : text);

/** @throws UsageError that names --period, where it has that word */
function sinceOf(text: string): string | undefined {
  const [time, word] = [timeOf(text), text.trim().toLowerCase().replaceAll(' ', '-')];
  if (time !== undefined || JOB_FILTERS.period.read(word) === undefined) return time;
  throw new UsageError(`--since: expected ${MOMENT}, got ${JSON.stringify(text)}: did you mean --period ${word}?`);
}

/** Texts may hold commas, so the flag is given several times. */
function repeated(option: Option): Option {
  const read = option.parseArg as unknown as (text: string, before: undefined) => string;
  return option.argParser((text: string, before: string[] = []) => [...before, read(text, undefined)]);
}

/** What the API's document says, as a part of the help. */
function helpOf({ description = '' }: Parameter<unknown>): string {
  const text = description.replace(/\.$/, '').replace(/`(\w+)`/g, (_, name: string) => flagOf(name));
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The parameters of the API that flags stand for. @throws UsageError where they contradict each other */
export async function askedOf(flags: FilterFlags): Promise<URLSearchParams> {
  const asked = new URLSearchParams();
  const given: Partial<Record<FilterName, unknown>> = {};
  for (const name of Object.keys(JOB_FILTERS) as FilterName[]) {
    const values = [flags[name], name === 'requester' ? flags.who : undefined]
      .flat()
      .filter((one) => one !== undefined);
    if (values.length === 0) continue;
    const parameter: Parameter<unknown> = JOB_FILTERS[name];
    given[name] = parameter.read(values.join(parameter.separator ?? ','));
    if (parameter.separator === undefined) asked.set(name, values.join(','));
    else for (const each of values) asked.append(name, each);
  }
  await asFlags(async () => filterOf(given as Parameters<typeof filterOf>[0], Date.now()));
  return asked;
}
