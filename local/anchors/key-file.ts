// local/anchors/key-file.ts: the ed25519 key that signs for a ledger in a directory, in a file that only its owner can read.
import { generateKeyPairSync } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignatureError } from '../../functions/signing/errors.ts';
import { localSigner, type Signer } from '../../functions/signing/signer.ts';
import { openRegularFile } from '../files/regular-file.ts';

/** Beside the ledger. */
export const keyFile = (dataDir: string) => join(dataDir, 'signing-key.pem');

/** A PEM file of either kind is some 200 bytes. */
const MAX_BYTES = 10_000;

/** @throws SignatureError where there is none, or others may read it */
export async function signerOf(path: string): Promise<Signer> {
  try {
    await using file = await openRegularFile(path);
    const { mode, size } = await file.stat();
    if (size > MAX_BYTES) throw unusable(path, 'expected a private key in PEM, got a larger file');
    // Windows knows no such modes.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw unusable(path, 'others than its owner may use it: chmod 600, and take another key if somebody did');
    return localSigner(await file.readFile('utf8'));
  } catch (error) {
    if (!(error instanceof SignatureError)) throw unusable(path, `it can't be read (${codeOf(error)})`);
    throw error.message.startsWith(path) ? error : unusable(path, error.message);
  }
}

/** The ledger's own, made where there is none. Two that make it at once end with the same. @throws SignatureError */
export async function ownSigner(dataDir: string): Promise<Signer> {
  const path = keyFile(dataDir);
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    await writeFile(path, pem, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      if (codeOf(error) !== 'ENOENT') await rm(path, { force: true });
      throw unusable(path, `it can't be made (${codeOf(error)})`);
    }
  }
  return signerOf(path);
}

const unusable = (path: string, what: string) => new SignatureError('KEY_UNUSABLE', `${path}: ${what}`);
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
