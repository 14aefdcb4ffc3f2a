// functions/api/web/pictures/over-time-part.ts: restores over time on a page: a column leads to its restores, where a filter asks for them.
import { bars } from '../../../views/html/pictures/bars.ts';
import type { Html } from '../../../views/html/text.ts';
import type { OverTime } from '../../../views/pictures/over-time.ts';
import { spanHref } from './links.ts';
import { overTimeWords, valueLabel, valueLook } from './looks.ts';

/** @param filters those that the restores were asked for by; none: no filter asks for just these */
export const overTimePicture = (over: OverTime, filters?: Readonly<Record<string, string>> | URLSearchParams): Html =>
  bars(over, {
    label: (value) => valueLabel(over.dimension, value),
    look: (value, index) => valueLook(over.dimension, value, index),
    ...(filters === undefined ? {} : { href: (column) => spanHref(filters, column) }),
    says: overTimeWords(over),
  });
