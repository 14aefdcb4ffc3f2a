// functions/platform/lists/nearest.ts: the words that somebody who mistyped one may have meant.

/** Of longer texts only so much is compared: a comparison takes one's length times the other's. */
const MAX_LENGTH = 64;

/** Those that differ by the fewest letters, if by no more than a third of them; without case. @param most how many */
export function nearest(text: string, words: Iterable<string>, most = 3): string[] {
  const compared = (one: string) => one.slice(0, MAX_LENGTH).toLowerCase();
  const given = compared(text);
  const allowed = (other: string) => Math.max(1, Math.floor(Math.max(given.length, other.length) / 3));
  return [...new Set(words)]
    .map((word) => ({ word, letters: difference(given, compared(word)), limit: allowed(compared(word)) }))
    .filter(({ letters, limit }) => letters <= limit)
    .sort((a, b) => a.letters - b.letters || (a.word < b.word ? -1 : 1))
    .slice(0, most)
    .map(({ word }) => word);
}

/** Letters to add, leave out or replace to make one of the other (Levenshtein's distance). */
function difference(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
