// bin/commands/signed/public-key.ts: the public half of the key that signs, for whoever is to check signatures.

import type { Command as Cli } from 'commander';
import { Command } from 'commander';
import { type SourceFlags, sourceOf, withLedger } from '../../options/ledger-source.ts';
import { type DocumentFlags, rowChoice, withDocument } from '../../options/rows.ts';
import { chosenSigner, type SigningFlags, withSigningKey } from '../../options/signing.ts';
import { showDocument } from '../../output/rows.ts';
import type { Context } from '../../process/context.ts';
import { exitCodes } from '../../process/help-text.ts';

type PublicKeyFlags = SourceFlags & SigningFlags & DocumentFlags;

const CODES = exitCodes({
  0: 'printed',
  1: "the key can't be used",
  2: 'wrong usage',
});

const HELP = `
Give it to those who check what you sign, but not beside the signed files: whoever can replace those could replace the key, too. The
private key stays where it is.

${CODES}

Examples:
  $ restore-ledger public-key > ledger.pem
  $ restore-ledger public-key --signing-key arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d > ledger.pem`;

export function publicKeyCommand(context: Context): Cli {
  const command = new Command('public-key')
    .description('print the public key, in PEM, that anchors and reports are signed with')
    .addHelpText('after', HELP);
  const asked = withLedger(withDocument(command, 'the key, its id and its algorithm'));
  return withSigningKey(asked, 'print the public half of').action((flags: PublicKeyFlags) => publicKey(flags, context));
}

async function publicKey({ signingKey, ...flags }: PublicKeyFlags, context: Context) {
  const { env, out } = context;
  const choice = await rowChoice(flags);
  const where = sourceOf(flags, env, 'an API has no key');
  const signer = await chosenSigner({ ...(signingKey !== undefined && { signingKey }) }, where);
  const { id, algorithm, pem } = await signer.publicKey();
  await showDocument({ id, algorithm, pem }, choice, context, () => out.write(pem));
}
