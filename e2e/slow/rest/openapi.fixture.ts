import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type {
  ApiDescription,
  Content,
  Operation,
  Schema,
  Response as Told,
} from '../../../gateway/openapi/parts/types.ts';

/** An operation of the document, with a pattern of its path. */
interface Place {
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  readonly operation: Operation;
}

/** Validates answers against an OpenAPI document. */
export interface AnswerCheck {
  readonly document: ApiDescription;
  /** Whether a successful answer was seen, by `METHOD /path`. */
  readonly seen: ReadonlyMap<string, boolean>;
  /** Differences between an answer and the document; empty when it is valid. */
  faults(method: string, url: string, answer: Response): Promise<readonly string[]>;
}

const literally = (text: string): string => text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');

function placesOf({ paths }: ApiDescription): Place[] {
  const places = Object.entries(paths).flatMap(([path, methods]) => {
    const pattern = new RegExp(`^${literally(path).replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      pattern,
      operation,
    }));
  });
  // Literal segments come before parameters.
  const openness = ({ path }: Place): number => path.split('{').length;
  return places.sort((one, other) => openness(one) - openness(other));
}

/** A schema that refuses members it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const isObject = schema['type'] === 'object' && typeof schema['properties'] === 'object';
  return isObject && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : schema;
}

const mediaTypeOf = (answer: Response): string =>
  (answer.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';

const within = (schema: Schema): unknown => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'));

class Check implements AnswerCheck {
  readonly document: ApiDescription;
  readonly seen = new Map<string, boolean>();
  readonly #places: readonly Place[];
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  readonly #compiled = new Map<Schema, ValidateFunction>();

  constructor(document: ApiDescription) {
    this.document = document;
    this.#places = placesOf(document);
    formats.default(this.#ajv);
    this.#ajv.addFormat('int32', true).addFormat('int64', true).addFormat('double', true);
    this.#ajv.addSchema({ $id: 'api', components: closed(document.components) });
  }

  async faults(method: string, url: string, answer: Response): Promise<readonly string[]> {
    const { pathname } = new URL(url);
    const place = this.#places.find((each) => each.method === method && each.pattern.test(pathname));
    if (!place) return [`${method} ${pathname} is no operation of the document`];
    const name = `${method} ${place.path}`;
    this.seen.set(name, answer.ok || this.seen.get(name) === true);
    const told = await this.#faultsOf(method, place.operation, answer);
    return told.map((fault) => `${name} ${answer.status}: ${fault}`);
  }

  async #faultsOf(method: string, { responses }: Operation, answer: Response): Promise<string[]> {
    const told = this.#resolved(responses[answer.status] ?? responses['default']);
    if (!told) return ['the document has no such status'];
    const missing = Object.keys(told.headers ?? {}).filter(
      (header) => header === 'X-Request-Id' && !answer.headers.has(header),
    );
    const faults = missing.map((header) => `the header ${header} is missing`);
    if (!told.content) return [...faults, ...((await answer.text()) === '' ? [] : ['there is a body'])];
    // HEAD has the headers of GET, and no body.
    if (method === 'HEAD') return faults;
    return [...faults, ...(await this.#bodyFaults(told.content, answer))];
  }

  async #bodyFaults(content: Content, answer: Response): Promise<string[]> {
    const type = mediaTypeOf(answer);
    const media = content[type] ?? content['*/*'];
    if (!media) return [`the type is ${type}, not ${Object.keys(content).join(' or ')}`];
    if (!/\bjson$/.test(type) || !media.schema || !content[type]) return [];
    const validate = this.#validator(media.schema);
    if (validate(await answer.json())) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  #validator(schema: Schema): ValidateFunction {
    const known = this.#compiled.get(schema) ?? this.#ajv.compile(within(closed(schema) as Schema) as Schema);
    this.#compiled.set(schema, known);
    return known;
  }

  #resolved(told: Operation['responses'][string] | undefined): Told | undefined {
    if (!told || !('$ref' in told)) return told;
    return this.document.components.responses[told.$ref.split('/').at(-1) ?? ''];
  }
}

/** Reads the OpenAPI document of a gateway. */
export async function openAnswerCheck(gateway: string): Promise<AnswerCheck> {
  const answer = await fetch(`${gateway}/api/v1/openapi.json`);
  return new Check((await answer.json()) as ApiDescription);
}
