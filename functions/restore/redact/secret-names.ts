// functions/restore/redact/secret-names.ts: the fields that are secret by their name alone.

/**
 * Wherever in a name they stand. Known ones (docs/atlas.md#7): deliveryUrl, downloadUrl, snapshotUrl, privateDownloadDeliveryUrls; of
 * legacy jobs url, urlV2, authHeader, authValue. The rest would be one by their name.
 */
const SECRET_PART =
  /url|uris?$|authheader|authvalue|authorization|password|passwd|passphrase|secret|token|credential|signature|cookie|bearer|session|href|(?:private|api|access|auth|encryption|decryption|signing)_?key/i;
/** Whole words only, as they stand in innocent ones too. */
const SECRET_WORD = /^(?:sig|pwd|jwt|creds?|t?otp|pin|passcodes?|sas|assertion|pem|pfx)$/;
/** The last word: `certExpiresAt` is no secret. `location` is where a redirect leads, as its header is called. */
const SECRET_END = /^(?:cert(?:ificate)?s?|keystore|keytab|location)$/;
/** By themselves only: `lastRefresh` is a time, `isPrivate` a yes. */
const SECRET_ALONE = /^(?:refresh|private)$/;
/** What a key with such a word before it opens; `shardKey` and `publicKey` open nothing. */
const KEY_WORD =
  /^(?:private|api|access|auth|encryption|encrypted|decryption|signing|signed|master|account|shared|storage|security|service|ssh|ssl|tls|pgp|gpg|rsa|aes|hmac)$/;
/** With these beside it, `auth` says how someone signs in, not with what: authDatabase, authMechanism. */
const HARMLESS_AUTH = /^(?:database|db|source|mechanisms?|method|type|enabled|required|provider|mode)$/;

/** True for a field that must not be kept. Time is in proportion to the length of the name. */
export function isSecretName(name: string): boolean {
  if (SECRET_PART.test(name)) return true;
  const words = wordsOf(name);
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word));
  if (has(SECRET_WORD) || (words.includes('auth') && !has(HARMLESS_AUTH))) return true;
  const last = words.at(-1) ?? '';
  if (SECRET_END.test(last) || (words.length === 1 && SECRET_ALONE.test(last))) return true;
  return (last === 'key' || last === 'keys') && has(KEY_WORD);
}

/** Of an object that is a pair, such as a header: what names it, and what its value is called. */
const LABEL = /^(?:name|key|header|headerName|field|label|param|parameter|option|variable)$/i;
const VALUE = /^(?:values?|val|contents?|data|text|default|[a-z]+Value)$/i;

export const isLabel = (name: string): boolean => LABEL.test(name);
/** True for the other half of a pair whose label is a secret's name. */
export const isValueOfPair = (name: string): boolean => VALUE.test(name);
/** True for a field that lists headers, perhaps as names and values in turn. */
export const isListOfHeaders = (name: string): boolean => /headers?$/i.test(name);

const URL_NAME = /ur[li]/i;
const OF_A_DELIVERY = /delivery|download|snapshot|signed/i;
const BARE_URL = /^ur[li]s?(?:v?\d+)?$/i;

/** True for a secret field that has the data: whoever has its value can fetch them. */
export const isDeliveryName = (name: string): boolean =>
  URL_NAME.test(name) && (OF_A_DELIVERY.test(name) || BARE_URL.test(name));

/** `x-api_keyV2` has x, api, key, v, 2. */
const wordsOf = (name: string): string[] =>
  name
    .split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])/)
    .map((word) => word.toLowerCase());
