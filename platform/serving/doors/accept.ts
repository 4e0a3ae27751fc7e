/** The values that a client would take, of a header like `Accept` (RFC 9110, 12.4 and 12.5). */
export interface Range {
  /** In lower case. */
  readonly name: string;
  /** In lower case, e.g. `charset=utf-8`. */
  readonly parameters: readonly string[];
  /** From 0, not at all, to 1. */
  readonly weight: number;
}

/** The value of a parameter; undefined when it is not among them. */
export const parameter = (parameters: readonly string[], name: string): string | undefined =>
  parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);

function rangeOf(text: string): Range {
  const [name = '', ...parameters] = text.toLowerCase().replaceAll(/\s/g, '').split(';');
  return { name, parameters, weight: Number(parameter(parameters, 'q') ?? 1) };
}

/** The values that the header names, the most wanted first; without what is not wanted at all. */
export const rangesOf = (header: string): readonly Range[] =>
  header
    .split(',')
    .map(rangeOf)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
