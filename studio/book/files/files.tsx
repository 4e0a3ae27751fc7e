import { useState } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { ButtonLink } from '../../design/controls/button-link.tsx';
import { Badge, type Tone } from '../../design/states/state-badge.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { bytes } from '../../design/text/time.tsx';
import type { Run } from '../../graph/work.ts';
import { type FileState, FORMATS, hasAged, type MadeFile, seenOf } from './file-state.ts';
import css from './files.module.css';

const STATES: Readonly<Record<FileState, readonly [tone: Tone, name: string]>> = {
  MISSING: ['rest', 'Not made yet'],
  MAKING: ['working', 'Being made'],
  READY: ['done', 'Ready'],
  FAILED: ['failed', 'Failed'],
};

export interface FilesProps {
  readonly label: string;
  readonly files: readonly MadeFile[];
  readonly runs: readonly Run[];
  /** Has a file made. Resolves to why it is not. */
  readonly onMake: (format: string) => Promise<readonly string[]>;
  /** An address that was signed just now; undefined where it could not be asked for. */
  readonly freshUrl: (format: string) => Promise<string | undefined>;
}

/** Begins a download, as a click on a link to it does. */
function download(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}

type FileRowProps = Omit<FilesProps, 'files' | 'label'> & { readonly file: MadeFile };

function FileRow({ file, runs, onMake, freshUrl }: FileRowProps) {
  const [isAsking, setAsking] = useState(false);
  const tell = useTell();
  const { state, progress, reason } = seenOf(file, runs);
  const [name, about] = FORMATS[file.format] ?? [file.format, ''];
  const [tone, word] = STATES[state];
  const make = async () => {
    setAsking(true);
    const [fault] = await onMake(file.format);
    setAsking(false);
    if (fault) tell(fault, true);
  };
  const renew = async () => {
    const url = await freshUrl(file.format);
    if (url) download(url);
    else tell(`The address of the ${name} could not be asked for. Try again.`, true);
  };
  return (
    <li className={css['file']} data-format={file.format}>
      <div className={css['name']}>
        <strong>{name}</strong>
        <span className={css['about']}>{about}</span>
        {reason ? <p className={css['reason']}>{reason}</p> : null}
      </div>
      <span className={css['size']}>{file.sizeBytes === null ? '' : bytes(file.sizeBytes)}</span>
      <span className={css['state']}>
        <Badge tone={tone} progress={progress}>
          {word}
        </Badge>
      </span>
      <div className={css['act']}>
        {state === 'READY' ? (
          <ButtonLink
            href={file.url}
            download=""
            aria-label={`Download the ${name}`}
            onClick={(event) => {
              if (!hasAged(file.url)) return;
              event.preventDefault();
              void renew();
            }}
          >
            Download
          </ButtonLink>
        ) : (
          <Button
            busy={isAsking || state === 'MAKING'}
            aria-label={`${state === 'FAILED' ? 'Try again to make' : 'Make'} the ${name}`}
            onClick={() => void make()}
          >
            {state === 'FAILED' ? 'Try again' : 'Make'}
          </Button>
        )}
      </div>
    </li>
  );
}

/** The files of a version or a pitch, each with its state, made or downloaded by one button. */
export const Files = ({ label, files, ...rest }: FilesProps) => (
  <ul className={css['files']} aria-label={label}>
    {files.map((file) => (
      <FileRow key={file.format} file={file} {...rest} />
    ))}
  </ul>
);
