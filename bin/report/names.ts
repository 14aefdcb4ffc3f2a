// bin/report/names.ts is the order of names as people sort them: shard-2 before shard-10.

export const { compare: byName } = new Intl.Collator('en', { numeric: true });
