import { Button, cn, type GraphiQLPlugin, useGraphiQL } from '@graphiql/react';
import { useSyncExternalStore } from 'react';
import type { StoryStep } from '../../story.ts';
import { useOpenTab } from '../links/open-tab.ts';
import { StoryIcon } from '../parts/icons.tsx';
import type { StoryMemory } from './memory.ts';

/** An operation's name in words: `CreateDraft` is `Create draft`. */
const inWords = (name: string): string =>
  name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Sentences with their `code` set as such. */
const Sentences = ({ text }: { readonly text: string }) => (
  <p>
    {[...text.matchAll(/`([^`]*)`|[^`]+/g)].map(({ 0: all, 1: code, index: at }) =>
      code === undefined ? all : <code key={at}>{code}</code>,
    )}
  </p>
);

interface StepProps {
  readonly step: StoryStep;
  readonly isOpen: boolean;
  readonly isAnswered: boolean;
  readonly needs: readonly string[];
  readonly onOpen: () => void;
}

function Step({ step: { name, kind, sentences }, isOpen, isAnswered, needs, onOpen }: StepProps) {
  const title = inWords(name);
  return (
    <li className={cn('story-step', isOpen && 'is-open')} aria-current={isOpen ? 'step' : undefined}>
      <div className="story-head">
        <h3>{title}</h3>
        <span className={`story-kind is-${kind}`}>{kind}</span>
        {isAnswered && <span className="story-done">✓ done</span>}
      </div>
      <Sentences text={sentences} />
      {needs.length > 0 && <p className="story-needs">First run {needs.map(inWords).join(' and ')}.</p>}
      <Button type="button" aria-label={`Open ${title}`} disabled={needs.length > 0} onClick={onOpen}>
        Open
      </Button>
    </li>
  );
}

function Story({ memory }: { readonly memory: StoryMemory }) {
  const { answered } = useSyncExternalStore(memory.subscribe, memory.now);
  const open = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.query);
  const openTab = useOpenTab();
  return (
    <section className="panel" aria-label="Story">
      <header className="panel-header">
        <h2>Story</h2>
        <Button type="button" onClick={memory.beginAnew}>
          Begin anew
        </Button>
      </header>
      <p>
        From a draft to a book and its pitch: open a step, run it, go on with the next. What a step needs of
        an earlier answer is filled in.
      </p>
      <ol className="story-steps">
        {memory.steps.map((step) => (
          <Step
            key={step.name}
            step={step}
            isOpen={step.query === open}
            isAnswered={answered.includes(step.name)}
            needs={memory.needs(step)}
            onOpen={() => openTab(memory.open(step))}
          />
        ))}
      </ol>
    </section>
  );
}

/** The panel of the story's steps, each to be opened in a tab. */
export const storyPlugin = (memory: StoryMemory): GraphiQLPlugin => ({
  title: 'Story',
  icon: StoryIcon,
  content: () => <Story memory={memory} />,
});
