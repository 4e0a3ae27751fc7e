import DataLoader from 'dataloader';
import type { GraphQLFieldResolver } from 'graphql';
import { perRequest } from '../../collections/loaders.ts';
import { BlobgraphError, toUserErrors } from '../../errors/errors.ts';
import { requireViewer } from '../../serving/access/authenticate.ts';
import type { ArtifactStatus } from '../artifacts/artifacts.ts';
import type { Context, ExportsDefinition, FieldResolver, Kit, ProcessorDefinition } from '../kit/kit.ts';
import { assertMayMake } from '../kit/standing.ts';
import { isPending } from '../records/record.ts';

/** An artifact's name as a member of an enumeration. */
const formatOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** An export as the graph shows it. */
const shown = ({ files }: Pick<Kit, 'files'>, blobId: string, { name, ...status }: ArtifactStatus) => ({
  format: formatOf(name),
  url: files.address(blobId, name, { saved: true }),
  state: status.state,
  size_bytes: status.sizeBytes,
  error: status.error,
});

/** The exports of a hundred blobs are one read. */
const statusesOf = perRequest(
  ({ kit }: Context) => new DataLoader<string, readonly ArtifactStatus[]>((ids) => kit.artifacts.list(ids)),
);

const exports: FieldResolver = {
  needs: [],
  async resolve({ id }, _args, context) {
    const blobId = id as string;
    const statuses = await statusesOf(context).load(blobId);
    return statuses.map((status) => shown(context.kit, blobId, status));
  },
};

/** The definition with the field that shows its artifacts. */
export function withExports(definition: ProcessorDefinition): ProcessorDefinition {
  if (!definition.exports) return definition;
  const { makes, resolvers = {} } = definition;
  const { field = 'exports' } = definition.exports;
  const shownBy = { [field]: exports, ...resolvers[makes.type] };
  return { ...definition, resolvers: { ...resolvers, [makes.type]: shownBy } };
}

type Ask = GraphQLFieldResolver<unknown, Context, { input: Readonly<Record<string, unknown>> }>;

/** The mutation that requests an export, made in the background. Does nothing for one that exists or is being made. */
export function exportMutation(
  { artifacts = {} }: ProcessorDefinition,
  { id: field }: ExportsDefinition,
): Ask {
  const names = new Map(Object.keys(artifacts).map((name) => [formatOf(name), name]));
  return async (_root, { input }, { caller, kit }) => {
    const { userId } = requireViewer(caller);
    const [id, name] = [String(input[field]), names.get(String(input['format'])) ?? ''];
    try {
      const [blob] = await kit.records.byIds(userId, [id], new Set());
      if (!blob || isPending(blob)) {
        const message = 'There is no finished blob of this id, or it is not yours.';
        throw new BlobgraphError('BLOB_NOT_FOUND', message, { field });
      }
      assertMayMake(kit.definition.id, kit.standing());
      const status = await kit.artifacts.request(blob, name);
      return { export: shown(kit, blob.id, status), user_errors: [] };
    } catch (error) {
      return { export: null, user_errors: toUserErrors(error) };
    }
  };
}
