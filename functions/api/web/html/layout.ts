// functions/api/web/html/layout.ts: the document of all pages, its landmarks, and the headers that keep it harmless.
import { html, raw } from 'hono/html';
import { everySpan } from '../../../restore/text.ts';
import { SHAPES } from '../../../views/html/badge.ts';
import { exactTime, type Html } from '../../../views/html/text.ts';
import { CSS_PATH, ICON, ICON_PATH, SCRIPT_PATH } from './style.ts';

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `same-origin`, as with `no-referrer` browsers send a form as if it were of no site. */
const HARMLESS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' };
export const PAGE_HEADERS = {
  ...HARMLESS,
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
};
/** Its address changes with its content. */
export const FILE_HEADERS = {
  ...HARMLESS,
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'cache-control': 'public, max-age=31536000, immutable',
};

const PLACES = [
  { href: '/', label: 'Restores' },
  { href: '/clusters', label: 'Clusters' },
  { href: '/trends', label: 'Trends' },
  { href: '/requesters', label: 'Requesters' },
] as const;

export interface Page {
  title: string;
  /** Of the navigation: the place that this page is, or belongs to. */
  place?: (typeof PLACES)[number]['href'];
  /** False: the page is deeper in its place. @default true */
  itself?: boolean;
  /** Reads itself again after so many seconds, for what is still under way. @default never */
  followSeconds?: number | undefined;
  body: Html;
}

export const document = (
  { title, place, itself = true, followSeconds, body }: Page,
  now: number,
) => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Atlas Restore Ledger</title><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<link rel="stylesheet" href="${CSS_PATH}"><link rel="icon" type="image/svg+xml" href="${ICON_PATH}"><script src="${SCRIPT_PATH}" defer></script></head>
<body><a class="skip" href="#main">Skip to content</a>${SHAPES}
<header><nav aria-label="Main"><a class="brand" href="/">${raw(ICON.replace('<svg', '<svg aria-hidden="true"'))}<span>Restore Ledger</span></a>
${PLACES.map(({ href, label }) => html`<a href="${href}"${href === place ? raw(` aria-current="${itself ? 'page' : 'true'}"`) : ''}>${label}</a>`)}
<form method="get" action="/search" role="search" class="find"><input type="search" name="q" aria-label="Search for an id, a name or a ticket" placeholder="Search" maxlength="200" autocomplete="off" spellcheck="false"></form></nav></header>
<main id="main" tabindex="-1">${followSeconds === undefined ? '' : html`<p id="follow" class="soft small" data-seconds="${followSeconds}" data-every="${everySpan(followSeconds)}" hidden></p>`}${body}</main>
<footer>Times are in UTC. Read at ${exactTime(new Date(now).toISOString())} from this ledger, not from Atlas. <a href="/openapi.json">API description</a></footer>
</body></html>`;

/** @param page a document @param part for the end of its header, as HTML */
export const withHeaderPart = (page: string, part: string) => page.replace('</header>', () => `${part}</header>`);

/** A page that says why there is no other. @param more below the message */
export const messagePage = (title: string, message: string, now: number, more: Html | '' = '') =>
  document(
    {
      title,
      body: html`<div class="card empty"><h1>${title}</h1><p>${message}</p>${more}
<p><a class="button" href="/">All restores</a></p></div>`,
    },
    now,
  );
