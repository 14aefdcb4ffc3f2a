// bench/dynamo/meter.ts adds up what DynamoDB would charge for what dynalite does, and for which kind of item.
import { coverageKey, jobSk, projectPk, runPk } from '../../functions/ledger/table/keys.ts';
import { type Item, indexWriteUnits, type KeyNames, readUnits, tableWriteUnits, type Value } from './units.ts';

/** What an item is about. `other`: the entry that names a project. */
export type Subject = 'job' | 'coverage' | 'run' | 'other';
const SUBJECTS: readonly Subject[] = ['job', 'coverage', 'run', 'other'];

/** Since the start. */
export interface Charged extends Record<string, number> {
  readUnits: number;
  /** Of the table and of its indexes. */
  writeUnits: number;
  /** Of these, the indexes'. */
  indexWriteUnits: number;
  /** Writes whose condition did not hold. They cost units, too. */
  refusals: number;
  /** Looked at, before any filter. */
  itemsRead: number;
}

export class Meter {
  readonly charged: Charged;

  constructor() {
    const of = (subject: Subject) => [
      [`${subject}Reads`, 0],
      [`${subject}ReadUnits`, 0],
      [`${subject}Writes`, 0],
      [`${subject}WriteUnits`, 0],
    ];
    this.charged = {
      ...{ readUnits: 0, writeUnits: 0, indexWriteUnits: 0, refusals: 0, itemsRead: 0 },
      ...Object.fromEntries(SUBJECTS.flatMap(of)),
    };
  }

  wrote(before: Item | undefined, after: Item | undefined, indexes: readonly KeyNames[]) {
    const ofIndexes = indexes.reduce((sum, keys) => sum + indexWriteUnits(before, after, keys), 0);
    this.charged.indexWriteUnits += ofIndexes;
    this.#write(after ?? before ?? {}, tableWriteUnits(before, after) + ofIndexes);
  }

  refused(key: Item, existing: Item | undefined) {
    this.charged.refusals += 1;
    this.#write(existing ?? key, tableWriteUnits(existing, undefined));
  }

  /** @param key of the item, or the partition and first sort key of a range */
  read(key: Item, { units, items }: { units: number; items: number }) {
    const subject = subjectOf(key);
    this.#add('readUnits', units);
    this.#add('itemsRead', items);
    this.#add(`${subject}Reads`, 1);
    this.#add(`${subject}ReadUnits`, units);
  }

  #write(item: Item, units: number) {
    const subject = subjectOf(item);
    this.#add('writeUnits', units);
    this.#add(`${subject}Writes`, 1);
    this.#add(`${subject}WriteUnits`, units);
  }

  #add(name: string, value: number) {
    this.charged[name] = (this.charged[name] ?? 0) + value;
  }
}

/** Of one item, whether it is there or not. */
export const pointRead = (item: Item | undefined, bytes: number, consistent: boolean) => ({
  units: readUnits(bytes, consistent),
  items: item ? 1 : 0,
});

const textOf = (value: Value | undefined) => value?.S ?? '';

function subjectOf(item: Item): Subject {
  const [pk, sk] = [textOf(item.pk), textOf(item.sk)];
  if (pk.startsWith(runPk(''))) return 'run';
  if (!pk.startsWith(projectPk(''))) return 'other';
  if (sk.startsWith(jobSk(''))) return 'job';
  return sk.startsWith(coverageKey('').sk) ? 'coverage' : 'other';
}
