import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Themes and widths that a screen is looked at in. */
export const LOOKS = (['light', 'dark'] as const).flatMap((theme) =>
  [1_280, 390].map((width) => ({ theme, width })),
);
export type Look = (typeof LOOKS)[number];

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Levels of headings that follow each other are no demand of WCAG: a text brings its own. */
const OPTIONS = { runOnly: TAGS, rules: { 'heading-order': { enabled: false } } };

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

/** Violations that axe finds in a page but for these parts of it, one a line. @param options of `axe.run` */
export async function axeFound(
  page: Page,
  exclude: readonly string[] = [],
  options: object = {},
): Promise<string[]> {
  // Evaluated, since the page's policy allows no script of another's.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE);
  const found = await page.evaluate(`axe.run(${JSON.stringify({ exclude })}, ${JSON.stringify(options)})`);
  return (found as { readonly violations: readonly Found[] }).violations.flatMap(told);
}

/** Violations of WCAG 2.2 AA in both themes at both widths, and whether it must be scrolled sideways. Empty: none. */
export async function violationsOf(page: Page): Promise<string[]> {
  const all: string[] = [];
  for (const look of LOOKS) {
    await put(page, look);
    const found = await axeFound(page, [], OPTIONS);
    if (await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
      found.push('it is wider than the window');
    all.push(...found.map((each) => `${look.theme}, ${look.width} wide: ${each}`));
  }
  const [first] = LOOKS;
  if (first) await put(page, first);
  return all;
}
