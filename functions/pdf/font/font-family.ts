// functions/pdf/font/font-family.ts: characters as glyphs of the first font of the family that has them. Those that none has, or that
// nobody would see, are shown by their code points.
import type { ObjectWriter } from '../syntax/object-writer.ts';
import { reference } from '../syntax/values.ts';
import { FontFace } from './font-face.ts';

export type Weight = 'regular' | 'bold';
/** WOFF 1 files with TrueType outlines, the preferred ones first. */
export type FontFiles = Readonly<Record<Weight, readonly Buffer[]>>;

export interface Glyph {
  face: FontFace;
  glyph: number;
  /** In thousandths of the size of the font. */
  width: number;
}

/** A mark without a base of its own would lie anywhere, and a character without width nowhere. */
const UNSHOWABLE = /[\p{M}\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

export class FontFamily {
  readonly #name: string;
  readonly #faces: Readonly<Record<Weight, readonly FontFace[]>>;
  readonly #found: Readonly<Record<Weight, Map<number, readonly Glyph[]>>> = { regular: new Map(), bold: new Map() };
  #lacked = false;

  /** @param name such as NotoSans */
  constructor(name: string, { regular, bold }: FontFiles) {
    this.#name = name;
    this.#faces = {
      regular: regular.map((file, n) => new FontFace(`R${n}`, file)),
      bold: bold.map((file, n) => new FontFace(`B${n}`, file)),
    };
  }

  /** Whether some character was shown by its code point. */
  get hasLacked(): boolean {
    return this.#lacked;
  }

  /** One, or those of `‹U+6771›`. */
  glyphs(codePoint: number, weight: Weight): readonly Glyph[] {
    const known = this.#found[weight].get(codePoint);
    if (known) return known;
    const found = this.#find(codePoint, weight);
    this.#found[weight].set(codePoint, found);
    return found;
  }

  /** @returns entries of a dictionary of fonts */
  write(objects: ObjectWriter): string {
    return (['regular', 'bold'] as const)
      .flatMap((weight) =>
        this.#faces[weight]
          .filter(({ isUsed }) => isUsed)
          .map((face, n) => `/${face.name} ${reference(face.write(objects, `${this.#name}-${weight}-${n}`))}`),
      )
      .join('');
  }

  #find(codePoint: number, weight: Weight): readonly Glyph[] {
    if (!UNSHOWABLE.test(String.fromCodePoint(codePoint))) {
      for (const face of this.#faces[weight]) {
        const glyph = face.glyphOf(codePoint);
        const width = glyph === undefined ? 0 : face.widthOf(glyph);
        if (glyph === undefined || width === 0) continue;
        face.use(glyph, codePoint);
        return [{ face, glyph, width }];
      }
    }
    this.#lacked = true;
    const shown = `‹U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}›`;
    return [...shown].flatMap((character) => this.glyphs(character.codePointAt(0) ?? 0, weight));
  }
}
