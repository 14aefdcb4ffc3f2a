// functions/runtime/secret-text.ts: a text in AWS Secrets Manager, kept for a while.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A replaced text is in use after so long, even where nothing asks for a fresh one. */
const KEEP_MS = 300_000;
/** Callers can make us ask for a fresh one: not more often than this. */
const FRESH_MS = 30_000;

const defaultClient = () =>
  new SecretsManagerClient({
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });

/** @throws Error that names the secret, without the SDK's, which carries whole answers */
export function secretText(secretId: string, client: Pick<SecretsManagerClient, 'send'> = defaultClient()) {
  let kept: { at: number; text: Promise<string> } | undefined;

  return ({ fresh = false }: { fresh?: boolean } = {}): Promise<string> => {
    if (kept && Date.now() - kept.at < (fresh ? FRESH_MS : KEEP_MS)) return kept.text;
    const reading = { at: Date.now(), text: read() };
    kept = reading;
    reading.text.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.text;
  };

  async function read(): Promise<string> {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId })).catch((error: Error) => {
      throw new Error(`secret ${secretId} could not be read: ${error.name}`);
    });
    const text = answer.SecretString?.trim();
    if (!text) throw new Error(`secret ${secretId} holds no text`);
    return text;
  }
}
