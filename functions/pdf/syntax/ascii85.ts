// functions/pdf/syntax/ascii85.ts: bytes as printable characters, five for four, as PDF's filter of this name reads them.

const ZERO = 0x7a; // z: four bytes of nothing
const FIRST = 0x21; // !
const END = '~>';

/** With the mark of its end. */
export function ascii85(data: Uint8Array): string {
  const out = Buffer.allocUnsafe(Math.ceil(data.length / 4) * 5);
  let at = 0;
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const word = wordAt(data, i);
    if (word === 0) out[at++] = ZERO;
    else at = digits(out, at, word, 5);
  }
  const left = data.length - whole;
  if (left > 0) {
    const last = new Uint8Array(4);
    last.set(data.subarray(whole));
    at = digits(out, at, wordAt(last, 0), left + 1);
  }
  return out.toString('latin1', 0, at) + END;
}

const wordAt = (data: Uint8Array, i: number) =>
  (((data[i] ?? 0) << 24) | ((data[i + 1] ?? 0) << 16) | ((data[i + 2] ?? 0) << 8) | (data[i + 3] ?? 0)) >>> 0;

/** The first `count` of five digits. */
function digits(out: Buffer, at: number, word: number, count: number): number {
  let rest = word;
  for (let i = 4; i >= 0; i--) {
    if (i < count) out[at + i] = FIRST + (rest % 85);
    rest = Math.floor(rest / 85);
  }
  return at + count;
}
