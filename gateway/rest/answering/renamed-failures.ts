import { restField } from '../mapping/input.ts';
import { restName } from '../mapping/names.ts';
import type { Failure } from '../problems/problem.ts';
import type { OpenRoute } from './open-route.ts';

/** The names of paging arguments in REST. */
export const PAGE_NAMES: Readonly<Record<string, string>> = { first: 'limit', after: 'cursor' };

/** The REST name of an input field of the graph. */
function fieldOf({ variables }: OpenRoute, field: string): string {
  const [first = '', ...rest] = field.split('.');
  const input = variables.get('input');
  if (input) return restField(input, first === 'input' ? rest : [first, ...rest]).join('.');
  const renamed = PAGE_NAMES[first];
  if (renamed) return [renamed, ...rest].join('.');
  const type = variables.get(first);
  // A filter's conditions are separate parameters.
  if (type && rest.length > 0) return restField(type, rest).join('.');
  return type ? restName(first) : field;
}

/** Renames the field of a failure, also in its message, to its name in REST. */
export function inRest(open: OpenRoute, failure: Failure): Failure {
  const { field, message } = failure;
  if (!field) return failure;
  const renamed = fieldOf(open, field);
  return { ...failure, field: renamed, message: message.replaceAll(`\`${field}\``, `\`${renamed}\``) };
}
