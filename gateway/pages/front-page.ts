import type { FastifyInstance } from 'fastify';
import { escaped, sendPage } from '../../platform/serving/doors/pages.ts';
import { isUsable, type Readiness } from '../../platform/serving/health.ts';

interface PageLink {
  readonly path: string;
  readonly name: string;
  readonly what: string;
}

/** Links of the page, in order. Those that are not served are left out. */
const LINKS: readonly PageLink[] = [
  { path: '/studio/', name: 'Studio', what: 'Write, compile and look: books, lineage, what is at work.' },
  { path: '/graphiql/', name: 'GraphiQL', what: 'Explore the graph: examples, live subscriptions.' },
  { path: '/api/v1/docs/', name: 'REST API', what: 'Every route, to read and to try.' },
  { path: '/api/v1/openapi.json', name: 'OpenAPI', what: 'The same for generators of clients.' },
  { path: '/api/v1/errors', name: 'Errors', what: 'Every error code, and how to fix it.' },
  { path: '/health', name: 'Health', what: 'Whether the gateway answers.' },
  { path: '/ready', name: 'Readiness', what: 'The state of what it depends on, as JSON.' },
];

const link = ({ path, name, what }: PageLink): string =>
  `<li><a href="${path}"><strong>${name}</strong> <span>${what}</span></a></li>`;

const STATUS: Readonly<Record<Readiness['status'], string>> = {
  ready: 'Everything that it depends on is available.',
  degraded: 'It answers, but something that it depends on is unavailable.',
  unavailable: 'Something that it depends on has not been available yet.',
  stopping: 'It is about to stop.',
};

function stateOf([name, state]: readonly [string, string]): string {
  const kind = isUsable(state) && state === 'ok' ? 'ok' : 'lacking';
  return `<li><span>${escaped(name)}</span> <span class="${kind}">${escaped(state)}</span></li>`;
}

function runs({ status, embedded, checks }: Readiness): string {
  const shape =
    embedded.length === 0
      ? 'On real services: nothing is embedded.'
      : `Embedded in this process: ${embedded.join(', ')}.`;
  return `<h2>What runs</h2>
<p>${STATUS[status]} ${escaped(shape)}</p>
<ul class="states">
${Object.entries(checks).map(stateOf).join('\n')}
</ul>`;
}

/** The page's HTML. `readiness` is null when it must not be disclosed. */
const bodyOf = (links: readonly PageLink[], readiness: Readiness | null): string => `<h1>Blobgraph</h1>
<p class="lead">One graph over content that is made from other content: drafts, expansions, books, pitches, pictures.</p>
<nav aria-label="Ways in">
<ul class="doors">
${links.map(link).join('\n')}
</ul>
</nav>
<h2>For programs</h2>
<p>GraphQL is at <code>/graphql</code>, over HTTP and as <code>graphql-transport-ws</code> over WebSocket; REST is below
<code>/api/v1</code>. Both take a token as <code>Authorization: Bearer …</code>. Guides are in the project’s folder
<code>docs</code>.</p>
${readiness ? runs(readiness) : ''}`;

export interface FrontPage {
  /** Called at each visit whose `Host` is ours. */
  readonly readiness: () => Promise<Readiness>;
  /** Whether a `Host` header names this gateway. Only then does the page disclose what runs. */
  readonly isOurs: (host: string | undefined) => boolean;
}

/**
 * Serves `GET /`, the start page; `/robots.txt`, which keeps search engines out; and an empty `/favicon.ico`. All are
 * public.
 */
export function frontPage(app: FastifyInstance, { readiness, isOurs }: FrontPage): void {
  app.get('/', async ({ headers }, reply) => {
    const links = LINKS.filter(({ path }) => app.methodsAt(path).includes('GET'));
    const disclosed = isOurs(headers.host) ? await readiness() : null;
    return sendPage(reply, 'Blobgraph', bodyOf(links, disclosed));
  });
  app.get('/robots.txt', (_request, reply) =>
    reply
      .type('text/plain')
      .header('cache-control', 'public, max-age=86400')
      .send('User-agent: *\nDisallow: /\n'),
  );
  app.get('/favicon.ico', (_request, reply) =>
    reply.status(204).header('cache-control', 'public, max-age=86400').send(),
  );
}
