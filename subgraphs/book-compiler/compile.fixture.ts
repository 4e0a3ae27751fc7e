import { processorService } from '../../platform/processor/service.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { schemasService } from '../schemas/main.ts';
import { type Neighbours, startNeighbours } from './neighbours.fixture.ts';
import processor from './processor.ts';

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) {
    compiledBook { id bookId version fullText wordCount chapterCount sourceBlobIds compileConfig stale outdated createdAt }
    userErrors { field code message }
  }
}`;

export interface Compiled {
  readonly id: string;
  readonly bookId: string;
  readonly version: number;
  readonly fullText: string;
  readonly wordCount: number;
  readonly chapterCount: number;
  readonly sourceBlobIds: readonly string[];
  readonly compileConfig: unknown;
  readonly stale: boolean;
  readonly outdated: boolean | null;
  readonly createdAt: string;
}

interface Payload {
  readonly compiledBook: Compiled | null;
  readonly userErrors: readonly { field: string | null; code: string; message: string }[];
}

/** A running book compiler with its neighbours. */
export interface Compiler {
  readonly neighbours: Neighbours;
  readonly service: TestService;
  /** Sends `compileBook`. Default user: alice. */
  compile(
    input: Record<string, unknown>,
    userId?: string,
  ): Promise<Pick<Payload, 'userErrors'> & { readonly book: Compiled | null; readonly errors: unknown }>;
  /** The compiled book. @throws when it is refused */
  compiled(input: Record<string, unknown>, userId?: string): Promise<Compiled>;
  /** Calls of the neighbours after the first `count`, without the list of processors, which is refreshed at times. */
  callsSince(count: number): readonly string[];
  stop(): Promise<void>;
}

export const twoChapters = [
  { title: 'The Owl', draft: 'It was dark.' },
  { title: 'Dawn', draft: 'It was light.', expanded: 'It was very light indeed 🦉.' },
];

export async function startCompiler(): Promise<Compiler> {
  const neighbours = await startNeighbours();
  const schemas = await startTestService(schemasService);
  const { url } = neighbours;
  const urls = { state: url, processors: url, schemas: schemas.url };
  const service = await startTestService(processorService(processor), { urls });

  const compile: Compiler['compile'] = async (input, userId = 'alice') => {
    const as = { viewer: viewer(userId) };
    const { data, errors } = await service.graphql<{ compileBook: Payload }>(COMPILE, { input }, as);
    const { compiledBook: book = null, userErrors = [] } = data?.compileBook ?? {};
    return { book, userErrors, errors };
  };
  return {
    neighbours,
    service,
    compile,
    async compiled(input, userId) {
      const { book, ...rest } = await compile(input, userId);
      if (!book) throw new Error(JSON.stringify(rest));
      return book;
    },
    callsSince: (count) => neighbours.calls.slice(count).filter((call) => call !== 'GET /api/v1/processors'),
    async stop() {
      await service.stop();
      await schemas.stop();
      await neighbours.close();
    },
  };
}
