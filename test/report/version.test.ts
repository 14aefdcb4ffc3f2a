import { expect, test } from 'vitest';
import { VERSION } from '../../functions/report/model/version.ts';
import packageJson from '../../package.json' with { type: 'json' };

test('reports say the version of the package', () => expect(VERSION).toBe(packageJson.version));
