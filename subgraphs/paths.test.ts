import { expect, onTestFinished, test } from 'vitest';
import { processorService } from '../platform/processor/service.ts';
import type { ServiceDefinition } from '../platform/serving/service.ts';
import { startTestService } from '../platform/testing/service.ts';
import { faultsAt } from '../platform/testing/strange-paths.ts';
import bookCompiler from './book-compiler/processor.ts';
import { eventsService } from './events/main.ts';
import { processorsService } from './processors/main.ts';
import { schemasService } from './schemas/main.ts';
import { stateService } from './state/main.ts';
import textExpansion from './text-expansion/processor.ts';

const ofProcessors = [
  '/blobs/:x',
  '/blobs/:x/artifacts/:x',
  '/users/:x/blobs',
  '/users/alice/blobs?after=:x',
];

const services: readonly (readonly [ServiceDefinition, readonly string[]])[] = [
  [
    stateService,
    [
      '/api/v1/blobs/:x',
      '/api/v1/users/:x/index',
      '/api/v1/users/alice/index?after=:x',
      '/api/v1/users/alice/books/:x',
      '/api/v1/users/:x/books/:x',
    ],
  ],
  [
    processorsService,
    [
      '/api/v1/processors/:x',
      '/api/v1/processors/:x/health',
      '/api/v1/processors/:x/blobs/:x',
      '/api/v1/processors/:x/blobs/:x/artifacts/:x',
      '/api/v1/processors/:x/users/:x/blobs',
      '/api/v1/processors/:x/users/alice/blobs?since=:x',
      '/api/v1/route?schema_id=:x&event=:x',
    ],
  ],
  [schemasService, ['/api/v1/schemas/:x', '/api/v1/schemas/:x/versions/:x']],
  [eventsService, ['/graphql?query=:x']],
  [processorService(textExpansion), ofProcessors],
  [processorService(bookCompiler), [...ofProcessors, '/books/:x', '/books/:x/export']],
];

test.each(services.map(([service, paths]) => [service.name, service, paths] as const))(
  'a path that is no path of anything is no fault of %s',
  async (_, definition, paths) => {
    const service = await startTestService(definition);
    onTestFinished(() => service.stop());
    const headers = await service.headers();
    expect(await faultsAt(service.url, ['/:x', '/graphql?query=:x', ...paths], headers)).toEqual([]);
  },
);
