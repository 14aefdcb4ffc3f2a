// functions/atlas/http/proxy.ts: the hosts that are reached through a proxy.

export interface ProxySettings {
  /** Of the proxy itself, with its user and password where it wants them: http://proxy.example:3128. */
  url: string;
  /** Hosts that are reached without it, as in NO_PROXY: names, and all below them; perhaps a port; `*` for every host. */
  noProxy: string;
}

/** @throws TypeError for what is no URL of an HTTP proxy */
export function parseProxyUrl(text: string): string {
  // Many write host and port alone.
  const url = new URL(text.includes('://') ? text : `http://${text}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('not a URL of an HTTP proxy');
  return url.href;
}

/** Undefined for a host that is reached directly. Plain http is for servers on this machine only, which no proxy can reach. */
export function proxyFor(url: URL, settings: ProxySettings | undefined): ProxySettings | undefined {
  if (!settings || url.protocol === 'http:') return undefined;
  const port = url.port || '443';
  const direct = settings.noProxy.split(/[,\s]+/).some((entry) => {
    const [, name = '', entryPort = port] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (entry === '*') return true;
    return name !== '' && entryPort === port && (url.hostname === name || url.hostname.endsWith(`.${name}`));
  });
  return direct ? undefined : settings;
}

/** Host and port, without user and password. */
export const proxyName = ({ url }: ProxySettings): string => new URL(url).host;
