import type { ReactNode } from 'react';
import { Markdown } from '../../design/text/markdown.tsx';
import { bytes, count } from '../../design/text/time.tsx';
import { BlobLink } from '../link/link.tsx';
import { type ContentOf, type Held, jsonOf, textOf } from './held.ts';
import css from './panel.module.css';

/** Names and what they say; what is not known is left out. */
const Facts = ({ of }: { readonly of: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className={css['facts']}>
    {of
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

function Own({ content }: { readonly content: ContentOf<'UserBlob'> }) {
  const text = textOf(content.body);
  if (text !== undefined) return <Markdown text={text} />;
  return (
    <section className={css['json']} aria-label="The blob as JSON">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre tabIndex={0}> {jsonOf(content.body)}</pre>
    </section>
  );
}

const Expansion = ({ content: { data, modelUsed } }: { readonly content: ContentOf<'ExpandedText'> }) => (
  <>
    <Facts
      of={[
        ['Length', `${data.expansionRatio.toFixed(1)} times the draft`],
        ['Tone', data.styleAnalysis.tone],
        ['Vocabulary', data.styleAnalysis.vocabularyLevel],
        ['Model', modelUsed],
      ]}
    />
    <Markdown text={data.expanded} />
  </>
);

interface FileProps {
  readonly files: readonly {
    readonly format: string;
    readonly state: string;
    readonly url: string;
    readonly sizeBytes: number | string | null;
  }[];
}

const FILE_STATES: Readonly<Record<string, string>> = {
  MISSING: 'made when it is opened',
  MAKING: 'being made',
  FAILED: 'could not be made',
};

const Files = ({ files }: FileProps) => (
  <section>
    <h3>Files</h3>
    <ul className={css['rows']}>
      {files.map(({ format, state, url, sizeBytes }) => (
        <li key={format}>
          <a href={url} target="_blank" rel="noopener">
            {format}
          </a>{' '}
          <span className={css['soft']}>
            {state === 'READY' && sizeBytes !== null ? bytes(sizeBytes) : FILE_STATES[state]}
          </span>
        </li>
      ))}
    </ul>
  </section>
);

function Compiled({ content }: { readonly content: ContentOf<'CompiledBook'> }) {
  return (
    <>
      <Facts
        of={[
          ['Version', content.compiledVersion],
          ['Subtitle', content.bookSubtitle],
          ['Author', content.bookAuthor],
          ['Words', count(content.bookWords)],
          ['Chapters', count(content.chapterCount)],
        ]}
      />
      {content.stale ? <p className={css['soft']}>Something that it was made of was deleted since.</p> : null}
      <h3>Chapters</h3>
      <ol className={css['rows']}>
        {content.chapters.map(({ chapterNum, number, title, wordCount, draftBlobId, expandedBlobId }) => (
          <li key={chapterNum}>
            <span className={css['number']}>{number ?? ''}</span>{' '}
            <BlobLink id={expandedBlobId ?? draftBlobId}>{title}</BlobLink>{' '}
            <span className={css['soft']}>
              {count(wordCount)} words, {expandedBlobId === null ? 'the draft' : 'its expansion'}
            </span>
          </li>
        ))}
      </ol>
      <Files files={content.exports} />
    </>
  );
}

const Pitch = ({ content }: { readonly content: ContentOf<'Pitch'> }) => (
  <>
    <p className={css['logline']}>{content.logline}</p>
    <Facts
      of={[
        ['Pitches', content.pitchTitle],
        ['Version', content.pitchVersion],
        ['For', content.audience],
      ]}
    />
    {content.stale ? <p className={css['soft']}>What it was made of was deleted since.</p> : null}
    <Markdown text={content.synopsis.short} />
    {content.caveats.map((caveat) => (
      <p key={caveat} className={css['soft']}>
        {caveat}
      </p>
    ))}
    <Files files={content.files} />
  </>
);

function Picture({ content }: { readonly content: ContentOf<'ImageAsset'> }) {
  const [smallest] = content.renditions;
  return (
    <>
      {smallest ? (
        <img
          className={css['picture']}
          src={smallest.url}
          width={smallest.width}
          height={smallest.height}
          alt={content.altText ?? ''}
        />
      ) : null}
      <Facts
        of={[
          ['Description', content.altText ?? 'none yet'],
          ['Size', `${count(content.width)} × ${count(content.height)} pixels`],
          ['Renditions', [...new Set(content.renditions.map(({ name }) => name))].join(', ')],
        ]}
      />
    </>
  );
}

const Insights = ({ content }: { readonly content: ContentOf<'TextInsights'> }) => (
  <>
    <Facts
      of={[
        ['Words', count(content.textWords)],
        ['Sentences', count(content.sentenceCount)],
        ['Reading time', `${Math.max(1, Math.round(content.readingSeconds / 60))} min`],
        ['Language', content.language],
      ]}
    />
    <p>{content.keywords.map(({ word }) => word).join(', ')}</p>
  </>
);

/** A blob's content, as its kind shows it; of kinds that this page has not heard of, that it is there. */
export function Content({ content }: { readonly content: Held }) {
  switch (content.__typename) {
    case 'UserBlob':
      return <Own content={content} />;
    case 'ExpandedText':
      return <Expansion content={content} />;
    case 'CompiledBook':
      return <Compiled content={content} />;
    case 'Pitch':
      return <Pitch content={content} />;
    case 'ImageAsset':
      return <Picture content={content} />;
    case 'TextInsights':
      return <Insights content={content} />;
    default:
      return <p className={css['soft']}>This page does not show what blobs of this kind hold.</p>;
  }
}
