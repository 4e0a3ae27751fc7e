import { useState } from 'react';
import { Empty, Failed, Loading, Partial } from '../design/states/notices.tsx';
import { Page } from '../page/page.tsx';
import { ChooseFiles, DropFiles } from '../upload/choose.tsx';
import { summaryOf } from '../upload/entry.ts';
import { UploadList } from '../upload/upload-list.tsx';
import { useUploads } from '../upload/use-queue.ts';
import { Grid } from './grid.tsx';
import { PicturesDocument } from './operations.generated.ts';
import { FIRST_PAGE, usePictures } from './use-pictures.ts';
import { PictureView } from './view.tsx';

/** Files to be pictures, on top; below them all pictures that there are. */
export function Pictures() {
  const [queue, entries] = useUploads();
  const pictures = usePictures(summaryOf(entries).sent);
  const { rows, isKnown, isLoading, faults, reload } = pictures;
  const [openId, setOpenId] = useState<string>();
  const add = (files: readonly File[]) => queue.add(files);
  const open = rows.find(({ id }) => id === openId);
  const isBare = isKnown && rows.length === 0 && entries.length === 0;
  return (
    <Page
      title="Pictures"
      operation={{ document: PicturesDocument, variables: FIRST_PAGE }}
      actions={
        isBare ? null : (
          <ChooseFiles onFiles={add} kind={entries.length > 0 ? 'plain' : 'primary'}>
            Add pictures
          </ChooseFiles>
        )
      }
    >
      <DropFiles onFiles={add} />
      {entries.length > 0 ? <UploadList queue={queue} entries={entries} /> : null}
      {isKnown ? <Partial reasons={faults} /> : null}
      {!isKnown && faults.length > 0 ? (
        <Failed title="The pictures cannot be read" reason={faults[0]} onRetry={reload} />
      ) : null}
      {isLoading ? <Loading label="Loading the pictures" lines={6} /> : null}
      {isBare ? (
        <Empty title="No pictures yet" action={<ChooseFiles onFiles={add}>Choose pictures</ChooseFiles>}>
          Drop files anywhere on this page, paste them, or choose them: JPEG, PNG, WebP, AVIF, GIF or TIFF.
          They are made ready for the web, and can be a book’s cover.
        </Empty>
      ) : null}
      <Grid pictures={pictures} onOpen={setOpenId} />
      {open ? (
        <PictureView
          key={open.id}
          row={open}
          onBroken={() => pictures.readOne(open.id)}
          onDeleted={() => pictures.forget(open.id)}
          onClose={() => setOpenId(undefined)}
        />
      ) : null}
    </Page>
  );
}
