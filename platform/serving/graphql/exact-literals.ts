import { type ASTNode, type ASTVisitor, Kind, type ValidationContext } from 'graphql';
import { inexactRefusal, isExact } from '../../json/exact.ts';
import { below } from '../../json/pointer.ts';
import { graphQLErrorOf } from './graphql-error.ts';

type Step = ASTNode | readonly ASTNode[] | undefined;

/** Where a value stands in its argument, as a JSON pointer, e.g. `/input/data/n`. */
function pointerOf(document: ASTNode, path: readonly (string | number)[]): string {
  let pointer = '';
  let step: Step = document;
  for (const [index, key] of path.entries()) {
    step = (step as unknown as Record<string | number, Step> | undefined)?.[key];
    if (typeof key === 'number' && path[index - 1] === 'values') pointer = below(pointer, key);
    if (!step || !('kind' in step)) continue;
    if (step.kind === Kind.VARIABLE_DEFINITION) pointer = below('', `$${step.variable.name.value}`);
    else if (step.kind === Kind.ARGUMENT) pointer = below('', step.name.value);
    else if (step.kind === Kind.OBJECT_FIELD) pointer = below(pointer, step.name.value);
  }
  return pointer;
}

/**
 * A validation rule that refuses a number of an operation's text which would not be kept as it was sent, naming its
 * place, as VALIDATION_FAILED. What comes as a variable is looked at where its JSON is parsed.
 */
export function exactLiteralsRule(context: ValidationContext): ASTVisitor {
  const check = (
    node: ASTNode & { readonly value: string },
    path: readonly (string | number)[],
  ): undefined => {
    if (isExact(node.value)) return;
    const pointer = pointerOf(context.getDocument(), path);
    const error = inexactRefusal({ pointer, text: node.value });
    context.reportError(graphQLErrorOf(error, node));
  };
  return {
    IntValue: (node, _key, _parent, path) => check(node, path),
    FloatValue: (node, _key, _parent, path) => check(node, path),
  };
}
