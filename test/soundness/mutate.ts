// test/soundness/mutate.ts: the mutations of mutations.ts, each in a copy of the product. The oracle has to notice every one.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workingCopy } from '../mutations/working-copy.ts';
import { type Mutation, mutations } from './mutations.ts';

/** Histories played over each: those that break a rule are found among the first, as a rule. */
const HISTORIES = 400;

/** @returns the exit code: 0 where every mutation is noticed */
export async function mutate(): Promise<number> {
  if (await notices({ name: 'nothing', patches: [] })) {
    console.log('the code as it is breaks a rule already: run npm run test:soundness first');
    return 1;
  }
  const survivors: string[] = [];
  for (const mutation of mutations) {
    const isNoticed = await notices(mutation);
    console.log(`${isNoticed ? 'noticed ' : 'SURVIVED'}  ${mutation.name}`);
    if (!isNoticed) survivors.push(mutation.name);
  }
  console.log(`${mutations.length - survivors.length} of ${mutations.length} mutations were noticed`);
  return survivors.length === 0 ? 0 : 1;
}

async function notices(mutation: Mutation): Promise<boolean> {
  await using copy = await workingCopy();
  for (const patch of mutation.patches) await apply(copy.dir, mutation.name, patch);
  return (await played(copy.dir, mutation)) === 1;
}

async function apply(copy: string, name: string, { file, from, to }: Mutation['patches'][number]) {
  const path = join(copy, file);
  const text = await readFile(path, 'utf8');
  const found = text.split(from).length - 1;
  if (found !== 1)
    throw new Error(`${name}: expected its text in ${file} once, got it ${found} times: it has to follow the code`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

function played(copy: string, { histories = HISTORIES, from = 1 }: Mutation): Promise<number | null> {
  const env = {
    ...process.env,
    SOUNDNESS_HISTORIES: String(histories),
    SOUNDNESS_FROM: String(from),
    SOUNDNESS_UNTIL_FIRST: '1',
  };
  const child = spawn(process.execPath, ['--import', 'tsx', join(copy, 'test/soundness/main.ts')], {
    cwd: copy,
    env,
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
}
