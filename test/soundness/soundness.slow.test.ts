// test/soundness/soundness.slow.test.ts: more of the histories that soundness.test.ts plays a few of.
import { expect, test } from 'vitest';
import { campaign, weaknessOf } from './campaign.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => String(i + 1));

test('no claim of forty histories is wrong, and those that have to be made are', async () => {
  const played = await campaign(SEEDS);
  expect(played.breaches).toEqual([]);
  expect(weaknessOf(played)).toBeUndefined();
});
