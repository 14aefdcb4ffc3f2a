// test/cli/verify-evidence.test.ts: signatures and reports that somebody made to be taken for others.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, hash } from 'node:crypto';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anchorStatement } from '../../functions/anchors/anchor.ts';
import { preAuthEncoding, sealed } from '../../functions/signing/envelope.ts';
import { type ReportPredicate, sealedReport } from '../../functions/signing/report.ts';
import { localSigner, type Signer } from '../../functions/signing/signer.ts';
import { CommandLine } from './command-line.ts';

const signerOf = (pem: string | Buffer) => localSigner(String(pem));
const ed25519 = signerOf(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
const p256 = signerOf(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
const predicate: ReportPredicate = {
  ...{ ledger: 'synthetic', since: '2026-07-01T00:00:00.000Z', until: '2026-10-01T00:00:00.000Z' },
  ...{ madeAt: '2026-10-02T00:00:00.000Z', version: '0.1.0', restores: 3, verdict: 'complete', gaps: 0 },
};
const REPORT = '<p>Q3</p>';
const sha256 = (text: string) => hash('sha256', text, 'hex');

let shell: CommandLine;
beforeAll(async () => {
  shell = await CommandLine.open({});
  await writeFile(join(shell.dir, 'q3.html'), REPORT);
  for (const [name, signer] of Object.entries({ ed25519, p256 }))
    await writeFile(join(shell.dir, `${name}.pem`), (await signer.publicKey()).pem);
});
afterAll(() => shell[Symbol.asyncDispose]());

const check = (file: string, ...args: string[]) =>
  shell.run(['verify-evidence', file, '--public-key', 'ed25519.pem', ...args]);
async function checkWith(signature: string) {
  await writeFile(join(shell.dir, 'q3.html.dsse.json'), signature);
  return check('q3.html');
}
const sealedQ3 = (name = 'q3.html', signer: Signer = ed25519) =>
  sealedReport({ name, sha256: sha256(REPORT) }, predicate, signer);

/** Any payload of any type, truly signed. */
async function signed(payload: string, payloadType = 'application/vnd.in-toto+json', encodedAs = payloadType) {
  const bytes = Buffer.from(payload);
  const sig = Buffer.from(await ed25519.sign(preAuthEncoding(encodedAs, bytes))).toString('base64');
  const { id: keyid } = await ed25519.publicKey();
  return JSON.stringify({ payloadType, payload: bytes.toString('base64'), signatures: [{ keyid, sig }] });
}

test('a signature that was cut, doubled, or made for something else is none of the report', async () => {
  const whole = await sealedQ3();
  expect(await checkWith(whole)).toMatchObject({ code: 0 });
  const { payload, signatures } = JSON.parse(whole) as { payload: string; signatures: { sig: string }[] };
  const text = Buffer.from(payload, 'base64').toString();
  const [{ sig = '' } = {}] = signatures;
  const other = sealedReport({ name: 'q2.html', sha256: sha256('<p>Q2</p>') }, predicate, ed25519);
  const twice = whole.replace(
    '{',
    `{"payload":"${Buffer.from(text.replace('complete', 'incomplete')).toString('base64')}",`,
  );
  const anchor = anchorStatement({} as never, [{ name: 'q3.html', digest: { sha256: sha256(REPORT) } }]);
  for (const [what, signature, code, problem] of [
    ['cut', whole.slice(0, -20), 10, 'expected a DSSE envelope'],
    ['empty', '', 10, 'expected a DSSE envelope'],
    ['cut in its payload', whole.replace(payload, payload.slice(0, -8)), 10, 'the signature does not fit'],
    ['of no signatures', whole.replace(/"signatures":.*\]/, '"signatures":[]'), 10, 'signatures'],
    ['an empty signature', whole.replace(sig, ''), 10, 'the signature does not fit'],
    ['a cut signature', whole.replace(sig, sig.slice(0, 40)), 10, 'the signature does not fit'],
    ['a payload that is there twice', twice, 10, 'each name once'],
    ['an escaped name', whole.replace('"payload"', '"p\\u0061yload"'), 10, 'each name once'],
    ['of another report', await other, 10, 'another one was signed, q2.html'],
    ['by another algorithm', await sealedQ3('q3.html', p256), 11, 'it is signed by another key'],
    ['an anchor', await sealed(anchor, ed25519), 10, 'expected the signature of a report'],
    ['of another type', await signed(text, 'text/plain'), 10, 'payloadType'],
    ['signed as another type', await signed(text, 'application/vnd.in-toto+json', 'text/plain'), 10, 'does not fit'],
    [
      'of two files',
      await signed(text.replace('"subject":[', `"subject":[{"name":"x","digest":{"sha256":"${sha256('x')}"}},`)),
      10,
      'one file',
    ],
    [
      'a verdict that is there twice',
      await signed(text.replace('"verdict":', '"verdict":"incomplete","verdict":')),
      10,
      'each name once',
    ],
    ['no statement', await signed('[]'), 10, 'expected a signed in-toto statement'],
    ['no JSON', await signed('verdict: complete'), 10, 'expected a signed in-toto statement'],
  ] as const)
    expect([what, await checkWith(signature)]).toMatchObject([
      what,
      { code, stdout: '', stderr: expect.stringContaining(problem) },
    ]);
});

test('a report under another name is told, and a name that moves the cursor or turns the line does not', async () => {
  for (const name of [
    'q2.html',
    'q3\u202elmth.exe',
    '\u001b[2Jq3.html',
    'q3.html\nresult: as signed',
    'q\u0663.html',
  ]) {
    const { code, stdout } = await checkWith(await sealedQ3(name));
    expect(code).toBe(0);
    expect(stdout).toContain(', which is not its name any more');
    for (const unsafe of ['\u202e', '\u001b']) expect(stdout).not.toContain(unsafe);
    expect(stdout.match(/^\s*result/gm)).toHaveLength(1);
    expect(JSON.parse((await check('q3.html', '--json')).stdout)).toMatchObject({ name, isRenamed: true });
  }
  await checkWith(await sealedQ3());
  expect(JSON.parse((await check('q3.html', '--json')).stdout)).toMatchObject({ name: 'q3.html', isRenamed: false });
});

test.skipIf(process.platform === 'win32')('what is no file is refused by name, and not waited for', async () => {
  const path = (name: string) => join(shell.dir, name);
  execFileSync('mkfifo', [path('pipe'), path('piped.html.dsse.json')]);
  await mkdir(path('folder'));
  await writeFile(path('piped.html'), REPORT);
  const signature = ['--signature', 'q3.html.dsse.json'];
  for (const [args, problem] of [
    [['pipe', ...signature], 'pipe: expected a file that can be read, got a named pipe'],
    [['folder', ...signature], 'folder: expected a file that can be read, got a directory'],
    [['/dev/zero', ...signature], '/dev/zero: expected a file that can be read, got a device'],
    [['piped.html'], 'piped.html.dsse.json: expected a file that can be read, got a named pipe'],
    [['q3.html', '--signature', '/dev/zero'], '/dev/zero: expected a file that can be read, got a device'],
  ] as const)
    expect(await check(...(args as unknown as [string]))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(problem),
    });
  expect(await check('q3.html', '--public-key', '/dev/zero')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('--public-key /dev/zero: expected a public key in PEM') },
  });
});

test('a report of a gigabyte is read, and a signature of one is not', async () => {
  for (const name of ['large.html', 'large.dsse.json']) {
    await writeFile(join(shell.dir, name), '');
    await truncate(join(shell.dir, name), 2 ** 30);
  }
  await checkWith(await sealedQ3());
  expect(await check('large.html', '--signature', 'q3.html.dsse.json')).toMatchObject({
    ...{ code: 10, stderr: expect.stringContaining('the file was changed') },
  });
  expect(await check('q3.html', '--signature', 'large.dsse.json')).toMatchObject({
    ...{ code: 10, stderr: expect.stringContaining('large.dsse.json: it is no signature: 1073741824 bytes') },
  });
});
