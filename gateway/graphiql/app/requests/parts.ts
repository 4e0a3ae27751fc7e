/** The boundary that an answer's media type names; undefined where it is none in parts. */
export function boundaryOf(contentType: string | null): string | undefined {
  if (!contentType?.startsWith('multipart/mixed')) return undefined;
  return /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)?.slice(1).find(Boolean) ?? '-';
}

/** The JSON of a part, which comes after its headers; empty for what stands before the first boundary. */
const bodyOf = (part: string): string => part.slice(part.indexOf('\r\n\r\n') + 1 || part.length).trim();

/**
 * The parts of an answer, each as soon as it has come as a whole.
 * @throws Error when the answer ends before its last part
 */
export async function* readParts(
  body: ReadableStream<Uint8Array>,
  boundary: string,
): AsyncGenerator<unknown> {
  const end = `\r\n--${boundary}`;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    // The first boundary may stand at the beginning.
    let text = '\r\n';
    let isAfterBoundary = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error('The answer ended before its last part');
      text += decoder.decode(value, { stream: true });
      for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end)) {
        const json = bodyOf(text.slice(0, at));
        if (json !== '') yield JSON.parse(json);
        text = text.slice(at + end.length);
        isAfterBoundary = true;
      }
      if (isAfterBoundary && text.startsWith('--')) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
