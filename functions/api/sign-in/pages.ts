// functions/api/sign-in/pages.ts: what people see of sign-in: their name on each page, and why there is no page.
import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { type Html, name as shown, visible } from '../../views/html/text.ts';
import { document, PAGE_HEADERS } from '../web/html/layout.ts';
import { BROWSER_PREFIX } from './prefix.ts';
import type { Session } from './session.ts';

/** `no-referrer` would make browsers send forms without their origin. */
export const SIGNED_IN_HEADERS = {
  ...PAGE_HEADERS,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
  'x-frame-options': 'DENY',
};

/** For the header of each page. A reload of the same page sends the same key, which starts no second run. */
export const accountPart = ({
  name,
  roles,
  formToken,
}: Session): Html => html`<div class="account"><span>${shown(name)} (${roles.join(', ')})</span>
${roles.includes('run') ? html`<form method="post" action="${BROWSER_PREFIX}/runs"><input type="hidden" name="token" value="${formToken}"><input type="hidden" name="key" value="${randomUUID()}"><button>Start a run</button></form>` : ''}
<form method="post" action="${BROWSER_PREFIX}/sign-out"><input type="hidden" name="token" value="${formToken}"><button class="button plain">Sign out</button></form></div>`;

export interface Notice {
  title: string;
  text: string;
  link: { href: string; label: string };
}

export const noticePage = ({ title, text, link }: Notice, now: number) =>
  document(
    {
      title,
      body: html`<div class="card empty"><h1>${title}</h1><p>${visible(text)}</p>
<p><a class="button" href="${link.href}">${link.label}</a></p></div>`,
    },
    now,
  );
