// bin/commands/signed/verify-evidence.ts: a report as it was signed? Without a ledger, and without a network.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Command } from 'commander';
import { MAX_ENVELOPE } from '../../../functions/signing/envelope.ts';
import { SignatureError } from '../../../functions/signing/errors.ts';
import { checkedReport, SIGNATURE_ENDING } from '../../../functions/signing/report.ts';
import { openRegularFile } from '../../../local/files/regular-file.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { publicKeys, readPublicKeys } from '../../options/signing.ts';
import { fieldLines } from '../../output/field-lines.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { CommandError, UsageError } from '../../process/exit-codes.ts';
import { exitCodes } from '../../process/help-text.ts';
import { reasonOf } from '../../process/output-file.ts';
import { sanitize } from '../../process/sanitize.ts';

interface VerifyEvidenceFlags extends DocumentFlags {
  publicKey?: string[];
  signature?: string;
}

const CODES = exitCodes({
  0: 'the report is as it was signed, by a key that you gave',
  1: 'a file could not be read',
  2: 'wrong usage',
  10: 'it is not as it was signed, or its signature is none',
  11: 'it is signed by another key',
});

const HELP = `
The signature is in FILE${SIGNATURE_ENDING} beside the report, as evidence --sign writes it. It shows that the report is, to the byte,
what the holder of the key signed. It does not cover the file's name: a report that was renamed is accepted, with the name that it was
signed under. Who holds the key, you know by where you got the public key from. It needs no ledger and no network.
docs/signatures.md has openssl commands that do the same.

${CODES}

Examples:
  $ restore-ledger verify-evidence q3.html --public-key ledger.pem
  $ restore-ledger verify-evidence q3.json --public-key ledger.pem --public-key former.pem --json`;

export function verifyEvidenceCommand(context: Context): Command {
  const command = new Command('verify-evidence')
    .description('check the signature of a report')
    .argument('<file>', 'the report')
    .addOption(publicKeys())
    .option('--signature <file>', `its signature (default: beside it, with ${SIGNATURE_ENDING} added to its name)`)
    .addHelpText('after', HELP);
  return withDocument(command, 'the whole result').action((file: string, flags: VerifyEvidenceFlags) =>
    verifyEvidence(file, flags, context),
  );
}

async function verifyEvidence(file: string, flags: VerifyEvidenceFlags, context: Context) {
  const { out } = context;
  const { publicKey: files, signature = `${file}${SIGNATURE_ENDING}` } = flags;
  const choice = await rowChoice(flags);
  if (files === undefined)
    throw new UsageError('--public-key: expected the key of whoever should have signed it, got none');
  const keys = await readPublicKeys(files);
  const envelope = await tried(signature, async () => {
    await using opened = await openRegularFile(signature);
    const { size } = await opened.stat();
    if (size > MAX_ENVELOPE)
      throw new SignatureError('SIGNATURE_WRONG', `${signature}: it is no signature: ${size} bytes`);
    return opened.readFile('utf8');
  });
  const sha256 = await tried(file, async () => {
    await using opened = await openRegularFile(file);
    const hash = createHash('sha256');
    for await (const chunk of opened.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    return hash.digest('hex');
  });
  const { name, key, predicate } = checkedReport(envelope, sha256, keys);
  const isRenamed = name !== basename(file);
  const result = {
    ...{ result: 'as signed', name, isRenamed, sha256 },
    ...{ key: { id: key.id, algorithm: key.algorithm }, predicate },
  };
  const { ledger, since, until, madeAt, verdict } = predicate;
  const fields = {
    ...{
      result: 'as signed',
      'signed as': isRenamed ? `${name}, which is not its name any more` : name,
      sha256,
      'signed by': `${key.algorithm} key ${key.id}`,
    },
    ...{ ledger, period: `${since} to ${until}`, 'made at': madeAt, verdict },
  };
  const shown = Object.entries(fields).map(([field, value]) => [field, sanitize(String(value))]);
  const table = () => out.line(fieldLines(Object.fromEntries(shown), out.paint));
  await showDocument(result, choice, context, table);
}

async function tried<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignatureError) throw error;
    throw new CommandError(`${file}: expected a file that can be read, got ${reasonOf(error)}`);
  }
}
