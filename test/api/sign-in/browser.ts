// test/api/sign-in/browser.ts: a browser without a screen: it keeps cookies and says where its forms come from.

export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers: { accept: 'text/html', ...headers } });
  }

  async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const same = { 'sec-fetch-site': 'same-origin', origin: this.origin };
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields), headers: { ...same, ...headers } });
  }

  /** The hidden fields of the form with this action. */
  async fields(path: string, action: string): Promise<Record<string, string>> {
    const page = await (await this.get(path)).text();
    const form = page.split(`action="${action}"`)[1]?.split('</form>')[0] ?? '';
    return Object.fromEntries(
      [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    );
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const response = await fetch(new URL(path, this.origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0\b/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}
