/** Page size in inches: 16:9, as in PowerPoint and LibreOffice. */
export const PAGE = { width: 13.333, height: 7.5, margin: 0.9 } as const;

export const COLOURS = {
  ink: '1F2933',
  soft: '5F6B7A',
  paper: 'FBF9F4',
  night: '16263A',
  accent: 'B4542B',
  line: 'D9D2C5',
} as const;

/** On every machine, or replaced by fonts of the same widths. */
export const FONTS = { heading: 'Times New Roman', body: 'Arial' } as const;

/** The content's box, below the heading. */
export const BODY = {
  x: PAGE.margin,
  y: 1.95,
  width: PAGE.width - 2 * PAGE.margin,
  height: PAGE.height - 1.95 - 0.85,
} as const;
