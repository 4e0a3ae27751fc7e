import { count, Time } from '../../design/text/time.tsx';
import type { Version } from './version.ts';

/** When a version was made, and how long it is. */
export const Facts = ({ version: { createdAt, facts } }: { readonly version: Version }) => (
  <>
    <Time at={createdAt} />
    {facts ? (
      <>
        <span>{count(facts.wordCount)} words</span>
        <span>{count(facts.chapterCount)} chapters</span>
      </>
    ) : null}
  </>
);
