// bin/output/yaml.ts: YAML, loaded only by whoever asks for it.
import { stringify } from 'yaml';
import { sanitize } from '../process/sanitize.ts';

/** Plain YAML has no escapes, so what is unsafe on a terminal is left out, as in CSV. */
export const yamlText = (value: unknown): string =>
  stringify(JSON.parse(JSON.stringify(value), safe), { lineWidth: 0 });

const safe = (_: string, value: unknown) => (typeof value === 'string' ? sanitize(value) : value);
