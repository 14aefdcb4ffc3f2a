// functions/api/http/prefix.ts: answers of an app whose paths are below a prefix that it doesn't know.

interface Text {
  headers: Record<string, string>;
  body: string;
}

/** Its links are absolute paths in pages, and full addresses elsewhere. */
export function belowPrefix({ headers, body }: Text, origin: string, prefix: string): Text {
  if (prefix === '') return { headers, body };
  const full = (text: string) =>
    text.replaceAll(`${origin}/`, `${origin}${prefix}/`).replace(/^\/(?!\/)/, `${prefix}/`);
  const isPage = headers['content-type']?.startsWith('text/html');
  const moved = ['link', 'location'].flatMap((name) => (headers[name] ? [[name, full(headers[name])]] : []));
  return {
    headers: { ...headers, ...Object.fromEntries(moved) },
    body: isPage ? body.replaceAll(/(\s(?:href|src|action)=")\/(?!\/)/g, `$1${prefix}/`) : full(body),
  };
}
