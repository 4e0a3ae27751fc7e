import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { graphQLErrorOf } from '../../platform/serving/graphql/graphql-error.ts';

/** Limits of one operation. */
export interface OperationLimits {
  /** Bytes of the document's text, checked before it is parsed. */
  readonly textBytes: number;
  /** Lexical tokens of the document. */
  readonly tokens: number;
  /** Nesting of fields. Introspection fields count 1, because introspection has limits of its own. */
  readonly depth: number;
  /** Root fields, with fragments expanded. */
  readonly rootFields: number;
  /** In the whole document; those of a fragment count once. */
  readonly aliases: number;
  /** Uses in the whole document; those of a fragment count once. */
  readonly directives: number;
  /** Fields, with fragments expanded. */
  readonly fields: number;
  /** The most objects that it may return, see `cost.ts`. */
  readonly cost: number;
}

/** The core query of a frontend (100 blobs with their derived blobs and all content) uses a third of each limit. */
export const defaultLimits: OperationLimits = {
  textBytes: 65_536,
  tokens: 2_000,
  depth: 15,
  rootFields: 20,
  aliases: 50,
  directives: 50,
  fields: 1_000,
  cost: 1_000_000,
};

/** Measures of a selection set, with fragments expanded. */
interface Measure {
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
}

export const tooComplex = (message: string): BlobgraphError =>
  new BlobgraphError('QUERY_TOO_COMPLEX', message);

const nothing: Measure = { depth: 0, fields: 0, rootFields: 0 };

/** Measures selection sets. Each fragment is measured once, however often it is spread. */
function createMeasuring(fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined) {
  const known = new Map<string, Measure>();

  function ofFragment(name: string): Measure {
    const measured = known.get(name);
    if (measured) return measured;
    // Ends cycles of fragments, which another rule refuses.
    known.set(name, nothing);
    const fragment = fragmentOf(name);
    const measure = fragment ? ofSelections(fragment.selectionSet) : nothing;
    known.set(name, measure);
    return measure;
  }

  function ofSelections({ selections }: SelectionSetNode): Measure {
    const sum = { depth: 0, fields: 0, rootFields: 0 };
    for (const selection of selections) {
      const measure =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value)
          : ofInner(selection, selection.selectionSet);
      sum.depth = Math.max(sum.depth, measure.depth);
      sum.fields += measure.fields;
      sum.rootFields += measure.rootFields;
    }
    return sum;
  }

  function ofInner(
    { kind, name }: { kind: Kind; name?: { value: string } },
    inner?: SelectionSetNode,
  ): Measure {
    const measure = inner ? ofSelections(inner) : nothing;
    if (kind !== Kind.FIELD) return measure;
    const isIntrospection = name?.value.startsWith('__') ?? false;
    return { depth: isIntrospection ? 1 : measure.depth + 1, fields: measure.fields + 1, rootFields: 1 };
  }

  return ofSelections;
}

/** A validation rule that refuses operations beyond the limits, as QUERY_TOO_COMPLEX. */
export function limitsRule(limits: OperationLimits) {
  return (context: ValidationContext): ASTVisitor => {
    const measure = createMeasuring((name) => context.getFragment(name));
    let aliases = 0;
    let directives = 0;
    const refuse = (found: number, limit: number, what: string, node: OperationDefinitionNode) => {
      if (found <= limit) return;
      const error = tooComplex(`The operation has ${found} ${what}; at most ${limit} are allowed.`);
      context.reportError(graphQLErrorOf(error, node));
    };
    const [lastOperation] = context
      .getDocument()
      .definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .slice(-1);
    return {
      Field: ({ alias }) => {
        if (alias) aliases += 1;
      },
      Directive: () => {
        directives += 1;
      },
      OperationDefinition: (node) => {
        const { depth, fields, rootFields } = measure(node.selectionSet);
        refuse(depth, limits.depth, 'levels', node);
        refuse(fields, limits.fields, 'fields', node);
        refuse(rootFields, limits.rootFields, 'fields at its root', node);
      },
      Document: {
        leave: () => {
          if (!lastOperation) return;
          refuse(aliases, limits.aliases, 'aliases', lastOperation);
          refuse(directives, limits.directives, 'directives', lastOperation);
        },
      },
    };
  };
}
