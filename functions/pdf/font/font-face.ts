// functions/pdf/font/font-face.ts: one font: which glyph shows a character, how wide it is, and the font as an object of a PDF.
import type { ObjectWriter } from '../syntax/object-writer.ts';
import { hex16, real, reference } from '../syntax/values.ts';
import { fontFile, type Tables, tablesOf } from './woff.ts';

export class FontFace {
  /** In the resources of pages: `F1`. */
  readonly name: string;
  readonly #tables: Tables;
  readonly #unitsPerEm: number;
  readonly #widths: number;
  readonly #glyphs: ReadonlyMap<number, number>;
  /** By glyph: the character that it shows. */
  readonly #used = new Map<number, number>();

  constructor(name: string, woff: Buffer) {
    this.name = name;
    this.#tables = tablesOf(woff);
    this.#unitsPerEm = this.#table('head').readUInt16BE(18);
    this.#widths = this.#table('hhea').readUInt16BE(34);
    this.#glyphs = glyphsOf(this.#table('cmap'));
  }

  get isUsed(): boolean {
    return this.#used.size > 0;
  }

  glyphOf(codePoint: number): number | undefined {
    return this.#glyphs.get(codePoint);
  }

  use(glyph: number, codePoint: number): void {
    if (!this.#used.has(glyph)) this.#used.set(glyph, codePoint);
  }

  /** In thousandths of the size of the font. */
  widthOf(glyph: number): number {
    return this.#scaled(this.#table('hmtx').readUInt16BE(Math.min(glyph, this.#widths - 1) * 4));
  }

  /** @param base what the font calls itself @returns the id */
  write(objects: ObjectWriter, base: string): number {
    const file = fontFile(this.#tables);
    const fileId = objects.stream(file, `/Length1 ${file.length}`);
    const head = this.#table('head');
    const box = [36, 38, 40, 42].map((at) => real(this.#scaled(head.readInt16BE(at)))).join(' ');
    const hhea = this.#table('hhea');
    const [ascent, descent] = [4, 6].map((at) => real(this.#scaled(hhea.readInt16BE(at))));
    const descriptor = objects.write(
      `<</Type/FontDescriptor/FontName/${base}/Flags 4/FontBBox[${box}]/ItalicAngle 0/Ascent ${ascent}/Descent ${descent}/CapHeight 714/StemV 80/FontFile2 ${reference(fileId)}>>`,
    );
    const used = [...this.#used].sort(([a], [b]) => a - b);
    const widths = used.map(([glyph]) => `${glyph}[${real(this.widthOf(glyph))}]`).join('');
    const system = '/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>';
    const descendant = objects.write(
      `<</Type/Font/Subtype/CIDFontType2/BaseFont/${base}${system}/FontDescriptor ${reference(descriptor)}/W[${widths}]/CIDToGIDMap/Identity>>`,
    );
    const toUnicode = objects.stream(unicodeMap(used));
    return objects.write(
      `<</Type/Font/Subtype/Type0/BaseFont/${base}/Encoding/Identity-H/DescendantFonts[${reference(descendant)}]/ToUnicode ${reference(toUnicode)}>>`,
    );
  }

  #table(tag: string): Buffer {
    const table = this.#tables.get(tag);
    if (!table) throw new Error(`the font has no table ${tag}`);
    return table;
  }

  #scaled = (units: number) => (units * 1_000) / this.#unitsPerEm;
}

/** Of format 4: characters up to U+FFFF. */
function glyphsOf(cmap: Buffer): Map<number, number> {
  const glyphs = new Map<number, number>();
  for (let n = 0; n < cmap.readUInt16BE(2); n++) {
    const table = cmap.subarray(cmap.readUInt32BE(4 + 8 * n + 4));
    if (table.readUInt16BE(0) !== 4) continue;
    const segments = table.readUInt16BE(6) / 2;
    for (let segment = 0; segment < segments; segment++) {
      const word = (array: number) => table.readUInt16BE(14 + 2 * segment + array);
      const [end, start] = [word(0), word(2 * segments + 2)];
      const [delta, rangeAt] = [word(4 * segments + 2), 14 + 2 * segment + 6 * segments + 2];
      const range = table.readUInt16BE(rangeAt);
      for (let code = start; code <= end && code < 0xffff; code++) {
        const found = range === 0 ? code : table.readUInt16BE(rangeAt + range + 2 * (code - start));
        const glyph = found === 0 ? 0 : (found + delta) & 0xffff;
        if (glyph > 0) glyphs.set(code, glyph);
      }
    }
    return glyphs;
  }
  throw new Error('the font has no map of characters of format 4');
}

/** Readers search, copy and read aloud by it. */
function unicodeMap(used: readonly (readonly [glyph: number, codePoint: number])[]): string {
  const blocks: string[] = [];
  for (let at = 0; at < used.length; at += 100) {
    const some = used.slice(at, at + 100).map(([glyph, codePoint]) => `<${hex16(glyph)}><${hex16(codePoint)}>\n`);
    blocks.push(`${some.length} beginbfchar\n${some.join('')}endbfchar\n`);
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def
/CMapName/Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000><ffff>
endcodespacerange
${blocks.join('')}endcmap
CMapName currentdict /CMap defineresource pop
end
end
`;
}
