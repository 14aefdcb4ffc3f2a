// functions/report/pdf/fonts.ts: Noto Sans, as its package has it: a file for each group of scripts.
import { readFileSync } from 'node:fs';
import { createRequire as requirerOf } from 'node:module';
import { FontFamily } from '../../pdf/font/font-family.ts';

/** The most frequent first. Scripts whose letters change with their neighbours would need a shaper, and are not in here. */
const SCRIPTS = ['latin', 'latin-ext', 'greek', 'cyrillic', 'cyrillic-ext', 'greek-ext', 'vietnamese'];
const WEIGHTS = { regular: 400, bold: 600 } as const;

export function reportFonts(): FontFamily {
  const { resolve } = requirerOf(import.meta.url);
  const files = (weight: number) =>
    SCRIPTS.map((script) =>
      readFileSync(resolve(`@fontsource/noto-sans/files/noto-sans-${script}-${weight}-normal.woff`)),
    );
  return new FontFamily('NotoSans', { regular: files(WEIGHTS.regular), bold: files(WEIGHTS.bold) });
}
