import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { markdown, markdownLanguage } from '@codemirror/lang-markdown';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import css from './write.module.css';

/** Of the page's tokens, so that it follows the theme. */
const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--serif)',
    fontSize: 'var(--text-l)',
    lineHeight: '1.6',
  },
  '.cm-content': { padding: 'var(--s4)', caretColor: 'var(--ink)', maxWidth: 'var(--reading)' },
  '.cm-line': { padding: '0', unicodeBidi: 'plaintext' },
  '.cm-placeholder': { color: 'var(--ink-soft)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-soft)' },
  '.cm-searchMatch': { backgroundColor: 'var(--waiting-soft)' },
  '.cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    fontFamily: 'var(--sans)',
    fontSize: 'var(--text)',
  },
});

const marks = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '600', color: 'var(--ink)' },
  { tag: tags.strong, fontWeight: '700' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: [tags.link, tags.url], color: 'var(--accent)' },
  { tag: [tags.monospace], fontFamily: 'var(--mono)', fontSize: '0.9em' },
  { tag: [tags.quote, tags.processingInstruction, tags.meta], color: 'var(--ink-soft)' },
]);

export interface EditorProps {
  /** Read out. */
  readonly label: string;
  /** The text at first: what is typed later is the editor's own. */
  readonly text: string;
  readonly onChange: () => void;
  readonly onSave: () => void;
  /** Hands over how its text is read and replaced. */
  readonly onReady: (editor: TextHandle) => void;
  readonly describedBy?: string | undefined;
  readonly isInvalid?: boolean;
}

export interface TextHandle {
  read(): string;
  replace(text: string): void;
  focus(): void;
}

interface Handlers {
  readonly changed: () => void;
  readonly save: () => void;
}

/** UTF-16 units of the longest line that is wrapped and told apart as Markdown: a browser stands still over longer ones. */
const LONGEST_LINE = 50_000;

const hasLongLine = (text: string): boolean =>
  text.length > LONGEST_LINE && text.split('\n').some(({ length }) => length > LONGEST_LINE);

const lively = (): Extension => [
  markdown({ base: markdownLanguage }),
  syntaxHighlighting(marks),
  highlightSelectionMatches(),
  // Each line has the direction of its own letters.
  EditorView.perLineTextDirection.of(true),
  EditorView.lineWrapping,
];

const extensionsOf = (text: string, { changed, save }: Handlers): Extension => [
  history(),
  hasLongLine(text) ? [] : lively(),
  search({ top: true }),
  placeholder('Write here, in plain words or Markdown.'),
  look,
  keymap.of([
    {
      key: 'Mod-s',
      preventDefault: true,
      run: () => {
        save();
        return true;
      },
    },
    ...defaultKeymap,
    ...historyKeymap,
    ...searchKeymap,
    // Escape, then Tab leaves the editor: CodeMirror lets a Tab after Escape through.
    indentWithTab,
  ]),
  EditorView.updateListener.of(({ docChanged }) => {
    if (docChanged) changed();
  }),
];

const handleOf = (view: EditorView): TextHandle => ({
  read: () => view.state.doc.toString(),
  replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
  focus: () => view.focus(),
});

/** Attributes for readers of screens; the editor's own take their place when these change. */
const attributes = ({ label, describedBy, isInvalid }: EditorProps): Record<string, string> => ({
  'aria-label': label,
  'aria-multiline': 'true',
  tabindex: '0',
  spellcheck: 'true',
  autocapitalize: 'sentences',
  autocorrect: 'on',
  ...(describedBy && { 'aria-describedby': describedBy }),
  ...(isInvalid && { 'aria-invalid': 'true' }),
});

/** A Markdown editor. */
export function Editor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const view = useRef<EditorView>(undefined);
  useEffect(() => {
    if (!place.current) return;
    const handlers = { changed: () => latest.current.onChange(), save: () => latest.current.onSave() };
    const given = EditorView.contentAttributes.of(() => attributes(latest.current));
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [extensionsOf(latest.current.text, handlers), given],
      }),
    });
    view.current = made;
    latest.current.onReady(handleOf(made));
    return () => made.destroy();
  }, []);
  // An empty change has the attributes looked at again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what the attributes are made of
  useEffect(() => view.current?.dispatch({}), [props.isInvalid, props.describedBy]);
  return <div ref={place} className={css['editor']} />;
}
