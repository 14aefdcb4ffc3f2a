// functions/report/pdf/fonts.ts: the fonts of a report, read from the package that has them.
import { readFileSync } from 'node:fs';
import { createRequire as requirerOf } from 'node:module';
import { FontFamily } from '../../pdf/font/font-family.ts';
import { FONT_FILES } from './font-files.ts';

export function reportFonts(): FontFamily {
  const { resolve } = requirerOf(import.meta.url);
  const read = (files: readonly string[]) => files.map((file) => readFileSync(resolve(file)));
  return new FontFamily('NotoSans', { regular: read(FONT_FILES.regular), bold: read(FONT_FILES.bold) });
}
