// test/docs/generate.ts: `npm run docs`: the pages and tables of docs/ that follow from the source.
import { writeFileSync } from 'node:fs';
import { GENERATED } from './generated.ts';

for (const { path, text } of GENERATED) writeFileSync(path, text());
