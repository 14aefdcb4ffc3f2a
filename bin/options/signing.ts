// bin/options/signing.ts: the keys that sign, and those that are trusted.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { PublicKey } from '../../functions/signing/public-key.ts';
import type { Signer } from '../../functions/signing/signer.ts';
import { UsageError } from '../process/exit-codes.ts';
import { reasonOf } from '../process/output-file.ts';
import { checked, several } from './flags.ts';
import type { Target } from './ledger-target.ts';

export interface SigningFlags {
  signingKey?: string;
}

/** @param command that has `--data` and `--table` */
export const withSigningKey = (command: Command) =>
  command.option(
    '--signing-key <file|arn>',
    'sign with this private key (ed25519 or P-256, PEM), or with this key of AWS KMS (default: signing-key.pem beside the ledger, made where there is none)',
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
  if (signingKey !== undefined) return signerOf(signingKey);
  if ('dataDir' in where) return ownSigner(where.dataDir);
  throw new UsageError('--table: expected --signing-key with it, got none: only a directory has a key of its own');
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

/** @throws UsageError */
export const readPublicKeys = (files: readonly string[]): Promise<PublicKey[]> =>
  Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        throw new UsageError(`--public-key ${file}: expected a file that can be read, got ${reasonOf(error)}`);
      });
      try {
        return PublicKey.parse(text);
      } catch (error) {
        throw new UsageError(`--public-key ${file}: ${(error as Error).message}`);
      }
    }),
  );
