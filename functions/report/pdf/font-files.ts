// functions/report/pdf/font-files.ts: Noto Sans, as its package has it: a file for each group of scripts. They are read when a PDF is made,
// and a bundle that makes PDFs carries them along.
import type { Weight } from '../../pdf/font/font-family.ts';

/** The most frequent first. Scripts whose letters change with their neighbours would need a shaper, and are not in here. */
const SCRIPTS = ['latin', 'latin-ext', 'greek', 'cyrillic', 'cyrillic-ext', 'greek-ext', 'vietnamese'];

const files = (weight: number) =>
  SCRIPTS.map((script) => `@fontsource/noto-sans/files/noto-sans-${script}-${weight}-normal.woff`);

/** As `require.resolve` takes them. */
export const FONT_FILES: Readonly<Record<Weight, readonly string[]>> = { regular: files(400), bold: files(600) };
