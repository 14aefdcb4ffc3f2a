import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, type SignCommand } from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preAuthEncoding, sealed, unsealed } from '../../functions/signing/envelope.ts';
import { kmsSigner } from '../../functions/signing/kms-signer.ts';
import { PublicKey } from '../../functions/signing/public-key.ts';
import { localSigner, type Signer } from '../../functions/signing/signer.ts';
import type { Statement } from '../../functions/signing/statement.ts';

const pemOf = ({ privateKey }: ReturnType<typeof generateKeyPairSync>) =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const ed25519 = pemOf(generateKeyPairSync('ed25519'));
const p256 = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

/** Signs as KMS does: the digest, with what was asked for, in DER. */
const kms = (pem: string): Pick<KMSClient, 'send'> => ({
  send: (async (command: unknown) => {
    if (command instanceof GetPublicKeyCommand)
      return { PublicKey: createPublicKey(pem).export({ type: 'spki', format: 'der' }) };
    const { Message, MessageType, SigningAlgorithm } = (command as SignCommand).input;
    expect([MessageType, SigningAlgorithm, Message?.length]).toEqual(['DIGEST', 'ECDSA_SHA_256', 32]);
    expect(Message).toEqual(createHash('sha256').update(lastSigned).digest());
    return { Signature: sign('sha256', lastSigned, createPrivateKey(pem)) };
  }) as unknown as KMSClient['send'],
});
let lastSigned: Uint8Array = new Uint8Array();
/** KMS is given a digest, which Node's own keys can't sign: the double signs what the digest is of, once that is checked. */
function rememberingSigner(signer: Signer): Signer {
  return {
    publicKey: () => signer.publicKey(),
    sign: (bytes) => {
      lastSigned = bytes;
      return signer.sign(bytes);
    },
  };
}

const statement: Statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'q3.html', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'urn:synthetic',
  predicate: { text: 'naïve – ☃' },
};

const SIGNERS: [string, Signer][] = [
  ['ed25519', localSigner(ed25519)],
  ['P-256', localSigner(p256)],
  ['KMS', rememberingSigner(kmsSigner({ keyId: 'arn:aws:kms:eu-west-1:111122223333:key/x', client: kms(p256) }))],
];

test('the encoding that is signed is the example of the DSSE specification', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
  expect(Buffer.from(encoded).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

describe.each(SIGNERS)('%s', (_, signer) => {
  test('what was sealed is unsealed with its key, which is known by its id, and by no other', async () => {
    const text = await sealed(statement, signer);
    const key = await signer.publicKey();
    expect(unsealed(text, [await localSigner(ed25519).publicKey(), key])).toMatchObject({
      statement,
      key: { id: key.id },
    });
    expect(JSON.parse(text).signatures[0].keyid).toBe(key.id);
    const other = PublicKey.parse(
      createPublicKey(pemOf(generateKeyPairSync('ed25519'))).export({ type: 'spki', format: 'pem' }) as string,
    );
    expect(() => unsealed(text, [other])).toThrow('it is signed by another key');
  });

  test('no change of a character goes unnoticed', async () => {
    const text = (await sealed(statement, signer)).trimEnd();
    const keys = [await signer.publicKey()];
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09+/"{'), (at, character) => {
        const changed = `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
        // The id of a key is a hint, and the last bits of base64 are none.
        const isHint = at > text.indexOf('"keyid"') && at < text.indexOf('"sig"');
        fc.pre(changed !== text && !isHint);
        try {
          expect(unsealed(changed, keys).statement).toEqual(statement);
          expect(Buffer.from(JSON.parse(changed).payload, 'base64')).toEqual(
            Buffer.from(JSON.parse(text).payload, 'base64'),
          );
        } catch (error) {
          expect(error).toMatchObject({ name: 'SignatureError' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('other keys, and other texts, are refused by name', () => {
  const rsa = createPublicKey(pemOf(generateKeyPairSync('rsa', { modulusLength: 2_048 })));
  expect(() => new PublicKey(rsa)).toThrow('expected an ed25519 or P-256 key, got one of rsa');
  expect(() => PublicKey.parse(ed25519)).toThrow('got a private key: keep it to yourself');
  expect(() => PublicKey.parse('x')).toThrow('expected a public key in PEM, got something else');
  for (const text of ['', '{}', '[]', '{"payloadType":"text/plain"}', 'null'])
    expect(() => unsealed(text, [])).toThrow('expected a DSSE envelope');
});

test("KMS's refusals say what to do, and hold nothing of the request", async () => {
  const refusing = (name: string) => ({
    send: (async () => {
      throw Object.assign(new Error('secret text'), { name });
    }) as unknown as KMSClient['send'],
  });
  const signer = (name: string) => kmsSigner({ keyId: 'arn:key', client: refusing(name) });
  await expect(signer('AccessDeniedException').publicKey()).rejects.toThrow(
    'KMS key arn:key: access is denied: grant kms:Sign and kms:GetPublicKey on it',
  );
  await expect(signer('Odd').sign(new Uint8Array(1))).rejects.toThrow('KMS key arn:key: KMS failed with Odd');
});
