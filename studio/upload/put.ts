/** The request that puts a file, as `requestUpload` gives it. */
export interface PutRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** A file did not arrive. The message is for people. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** Of problem details, or of S3's XML; else by the status. */
function reasonOf({ status, responseText }: XMLHttpRequest): string {
  try {
    const { detail } = JSON.parse(responseText) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    const [, message] = /<Message>([^<]*)<\/Message>/.exec(responseText) ?? [];
    if (message) return message;
  }
  return `The server answered ${status}. Try again.`;
}

const CUT = 'The connection was cut while the file was sent. Try again: it goes on with the same upload.';

/** Why a request has no answer: browsers do not tell, but a store that is asked from another origin has one more reason. */
const silent = (url: URL): string =>
  url.origin === location.origin
    ? CUT
    : `${CUT} If it happens each time, ${url.host} does not let this page send (CORS).`;

export interface Sent {
  /** The server's clock, where the page may read it. */
  readonly at: Date | undefined;
}

/**
 * Sends a file, exactly as announced. `XMLHttpRequest`, since `fetch` does not tell how far it is: a body that is a
 * stream needs HTTP/2, and is sent without a length, which was announced.
 * @param onProgress 0 to 1
 * @throws NotSent; the signal's reason
 */
export const putFile = (
  { url, method, headers }: PutRequest,
  file: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const to = new URL(url, location.origin);
    const request = new XMLHttpRequest();
    request.open(method, to);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 200 || request.status > 299) return reject(new NotSent(reasonOf(request)));
      const date = to.origin === location.origin ? request.getResponseHeader('date') : null;
      resolve({ at: date ? new Date(date) : undefined });
    };
    request.onerror = () => reject(new NotSent(silent(to)));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    signal.throwIfAborted();
    request.send(file);
  });
