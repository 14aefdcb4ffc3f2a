import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference, differingIds, NO_IDS, toggled } from '../../../functions/ledger/model/id-set.ts';

const ids = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{24}$/), { maxLength: 12 });

test('a set does not depend on the order, and an id toggled twice is as if it had never been', () => {
  fc.assert(
    fc.property(ids, ids, (some, more) => {
      expect(toggled(NO_IDS, some)).toBe(toggled(NO_IDS, some.toReversed()));
      expect(toggled(toggled(NO_IDS, some), some)).toBe(NO_IDS);
      expect(difference(toggled(NO_IDS, some), toggled(NO_IDS, more))).toBe(toggled(toggled(NO_IDS, some), more));
    }),
  );
});

test('what is missing from a set is found among candidates, and only there', () => {
  fc.assert(
    fc.property(ids, fc.nat(), (all, seed) => {
      const missing = all.filter((_, index) => (seed >> index) % 2 === 1);
      const table = toggled(
        NO_IDS,
        all.filter((id) => !missing.includes(id)),
      );
      const found = differingIds(toggled(NO_IDS, all), table, all, missing.length);
      expect(found).toEqual(missing);
      if (missing.length > 0)
        expect(differingIds(toggled(NO_IDS, all), table, missing.slice(1), missing.length)).toBeUndefined();
    }),
  );
});
