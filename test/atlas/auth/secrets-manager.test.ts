import { inspect } from 'node:util';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { SecretsManagerCredentials } from '../../../functions/atlas/auth/secrets-manager.ts';
import { failureOf } from '../clients.ts';

/** Answers as Secrets Manager does, and counts. */
function secretsManager(answer: (nth: number) => object | Error) {
  const asked: string[] = [];
  const send = async (command: { input: { SecretId?: string } }) => {
    const outcome = answer(asked.push(command.input.SecretId ?? '') - 1);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { asked, client: { send } as unknown as Pick<SecretsManagerClient, 'send'> };
}

const secretOf = (nth: number) => ({
  SecretString: JSON.stringify({ publicKey: 'abcdefgh', privateKey: `key-${nth}` }),
});

test('the secret is read once, by all who ask at the same time, and again when asked for a fresh copy', async () => {
  const { asked, client } = secretsManager(secretOf);
  const source = new SecretsManagerCredentials({ secretId: 'atlas/key', client });
  const [first, second] = await Promise.all([source.read(), source.read()]);
  expect([first, second, await source.read()]).toEqual(
    Array(3).fill({ type: 'apiKey', publicKey: 'abcdefgh', privateKey: 'key-0' }),
  );
  expect(await source.read({ fresh: true })).toMatchObject({ privateKey: 'key-1' });
  expect(await source.read()).toMatchObject({ privateKey: 'key-1' });
  expect(asked).toEqual(['atlas/key', 'atlas/key']);
});

test.each([
  ['ResourceNotFoundException', 'does not exist'],
  ['AccessDeniedException', 'grant secretsmanager:GetSecretValue'],
  ['CredentialsProviderError', 'no AWS credentials: sign in'],
  ['ExpiredTokenException', 'have expired'],
  ['InternalServiceError', 'Secrets Manager failed with InternalServiceError'],
])('%s becomes a message that says what to do, and nothing of the original error', async (name, advice) => {
  const error = Object.assign(new Error('CANARY'), { name, $response: { headers: { authorization: 'CANARY' } } });
  const { client } = secretsManager(() => error);
  const failure = await failureOf(new SecretsManagerCredentials({ secretId: 'atlas/key', client }).read());
  expect(failure).toMatchObject({ code: 'ATLAS_CREDENTIALS', message: expect.stringContaining(advice) });
  expect(inspect(failure, { depth: 20 })).not.toContain('CANARY');
});

test('where no region is set it says so', async () => {
  const { client } = secretsManager(() => new Error('Region is missing'));
  const failure = await failureOf(new SecretsManagerCredentials({ secretId: 'atlas/key', client }).read());
  expect(failure.message).toBe('secret atlas/key could not be read: no AWS region: set AWS_REGION');
});

test('a failure is not kept: the next read asks again', async () => {
  const { client } = secretsManager((nth) => (nth === 0 ? new Error('synthetic') : secretOf(nth)));
  const source = new SecretsManagerCredentials({ secretId: 'atlas/key', client });
  await failureOf(source.read());
  expect(await source.read()).toMatchObject({ privateKey: 'key-1' });
});

test('a binary secret is refused', async () => {
  const { client } = secretsManager(() => ({ SecretBinary: new Uint8Array(3) }));
  const failure = await failureOf(new SecretsManagerCredentials({ secretId: 'atlas/key', client }).read());
  expect(failure.message).toBe('secret atlas/key holds no text');
});
