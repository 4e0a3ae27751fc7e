import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { SchemaDocument } from '../../../platform/clients/schemas.ts';
import { InputErrors } from '../../../platform/errors/errors.ts';
import { parseDeclaration } from '../../../subgraphs/processors/registry/declaration.ts';
import { toDocument, unregistered, withEarlier } from '../../../subgraphs/processors/registry/processor.ts';
import { ok, type Received, type Routes, refusal } from './server.ts';

/** A declaration as the registry would store it. @throws InputErrors */
export function registered(input: unknown): ProcessorDocument {
  const { connection_string: _, ...declaration } = parseDeclaration(input, { refusal: () => null });
  return toDocument(withEarlier({ ...declaration, created_at: new Date() }, unregistered));
}

/** A stand-in of the processor registry. */
export class RegistryStandIn {
  readonly processors = new Map<string, ProcessorDocument>();
  /** Declarations as they were received. */
  readonly declarations: Received[] = [];

  get routes(): Routes {
    return {
      'POST /api/v1/processors': (call) => this.#register(call),
      'GET /api/v1/processors': () => ok({ processors: [...this.processors.values()] }),
      'GET /api/v1/processors/:': ({ params: [id = ''] }) => {
        const processor = this.processors.get(id);
        return processor ? ok({ processor }) : refusal(404, 'PROCESSOR_UNKNOWN');
      },
    };
  }

  #register(call: Received) {
    this.declarations.push(call);
    try {
      const processor = registered(call.body);
      this.processors.set(processor.id, processor);
      return ok({ processor });
    } catch (error) {
      if (error instanceof InputErrors) return refusal(422, 'PROCESSOR_INVALID', error.message);
      throw error;
    }
  }
}

/** Routes of a stand-in of the schema registry. */
export function schemaRoutes(schemas: readonly SchemaDocument[]): Routes {
  const find = (id = '', version?: string) => {
    const schema = schemas.find((one) => one.id === id && (version === undefined || one.version === version));
    return schema ? ok({ schema }) : refusal(404, 'NOT_FOUND', `There is no schema ${id}.`);
  };
  return {
    'GET /api/v1/schemas': () => ok({ schemas }),
    'GET /api/v1/schemas/:': ({ params: [id] }) => find(id),
    'GET /api/v1/schemas/:/versions/:': ({ params: [id, version] }) => find(id, version),
  };
}
