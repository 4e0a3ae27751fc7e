import { tryParseJSONC } from '@graphiql/react';
import type { ToldPlan } from '../../../planning/plan/told-plan.ts';
import { underItsName } from '../requests/fetcher.ts';

/** The texts of the editors; variables and headers are JSON, or empty. */
export interface Edited {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
  readonly operationName: string | undefined;
}

/** A plan, or why there is none. */
export type Planned = ToldPlan | { readonly problem: string };

interface Answer {
  readonly errors?: readonly { readonly message: string }[];
  readonly extensions?: ToldPlan;
}

/** JSON as the editors take it, with comments. */
function parsed(what: string, text: string): Record<string, unknown> | undefined {
  try {
    return tryParseJSONC(text);
  } catch (error) {
    throw new Error(`${what} ${error instanceof Error ? error.message : error}`);
  }
}

/** Asks how an operation would be run. It is not run. */
export async function askForPlan(url: URL, edited: Edited): Promise<Planned> {
  const { query, operationName } = edited;
  if (query.trim() === '') return { problem: 'There is no operation in this tab.' };
  try {
    const variables = parsed('Variables', edited.variables);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...{ accept: 'application/json', 'content-type': 'application/json', 'x-explain': 'plan' },
        ...parsed('Headers', edited.headers),
      },
      body: JSON.stringify(underItsName({ query, variables, operationName: operationName ?? null })),
    });
    const { errors, extensions } = (await response.json()) as Answer;
    if (errors?.length) return { problem: errors.map(({ message }) => message).join('\n') };
    return extensions ?? { problem: 'The gateway told no plan.' };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
