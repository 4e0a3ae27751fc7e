import type { Element } from 'hast';
import { languageTag } from '../../../../platform/text/language.ts';
import { cleanText } from './clean.ts';
import type { Ids } from './ids.ts';
import type { Properties } from './tree.ts';

const MAX_SPAN = 100;
const DIRECTIONS: ReadonlySet<unknown> = new Set(['ltr', 'rtl', 'auto']);
const SIDES: ReadonlySet<unknown> = new Set(['left', 'center', 'right']);

const wholeNumber = (value: unknown, least: number, most: number): number | undefined => {
  const number = Number(value);
  return value !== undefined && Number.isInteger(number) && number >= least && number <= most
    ? number
    : undefined;
};

function ofCell({ tagName, properties }: Element): Properties {
  const { align, colSpan, rowSpan, scope } = properties;
  const [columns, rows] = [wholeNumber(colSpan, 2, MAX_SPAN), wholeNumber(rowSpan, 2, MAX_SPAN)];
  return {
    ...(SIDES.has(align) ? { className: [`align-${String(align)}`] } : {}),
    ...(columns === undefined ? {} : { colSpan: columns }),
    ...(rows === undefined ? {} : { rowSpan: rows }),
    ...(tagName === 'th' && (scope === 'row' || scope === 'col') ? { scope } : {}),
  };
}

function ofList({ properties }: Element): Properties {
  const { start, reversed, type } = properties;
  const first = wholeNumber(start, -1_000_000, 1_000_000);
  return {
    ...(first === undefined || first === 1 ? {} : { start: first }),
    ...(reversed === true || reversed === '' ? { reversed: true } : {}),
    ...(typeof type === 'string' && /^[1aAiI]$/.test(type) ? { type } : {}),
  };
}

/** The valid attributes of an element. Its id is claimed from `ids`. */
export function attributesOf(node: Element, ids: Ids): Properties {
  const { id, lang, dir, title } = node.properties;
  const own = typeof id === 'string' ? ids.claim(id) : null;
  const tag = languageTag(lang);
  const words = typeof title === 'string' ? cleanText(title).trim() : '';
  return {
    ...(own === null ? {} : { id: own }),
    ...(tag === null ? {} : { lang: tag }),
    ...(DIRECTIONS.has(dir) ? { dir: dir as string } : {}),
    ...(words === '' ? {} : { title: words }),
    ...(node.tagName === 'td' || node.tagName === 'th' ? ofCell(node) : {}),
    ...(node.tagName === 'ol' ? ofList(node) : {}),
  };
}
