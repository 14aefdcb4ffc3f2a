// bin/output/yaml.ts: YAML, loaded only by whoever asks for it.
import { stringify } from 'yaml';
import { sanitize } from '../process/sanitize.ts';

/**
 * Plain YAML has no escapes, so what is unsafe on a terminal is left out, as in CSV. A text stays one for readers of YAML 1.1, such as
 * Python's and Ansible's, too: they take times for dates, and a cluster called `on` for true.
 */
export const yamlText = (value: unknown): string =>
  stringify(JSON.parse(JSON.stringify(value), safe), { lineWidth: 0, compat: 'yaml-1.1' });

const safe = (_: string, value: unknown) => (typeof value === 'string' ? sanitize(value) : value);
