// test/docs/generate.ts writes the pages and tables of docs/ that follow from the source: `npm run docs`.
import { writeFileSync } from 'node:fs';
import { GENERATED } from './generated.ts';

for (const { path, text } of GENERATED) writeFileSync(path, text());
