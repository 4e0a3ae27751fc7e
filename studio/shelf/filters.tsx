import { useEffect, useRef, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Field, Select } from '../design/controls/field.tsx';
import { wordOf } from '../design/states/state.ts';
import { spelled } from '../graph/work.ts';
import { faultOfText, filterIn, MAX_TEXT, type ShelfFilter, STATES } from './filter.ts';
import css from './shelf.module.css';

/** Types of what ships; others are offered once the list has them. */
const TYPES = [
  'chapter_draft',
  'note',
  'message',
  'image',
  'expanded_text',
  'text_insights',
  'compiled_book',
  'pitch',
  'image_asset',
];
/** The value of the choice that stands for `unfiled`: no id of a book, which would be no blank. */
const UNFILED = ' ';
const TYPING_MS = 300;

export interface FiltersProps {
  readonly filter: ShelfFilter;
  readonly onChange: (filter: ShelfFilter) => void;
  readonly books: readonly { readonly id: string; readonly title: string }[];
  /** Who holds blobs of the user. */
  readonly processorIds: readonly string[];
  /** Types that the list has. */
  readonly types: readonly string[];
}

const withChosen = (known: readonly string[], chosen: string): string[] => [
  ...new Set([...known, ...(chosen ? [chosen] : [])]),
];

/** Words that are searched for once the typing has paused, or by Enter. */
function Words({ filter, onChange }: Pick<FiltersProps, 'filter' | 'onChange'>) {
  const [text, setText] = useState(filter.text);
  const sent = useRef(filter.text);
  const latest = useRef({ filter, onChange });
  latest.current = { filter, onChange };
  // The address says other words than were typed here: the reader went back.
  if (filter.text !== sent.current) {
    sent.current = filter.text;
    setText(filter.text);
  }
  const send = (words: string) => {
    if (words === sent.current) return;
    sent.current = words;
    latest.current.onChange({ ...latest.current.filter, text: words });
  };
  const sending = useRef(send);
  sending.current = send;
  useEffect(() => {
    const timer = setTimeout(() => sending.current(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <search className={css['words']}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send(text);
        }}
      >
        <Field
          label="Search titles and beginnings"
          labelHidden
          placeholder="Search titles and beginnings"
          type="search"
          value={text}
          maxLength={MAX_TEXT}
          fault={faultOfText(text)}
          onChange={({ target }) => setText(target.value)}
        />
      </form>
    </search>
  );
}

function Days({ filter, onChange }: Pick<FiltersProps, 'filter' | 'onChange'>) {
  const day = (name: 'from' | 'to', label: string) => (
    <Field
      label={label}
      type="date"
      value={filter[name]}
      onChange={({ target }) => onChange({ ...filter, [name]: target.value })}
    />
  );
  return (
    <>
      {day('from', 'From')}
      {day('to', 'To')}
    </>
  );
}

/** Fields that narrow the list down. */
export function Filters({ filter, onChange, books, processorIds, types }: FiltersProps) {
  const isNarrowed = JSON.stringify(filter) !== JSON.stringify(filterIn(''));
  const chooseBook = (value: string) =>
    onChange({ ...filter, unfiled: value === UNFILED, book: value === UNFILED ? '' : value });
  return (
    <div className={css['filters']}>
      <Words filter={filter} onChange={onChange} />
      <div className={css['choices']}>
        <Select
          label="Type"
          value={filter.type}
          onChange={({ target }) => onChange({ ...filter, type: target.value })}
        >
          <option value="">Any</option>
          {withChosen([...TYPES, ...types], filter.type).map((type) => (
            <option key={type} value={type}>
              {spelled(type)}
            </option>
          ))}
        </Select>
        <Select
          label="State"
          value={filter.state}
          onChange={({ target }) => onChange({ ...filter, state: target.value as ShelfFilter['state'] })}
        >
          <option value="">Any</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {wordOf(state)}
            </option>
          ))}
        </Select>
        <Select
          label="Book"
          value={filter.unfiled ? UNFILED : filter.book}
          onChange={({ target }) => chooseBook(target.value)}
        >
          <option value="">Any</option>
          <option value={UNFILED}>In no book</option>
          {withChosen(
            books.map(({ id }) => id),
            filter.book,
          ).map((id) => (
            <option key={id} value={id}>
              {books.find((book) => book.id === id)?.title ?? id}
            </option>
          ))}
        </Select>
        <Select
          label="Made by"
          value={filter.by}
          onChange={({ target }) => onChange({ ...filter, by: target.value })}
        >
          <option value="">Anybody</option>
          {withChosen(processorIds, filter.by).map((id) => (
            <option key={id} value={id}>
              {id === 'state' ? 'You' : spelled(id)}
            </option>
          ))}
        </Select>
        <Days filter={filter} onChange={onChange} />
        {isNarrowed ? (
          <Button kind="quiet" onClick={() => onChange(filterIn(''))}>
            Show all
          </Button>
        ) : null}
      </div>
    </div>
  );
}
