// functions/restore/redact/secret-text.ts: the removal of URLs and credentials from text.
//
// Time is proportional to the length of the text: each pattern starts at a word boundary, by lookbehind, or with a fixed word, and
// has one way only to continue from there.

/** As they are, percent-encoded (several times too), escaped for JSON, as entities of HTML. */
const COLON = String.raw`(?::|%(?:25)*3a|(?<!\\)\\+u003a|&#58;|&#x3a;|&colon;)`;
const SLASH = String.raw`(?:\\*\/|%(?:25)*2f|\\+u002f|&#47;|&#x2f;|&sol;)`;
const EQUALS = '(?:=|%(?:25)*3d)';
const SECRET_WORD =
  '(?:token|signature|secret|password|passphrase|credential|authorization|(?:api|access|auth|private|encryption)[_-]?key(?:[_-]?id)?)';
/** Parameters of signed URLs and of sign-ins. */
const SECRET_PARAMETER = `(?:x-(?:amz|goog|ms)-[a-z-]+|[a-z0-9_-]*${SECRET_WORD}|sig|pwd|passwd|passcode|jwt|otp|sas|creds?|key-pair-id)`;

/** A scheme and two slashes, anything up to a blank. */
const WITH_SCHEME = String.raw`(?<![a-z0-9+.-])[a-z0-9+.-]*${COLON}${SLASH}${SLASH}\S*`;
/** With the address before it. */
const WITH_PARAMETER = String.raw`(?<!\S)[^\s?&;#]*(?:[?&;#](?!${SECRET_PARAMETER}${EQUALS})[^\s?&;#]*)*[?&;#]${SECRET_PARAMETER}${EQUALS}\S*`;
const WITHOUT_SCHEME = String.raw`(?<!\S)${SLASH}${SLASH}\S+`;
/** host:port/path: the host of a download has a port. */
const WITH_PORT = String.raw`(?<![a-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)+${COLON}\d{2,5}${SLASH}\S*`;
/** host/path, of three names and more, or of two that end like a host; not 10.0.0.0/8. */
const WITH_HOST = String.raw`(?<![a-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:[a-z0-9-]+\.[a-z][a-z0-9-]*|com|net|org|io|cloud|dev|app|aws)${SLASH}\S*`;
const ARCHIVE = String.raw`(?<!\S)\S*\.tar\.gz\b\S*`;

/** The header with all of its value, and what stands behind the name of a scheme. */
const HEADER = String.raw`\b(?:proxy-)?authorization["']?\s*[:=]\s*\S+(?:\s+\S+)?`;
const BEARER = String.raw`\bbearer\s+(?!(?:tokens?|auth\w*|credentials?)\b)\S+`;
const DIGEST = String.raw`\bdigest\s+[a-z]+=[^\n]*`;
const JSON_WEB_TOKEN = String.raw`(?<![\w.-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?`;
/** A value on a command line, or in a header. */
const VALUE = String.raw`(?:"[^"\n]*"|'[^'\n]*'|\S+)`;
/** By itself, as a field of JSON, or as a program and a file of settings assign it: `password = x`, `secret := 'x y'`. */
const PARAMETER = String.raw`(?<![a-z0-9_-])${SECRET_PARAMETER}(?:\s*:?${EQUALS}[=>]*\s*|["']\s?:\s?)(?:"[^"\n]*"|'[^'\n]*'|["']?[^\s&,;"']+)`;
/** curl -u user:password, --proxy-user=user:password */
const USER = String.raw`(?<!\S)(?:-u|--(?:proxy-)?user)[=\s]*(?:"[^"\n:]*:[^"\n]*"|'[^'\n:]*:[^'\n]*'|[^\s:"']+:\S+)`;
/** --password x, --api-key=x; in "the --password option is missing" nothing follows. */
const OPTION_WORD = '(?:pass(?:word|wd|phrase|code)?|pwd|token|secret|credentials?|otp|signature|[a-z]*-?key)';
const OPTION = String.raw`(?<!\S)--?(?:[a-z0-9]+-){0,4}${OPTION_WORD}(?:\s*=\s*|\s+(?!-|(?:option|flag|argument|parameter|is|was|and|or|has|must|may|can|to)\b))${VALUE}`;
/** Headers by their names; and `password: x1`, where it does not go on like a sentence, nor follows the account in an ARN. */
const NAMED_HEADER = String.raw`(?<![a-z0-9_-])(?:x-(?:[a-z0-9]+-){0,6}(?:key|token|secret|auth|signature|password)|(?:set-)?cookie)\s*:\s*${VALUE}`;
const NAMED = String.raw`(?<![a-z0-9_-])(?<!\d{12}:)(?:password|passwd|pwd|passphrase|passcode|secret|token|otp|pin|api[_-]?key)\s*:\s*(?=\S*[0-9!@#$%^*+=/])\S+`;
/** Of a program that takes a password so: -p x, -px. */
const SHORT_PASSWORD = /(?<!\S)-p\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s-]\S*)/g;
const TAKES_PASSWORD =
  /\b(?:mysql|mariadb|mongo|sshpass|7z|unzip|zip\b|docker login)|(?<!\S)(?:-u|--user(?:name)?)(?=[\s=])/i;

/**
 * Keys and tokens that say what they are: by their prefix, and by a length that no word has. Of AWS the ids of access keys, not those of users
 * and roles; of Atlas the secret of a service account, not its id.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, https://docs.github.com/en/code-security/secret-scanning
 */
const TOKENS = [
  ['A(?:KI|SI|BI|CC)A', '[A-Z0-9]{16}'], // AWS
  ['mdb_sa_sk_', String.raw`[\w-]{8,}`], // Atlas
  ['gh[oprsu]_', String.raw`\w{16,}`], // GitHub
  ['github_pat_', String.raw`\w{16,}`],
  ['gl(?:pat|dt|rt|ptt|cbt|soat)-', String.raw`[\w-]{16,}`], // GitLab
  ['xox[a-z]-', String.raw`\d[\w-]{9,}`], // Slack: a number follows, as in no name such as xapp-payments-production
  ['xapp-', String.raw`\d-[\w-]{14,}`],
  ['[rs]k_(?:live|test)_', String.raw`\w{16,}`], // Stripe
  ['sk-(?:ant|proj|svcacct)-', String.raw`[\w-]{20,}`], // Anthropic, OpenAI
  ['AIza', String.raw`[\w-]{35}`], // Google
  ['GOCSPX-', String.raw`[\w-]{20,}`],
  [String.raw`ya29\.`, String.raw`[\w-]{16,}`],
  ['npm_', String.raw`\w{36}`],
  ['pypi-', String.raw`[\w-]{50,}`],
  [String.raw`hv[bs]\.`, String.raw`[\w-]{20,}`], // Vault
] as const;
const TOKEN = String.raw`(?<![\w-])(?:${TOKENS.map((parts) => parts.join('')).join('|')})(?![\w-])`;
const TOKEN_HINT = TOKENS.map(([prefix]) => prefix).join('|');
/** With all that is in it, or up to the end of a text that was cut. */
const PRIVATE_KEY = String.raw`-----BEGIN [a-z0-9 ]{0,40}PRIVATE KEY[\s\S]*?(?:-----END [a-z0-9 ]{0,40}-----|$)`;

/** Base64 has a capital, a digit or a sign somewhere; `Basic authentication` has not. */
const BASIC = /\b[Bb](?:asic|ASIC)\s+(?=[A-Za-z0-9+/_-]*[A-Z0-9+/=])[A-Za-z0-9+/_-]{4,}=*/g;

const CREDENTIALS = [
  ...[HEADER, BEARER, DIGEST, JSON_WEB_TOKEN, USER, OPTION, NAMED_HEADER, NAMED, PARAMETER],
  ...[TOKEN, PRIVATE_KEY],
];
/** In one pass, so that none looks at what another left; what is a URL is in the first group. */
const oneOf = (urls: readonly string[]) => new RegExp(`(${urls.join('|')})|${CREDENTIALS.join('|')}`, 'gi');
/** Of these one can be sure, wherever they stand. */
const CERTAIN = oneOf([WITH_SCHEME, WITH_PARAMETER]);
/** Some of these may be a name as well: a collection may be called `backup.tar.gz`. */
const LIKELY = oneOf([WITH_SCHEME, WITH_PARAMETER, WITHOUT_SCHEME, WITH_PORT, WITH_HOST, ARCHIVE]);

/** In every text that one of them matches; most texts have none, and are done with ten times as fast. */
const HINT = new RegExp(
  String.raw`[/\\%&=]|\.tar\.gz|eyJ|["']\s?:|bearer|basic|authorization|digest|(?<!\S)--?[a-z]|cookie|x-[a-z-]+\s*:|(?:pass|pwd|secret|token|otp|pin|key)[a-z]*\s*:|-----BEGIN|${TOKEN_HINT}`,
  'i',
);

/** An id or a time of Atlas's, which most texts of a job are: nothing that HINT has to look for, and quicker to see. */
const PLAIN = /^(?:[0-9a-f]{24}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)$/;

export const CREDENTIAL = '[credential removed]';

export interface SafeTextOptions {
  /** It is the name of a namespace, which may look like a path: what is certain goes, and no more. @default false */
  isNamespace?: boolean;
}

export function safeText(text: string, { isNamespace = false }: SafeTextOptions = {}): string {
  if (PLAIN.test(text) || !HINT.test(text)) return text;
  const withoutShort = TAKES_PASSWORD.test(text) ? text.replace(SHORT_PASSWORD, CREDENTIAL) : text;
  return withoutShort
    .replace(BASIC, CREDENTIAL)
    .replace(isNamespace ? CERTAIN : LIKELY, (_, url?: string) => (url === undefined ? CREDENTIAL : '[URL removed]'));
}
