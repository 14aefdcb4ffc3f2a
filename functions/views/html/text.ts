// functions/views/html/text.ts: names and times on a page. Names come from outside and may be hostile:
// `html` escapes their markup, and what is here makes characters visible that would change how the rest reads.
import { html } from 'hono/html';
import { ago, utc as plainUtc } from '../text.ts';

/** What the `html` template makes. It is a promise only where a promise was put in, which no page does. */
export type Html = ReturnType<typeof html>;

const BREAKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;
/** Control characters, what reverses the direction of what follows, and what takes no room at all. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u00ad\u200b\u2060\ufeff]/gu;
const codePoint = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');

/** One line in which every character shows. */
export const visible = (text: string) =>
  text
    .toWellFormed()
    .replace(BREAKS, ' ')
    .replace(UNSEEN, (character) => `‹U+${codePoint(character)}›`);

/** At most so many characters, the last of them an ellipsis where some are left out. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}

/** A name that keeps its direction to itself. @param max characters shown */
export const name = (text: string, max = 64) => html`<bdi>${cut(visible(text), max)}</bdi>`;

/** An id or a command; page.js puts a button beside it that copies it. */
export const copied = (text: string) => html`<code data-copy>${visible(text)}</code>`;

/** An error, or what Atlas said. */
export const quoted = (text: string) => name(text, 300);

const MOMENT = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)/;
/** Our own words, cut as `quoted`: the moments in them don't break, and page.js puts the local time into their titles. */
export const worded = (text: string) =>
  html`<bdi>${cut(visible(text), 300)
    .split(MOMENT)
    .map((part, i) =>
      i % 2 === 0 ? part : html`<time datetime="${part.replace(' ', 'T').replace(' UTC', 'Z')}">${part}</time>`,
    )}</bdi>`;

const WHOLE = /(\b\d+ (?:min|s|h|d)\b(?: \d+ (?:min|s|h)\b)?|\d{4}-\d\d(?:-\d\d)?)/;
/** Our own words, whose durations and dates stay in one line each. */
export const whole = (text: string) =>
  html`${visible(text)
    .split(WHOLE)
    .map((part, i) => (i % 2 === 0 ? part : html`<span class="whole">${part}</span>`))}`;

/** Indented JSON whose invisible characters are escapes, which mean the same. */
export const visibleJson = (value: unknown) =>
  (JSON.stringify(value, undefined, 2) ?? '').replace(UNSEEN, (character) =>
    character === '\n' ? character : `\\u${codePoint(character).toLowerCase()}`,
  );

/** `2026-11-23 12:00` or, exactly, `2026-11-23 12:00:05`; what is no time stays as it is. */
export const utc = (iso: string, exact = false) => visible(plainUtc(iso, exact ? 'second' : 'minute'));

/** In UTC; page.js puts the local time into its title. */
export const time = (iso: string) => html`<time datetime="${iso}">${utc(iso)}</time>`;
/** The day alone, UTC. */
export const day = (iso: string) => html`<time datetime="${iso}">${visible(plainUtc(iso, 'day'))}</time>`;
/** To the second and with its zone. */
export const exactTime = (iso: string) => html`<time datetime="${iso}">${utc(iso, true)} UTC</time>`;
/** And with the local time beside it, by page.js. */
export const bothTimes = (iso: string) => html`<time datetime="${iso}" data-beside>${utc(iso, true)} UTC</time>`;
/** `5 min ago`; the time itself is in its title. */
export const agoTime = (iso: string, now: number) =>
  html`<time datetime="${iso}" title="${utc(iso)} UTC">${visible(ago(iso, now))}</time>`;
