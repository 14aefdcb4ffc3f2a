// functions/atlas/auth/challenge.ts: a reader of WWW-Authenticate headers (RFC 9110 11.6.1) as servers send them, not as they should.

export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** Names in lower case; of a name given twice, the first. */
  params: Map<string, string>;
}

const SEPARATORS = /[\s,]*/y;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
// Unquoted values may be empty or hold base64's `/`, `+` and `=`.
const PARAM = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\[\\s\\S])*)"|([^\\s,"]*))`, 'y');
const SCHEME = new RegExp(TOKEN, 'y');
const TOKEN68 = /[ \t]+[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;

/** Every challenge of a header, in order. What can't be read is passed over. */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  for (const text of typeof header === 'string' ? [header] : (header ?? [])) {
    let at = 0;
    const take = (pattern: RegExp) => {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match) at = pattern.lastIndex;
      return match;
    };
    let current: Challenge | undefined;
    for (take(SEPARATORS); at < text.length; take(SEPARATORS)) {
      const param = current && take(PARAM);
      if (param && current) {
        const [, name = '', quoted, bare = ''] = param;
        const key = name.toLowerCase();
        if (!current.params.has(key)) current.params.set(key, quoted?.replace(/\\(.)/gs, '$1') ?? bare);
        continue;
      }
      const scheme = take(SCHEME);
      if (scheme) {
        current = { scheme: scheme[0].toLowerCase(), params: new Map() };
        challenges.push(current);
        take(TOKEN68); // `Negotiate YII...`: one blob instead of parameters
      } else at += 1;
    }
  }
  return challenges;
}
