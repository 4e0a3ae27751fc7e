import { type DirectiveNode, Kind, type ValueNode } from 'graphql';

/** Values of the variables on which `@skip`, `@include` and `@defer` depend. */
export type Conditions = ReadonlyMap<string, boolean>;

interface Directed {
  readonly directives?: readonly DirectiveNode[] | undefined;
}

/** The condition of a directive. */
export const conditionOf = ({ arguments: given }: DirectiveNode): ValueNode | undefined =>
  given?.find(({ name }) => name.value === 'if')?.value;

/** Undefined where a directive has no condition, or one without a value. */
function isMet(directive: DirectiveNode, conditions: Conditions): boolean | undefined {
  const value = conditionOf(directive);
  if (value?.kind === Kind.VARIABLE) return conditions.get(value.name.value);
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

/** Whether `@skip` and `@include` keep the node. */
export function isIncluded({ directives = [] }: Directed, conditions: Conditions): boolean {
  for (const directive of directives) {
    const { value: name } = directive.name;
    const wanted = name === 'include' ? true : name === 'skip' ? false : undefined;
    if (wanted !== undefined && (isMet(directive, conditions) ?? false) !== wanted) return false;
  }
  return true;
}

export const isDefer = ({ name }: DirectiveNode): boolean => name.value === 'defer';

/** The `@defer` of a fragment; undefined where it has none, or its condition is false. */
export function deferOf({ directives = [] }: Directed, conditions: Conditions): DirectiveNode | undefined {
  const defer = directives.find(isDefer);
  return defer && (isMet(defer, conditions) ?? true) ? defer : undefined;
}
