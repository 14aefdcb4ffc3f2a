// lib/services/rules.ts: the rules among the settings, as the collect function's environment holds them.
import { readRules } from '../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';

/**
 * JSON of the rules that differ from the defaults, as functions/runtime/settings.ts reads it. Undefined if none does.
 * @throws RulesError
 */
export function rulesJson(given: Partial<Rules>): string | undefined {
  const same = ([field, value]: [string, unknown]) =>
    JSON.stringify(value) === JSON.stringify(DEFAULT_RULES[field as keyof Rules]);
  const fields = Object.entries(readRules(given)).filter((field) => !same(field));
  return fields.length > 0 ? JSON.stringify(Object.fromEntries(fields)) : undefined;
}

/** Settings and rules share their names. */
export const rulesOf = (settings: Rules): Rules =>
  Object.fromEntries(
    Object.keys(DEFAULT_RULES).map((field) => [field, settings[field as keyof Rules]]),
  ) as unknown as Rules;
