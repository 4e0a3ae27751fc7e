import { useState } from 'react';
import { Tabs } from '../../design/controls/tabs.tsx';
import { Compare } from './compare.tsx';
import { Facts } from './facts.tsx';
import { Reading } from './reading.tsx';
import { nameOf, type Version } from './version.ts';
import { VersionFiles } from './version-files.tsx';
import css from './versions.module.css';

const TABS = [
  ['files', 'Downloads'],
  ['read', 'Read'],
  ['compare', 'What differs'],
] as const;
type Tab = (typeof TABS)[number][0];

/** Why a version is not the newest state of the book, in a sentence for each reason. */
function notesOf({ facts }: Version): string[] {
  if (!facts) return [];
  return [
    ...(facts.outdated ? ['The book has moved on since: a chapter is newer, or there is one more.'] : []),
    ...(facts.stale ? ['A draft, an expansion or the cover that it was made of was deleted since.'] : []),
    ...(facts.outdated === null ? ['Whether it is still up to date cannot be told now.'] : []),
  ];
}

export interface VersionDetailProps {
  readonly version: Version;
  readonly versions: readonly Version[];
}

export function VersionDetail({ version, versions }: VersionDetailProps) {
  const [tab, setTab] = useState<Tab>('files');
  return (
    <section aria-label={nameOf(version)} className={css['detail']}>
      <h2>{nameOf(version)}</h2>
      <p className={css['facts']}>
        <Facts version={version} />
      </p>
      {notesOf(version).map((note) => (
        <p key={note} className={css['note']}>
          {note}
        </p>
      ))}
      <Tabs label={`Parts of ${nameOf(version)}`} tabs={TABS} chosen={tab} onChoose={setTab}>
        {tab === 'files' ? <VersionFiles id={version.id} /> : null}
        {tab === 'read' ? <Reading id={version.id} /> : null}
        {tab === 'compare' ? <Compare version={version} versions={versions} /> : null}
      </Tabs>
    </section>
  );
}
