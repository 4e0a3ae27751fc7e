import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { projectFile } from '../../platform/process/paths.ts';
import { LOOKS, put } from './harness/axe.ts';
import { fill } from './harness/fill.ts';
import { openStudio, type Studio } from './harness/studio.ts';
import { EMPTY, filledScreens, filledStates, show, type View } from './harness/views.ts';

/**
 * Pictures of the Studio page in both themes at two widths: of the screens into `docs/images/studio/THEME/NAME-WIDTH.webp`.
 * `--all FOLDER`: of every state, whole pages, into a folder of your own, to be looked at.
 */

/** Of each file, so that a clone stays small. */
const MOST_BYTES = 60_000;
/** Texts say how long ago things were: the same at each run. */
const LATER_MS = 2 * 3_600_000;

/** As good as fits. */
async function small(png: Buffer): Promise<Buffer> {
  for (let quality = 85; ; quality -= 10) {
    const made = await sharp(png).webp({ quality, effort: 6 }).toBuffer();
    if (made.length < MOST_BYTES || quality <= 25) return made;
  }
}

interface Taking {
  readonly folder: string;
  /** The whole page, however long, as PNG. */
  readonly isWhole: boolean;
}

/** Processors that were just started on a busy machine are not well yet; what is still so after a while is taken as it is. */
async function untilWell({ name }: View, page: Page): Promise<void> {
  if (name === 'run')
    await page
      .getByText(/^All \d+ processors work\.$/)
      .waitFor({ timeout: 120_000 })
      .catch(() => {});
}

async function take(studio: Studio, view: View, { folder, isWhole }: Taking): Promise<void> {
  const page = await show(studio, view);
  await untilWell(view, page);
  for (const look of LOOKS) {
    await put(page, look);
    await page.evaluate('document.fonts.ready');
    await page.waitForLoadState('networkidle').catch(() => {});
    const png = await page.screenshot({ fullPage: isWhole, animations: 'disabled', caret: 'hide' });
    const place = join(folder, look.theme);
    await mkdir(place, { recursive: true });
    const file = join(place, `${view.name}-${look.width}`);
    await (isWhole ? writeFile(`${file}.png`, png) : writeFile(`${file}.webp`, await small(png)));
  }
  console.log(view.name);
  await page.close();
}

const [flag, given] = process.argv.slice(2);
const isWhole = flag === '--all' && given !== undefined;
const taking: Taking = { folder: isWhole ? given : projectFile('docs', 'images', 'studio'), isWhole };

const studio = await openStudio();
try {
  await studio.context.addInitScript(`
    const now = Date.now.bind(Date);
    Date.now = () => now() + ${LATER_MS};
  `);
  if (isWhole) for (const view of EMPTY) await take(studio, view, taking);
  const filled = await fill(studio.user);
  for (const view of filledScreens(filled)) await take(studio, view, taking);
  if (isWhole) for (const view of filledStates(filled)) await take(studio, view, taking);
} finally {
  await studio.close();
}
