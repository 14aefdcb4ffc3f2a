// bin/options/signing.ts: the keys that sign, and those that are trusted.
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { SignatureError } from '../../functions/signing/errors.ts';
import { PublicKey } from '../../functions/signing/public-key.ts';
import type { Signer } from '../../functions/signing/signer.ts';
import { UsageError } from '../process/exit-codes.ts';
import { reasonOf } from '../process/output-file.ts';
import { checked, several } from './flags.ts';
import type { Target } from './ledger-target.ts';

export interface SigningFlags {
  signingKey?: string;
}

/** @param command that has `--data` and `--table` @param what it does with the key */
export const withSigningKey = (command: Command, what = 'sign with') =>
  command.option(
    '--signing-key <file|arn>',
    `${what} this private key (ed25519 or P-256, PEM), or this key of AWS KMS (default: signing-key.pem beside the ledger, made where there is none)`,
  );

/** Its key is made where there is none. @throws UsageError, SignatureError */
export async function chosenSigner({ signingKey }: SigningFlags, where: Target): Promise<Signer> {
  if (signingKey?.startsWith('arn:')) {
    if (!/^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/[\w/:-]+$/.test(signingKey))
      throw new UsageError(
        `--signing-key: expected a file, or the ARN of a KMS key, got ${JSON.stringify(signingKey)}`,
      );
    const { kmsSigner } = await import('../../functions/signing/kms-signer.ts');
    return kmsSigner({ keyId: signingKey });
  }
  const { ownSigner, signerOf } = await import('../../local/anchors/key-file.ts');
  if (signingKey !== undefined) return signerOf(signingKey).catch(wrongKey);
  if ('dataDir' in where) return ownSigner(where.dataDir);
  throw new UsageError('--table: expected --signing-key with it, got none: only a directory has a key of its own');
}

/** The message begins with the file. */
function wrongKey(error: unknown): never {
  throw error instanceof SignatureError ? new UsageError(`--signing-key ${error.message}`) : error;
}

export const publicKeys = () =>
  several(
    checked(
      '--public-key <file>',
      'trust what this public key (PEM) has signed; can be given several times',
      'a file',
      (text) => (text === '' ? undefined : text),
    ),
  );

/** One byte more than a key may have, in bytes. */
const MAX_READ = 10_001;

/** Of a pipe, too, as of `<(restore-ledger public-key)`; what is longer is no key. */
async function startOf(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: MAX_READ }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_READ) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws UsageError */
export const readPublicKeys = (files: readonly string[]): Promise<PublicKey[]> =>
  Promise.all(
    files.map(async (file) => {
      const text = await startOf(file).catch((error: unknown) => {
        throw new UsageError(`--public-key ${file}: expected a file that can be read, got ${reasonOf(error)}`);
      });
      try {
        return PublicKey.parse(text);
      } catch (error) {
        throw new UsageError(`--public-key ${file}: ${(error as Error).message}`);
      }
    }),
  );
