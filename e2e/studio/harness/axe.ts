import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1_280, 390] as const;

/** Themes and widths that a screen is looked at in. */
export const LOOKS = THEMES.flatMap((theme) => WIDTHS.map((width) => ({ theme, width })));
export type Look = (typeof LOOKS)[number];

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Levels of headings that follow each other are no demand of WCAG: a text brings its own. */
const RULES = { 'heading-order': { enabled: false } };
const ALL = { runOnly: TAGS, rules: RULES };

/** The only rules whose findings a theme can change: it changes colours, and nothing else of a page that is the same. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];
const COLOURS = { runOnly: OF_COLOURS };

interface Found {
  readonly id: string;
  readonly nodes: readonly {
    readonly html: string;
    readonly target: readonly unknown[];
    readonly failureSummary?: string;
  }[];
}

export async function put(page: Page, { theme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
}

const told = ({ id, nodes }: Found): string[] =>
  nodes.map(
    ({ html, target, failureSummary = '' }) =>
      `${id} at ${target.join(' ')}: ${html.slice(0, 200)} ${failureSummary.replaceAll(/\s+/g, ' ')}`,
  );

async function found(page: Page, exclude: readonly string[], options: object): Promise<readonly Found[]> {
  // Evaluated, since the page's policy allows no script of another's.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE);
  // Of what is in order, nothing need be told.
  const asked = JSON.stringify({ ...options, resultTypes: ['violations'] });
  const answer = await page.evaluate(`axe.run(${JSON.stringify({ exclude })}, ${asked})`);
  return (answer as { readonly violations: readonly Found[] }).violations;
}

/** Violations that axe finds in a page but for these parts of it, one a line. */
export const axeFound = async (page: Page, exclude: readonly string[] = []): Promise<string[]> =>
  (await found(page, exclude, {})).flatMap(told);

interface Seen {
  readonly html: unknown;
  readonly violations: readonly Found[];
}

/** Looks at a page. @param before the same in another theme: where the page is as it was, only colours are looked at anew */
async function look(page: Page, before: Seen | undefined): Promise<Seen> {
  const html = await page.evaluate('document.documentElement.outerHTML');
  if (!before || html !== before.html) return { html, violations: await found(page, [], ALL) };
  const same = before.violations.filter(({ id }) => !OF_COLOURS.includes(id));
  return { html, violations: [...same, ...(await found(page, [], COLOURS))] };
}

/** Violations of WCAG 2.2 AA in both themes at both widths, and whether it must be scrolled sideways. Empty: none. */
export async function violationsOf(page: Page): Promise<string[]> {
  const all: string[] = [];
  for (const width of WIDTHS) {
    let seen: Seen | undefined;
    for (const theme of THEMES) {
      await put(page, { theme, width });
      seen = await look(page, seen);
      const words = seen.violations.flatMap(told);
      if (await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
        words.push('it is wider than the window');
      all.push(...words.map((each) => `${theme}, ${width} wide: ${each}`));
    }
  }
  const [first] = LOOKS;
  if (first) await put(page, first);
  return all;
}
