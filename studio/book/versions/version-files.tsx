import type { ExportFormat } from 'blobgraph/client';
import {
  MakeExportDocument,
  VersionFilesDocument,
  type VersionFilesQuery,
} from '../../book-graph/operations.generated.ts';
import { Failed, Loading, Partial } from '../../design/states/notices.tsx';
import { useAsk, useDo, useRead } from '../../graph/hooks.ts';
import { Files } from '../files/files.tsx';
import { useReadWhenDone } from '../live/use-read-when-done.ts';

const exportsOf = (data: VersionFilesQuery | undefined) => {
  const content = data?.blob?.content;
  return content && 'exports' in content ? content.exports : undefined;
};

/** A version as files. */
export function VersionFiles({ id }: { readonly id: string }) {
  const ask = useAsk(VersionFilesDocument);
  const { data, faults, isLoading, reload } = useRead(VersionFilesDocument, { id });
  const [, make] = useDo(MakeExportDocument);
  useReadWhenDone(id, reload);
  if (isLoading) return <Loading label="Loading the files" lines={4} />;
  const files = exportsOf(data);
  if (!data?.blob || !files)
    return <Failed title="The files cannot be shown now" reason={faults[0]} onRetry={reload} />;
  const freshUrl = async (format: string) =>
    exportsOf((await ask({ id })).data)?.find((each) => each.format === format)?.url;
  const onMake = async (format: string) => {
    const answer = await make({ input: { compiledBookId: id, format: format as ExportFormat } });
    reload();
    return answer.faults;
  };
  return (
    <>
      <Partial reasons={faults} />
      <Files label="Files of the version" {...{ files, onMake, freshUrl }} runs={data.blob.processing.runs} />
    </>
  );
}
