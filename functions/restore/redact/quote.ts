// functions/restore/redact/quote.ts: other people's text for a message: short, one line, without URLs and secrets.
import { redactAnswer } from './redact.ts';

/** How much of a text is looked at, and how much is shown. In characters. */
const MAX_READ = 2_000;
const MAX_SHOWN = 200;

/** Spellings of `/` and `:` under which a URL isn't seen to be one. */
const SLASH = /\\\/|\\u002f|&#(?:x0*2f|0*47);|&sol;/gi;
const COLON = /\\u003a|&#(?:x0*3a|0*58);|&colon;/gi;
/** `https%3A%2F%2F`, encoded once or more often. */
const ENCODED_URL = /%(?:25)*3a(?:%(?:25)*2f){2}/i;
/** A host and a path. Redaction finds URLs by their scheme; a delivery URL without one still has these. */
const HOST_AND_PATH = /[\w-]\.[a-z]{2,}(?::\d+)?(?:\/|%(?:25)*2f)/i;
/** What signs a URL, whatever is left of it. */
const SIGNED = /x-(?:amz|goog|ms)-[\w-]*(?:=|%(?:25)*3d)/i;
/** A name that a secret goes by, what stands between, and the secret. */
const NAMED_SECRET =
  /((?:signature|sig|credential|token|secret|passw(?:or)?d|passphrase|pwd|(?:api|access|private)[-_ ]?key)["']?(?:\s*[=:]|%3d)\s*["']?)(?!\[removed\])[^\s"'&,;]+/gi;

/** @param hidden values that must not be seen, whoever repeated them */
export const quote = (text: string, hidden: readonly string[] = []): string => `"${cleaned(text, hidden)}"`;

/** The same without quotation marks. */
export function cleaned(text: string, hidden: readonly string[] = []): string {
  const plain = hide(text, hidden).slice(0, MAX_READ).replace(SLASH, '/').replace(COLON, ':');
  const line = String(redactAnswer(plain))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .split(' ')
    .map((word) => (isUrl(word) ? '[URL removed]' : word))
    .join(' ')
    .replace(NAMED_SECRET, '$1[removed]');
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN - 1)}…` : line;
}

const isUrl = (word: string) => ENCODED_URL.test(word) || HOST_AND_PATH.test(word) || SIGNED.test(word);

/** Shorter values would take common words along; no real key or token is that short. */
export const hide = (text: string, hidden: readonly string[]): string =>
  hidden.reduce((safe, value) => (value.length > 3 ? safe.replaceAll(value, '[removed]') : safe), text);
