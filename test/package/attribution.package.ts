import { expect, inject, test } from 'vitest';
import { Project } from './project.ts';

test('the package says what an installation downloads, and under which licences', async () => {
  await using project = await Project.create();
  await project.write('package.json', JSON.stringify({ private: true, name: 'theirs', version: '1.0.0' })); // npm sbom asks for both
  await project.install(inject('tarball'));
  const installed = JSON.parse(await sbomOf(project));
  const said = JSON.parse(project.read('node_modules/atlas-restore-ledger/dist/sbom.cdx.json'));

  const names = ({ components }: { components: { name: string }[] }) => components.map(({ name }) => name);
  const others = names(installed).filter((name) => name !== 'atlas-restore-ledger');
  expect(others.length).toBeGreaterThan(60);
  expect(others.filter((name) => !names(said).includes(name))).toEqual([]);
  for (const { licenses, name } of said.components)
    expect(licenses, name).toEqual([{ expression: expect.any(String) }]);

  // What is bundled, only a deployment knows: test/lib/bundles.test.ts compares them all.
  const licences = project.read('node_modules/atlas-restore-ledger/dist/THIRD-PARTY-LICENSES.txt');
  for (const name of ['@aws-sdk/client-dynamodb', 'hono', 'undici', 'zod']) expect(licences).toMatch(`\n${name} `);
});

const sbomOf = async (project: Project) => (await project.mustRun('npm', 'sbom', '--sbom-format', 'cyclonedx')).output;
