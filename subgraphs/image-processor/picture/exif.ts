import readExif from 'exif-reader';

/** The useful part of a camera's metadata. */
export interface Shot {
  /** ISO 8601, local time, with an offset if the camera wrote one. */
  readonly takenAt?: string;
  /** Maker and model. */
  readonly camera?: string;
  /** Degrees, WGS 84. */
  readonly position?: { readonly latitude: number; readonly longitude: number };
}

const MAX_NAME = 200;
const OFFSET = /^[+-](0\d|1[0-4]):[0-5]\d$/;

/** A text in EXIF: padded with NUL, in any encoding. */
function textOf(value: unknown): string | undefined {
  const text = Buffer.isBuffer(value) ? value.toString('utf8') : value;
  if (typeof text !== 'string') return undefined;
  const clean = text
    .split('\0', 1)[0]
    ?.replace(/[\p{Cc}\p{Cf}\ufffd]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean ? clean.slice(0, MAX_NAME).toWellFormed().trim() : undefined;
}

/** Joins maker and model; “NIKON CORPORATION” and “NIKON D90” give “NIKON D90”. */
function cameraOf(make: string | undefined, model: string | undefined): string | undefined {
  if (make === undefined || model === undefined) return model ?? make;
  const brand = make.split(' ', 1)[0]?.toLowerCase() ?? '';
  return model.toLowerCase().startsWith(brand) ? model : `${make} ${model}`.slice(0, MAX_NAME).trim();
}

/**
 * EXIF has local time, which the library returns as UTC, with invalid months and days rolled over. Times that are not
 * in the file to the letter are dropped.
 */
function timeOf(value: unknown, offset: unknown, exif: Buffer): string | undefined {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const [date = '', time = ''] = value.toISOString().slice(0, 19).split('T');
  if (!exif.includes(`${date.replaceAll('-', ':')} ${time}`)) return undefined;
  const zone = textOf(offset);
  return `${date}T${time}${zone !== undefined && OFFSET.test(zone) ? zone : ''}`;
}

function degrees(value: unknown, reference: unknown, negative: string, most: number): number | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [whole, minutes, seconds] = value.map(Number) as [number, number, number];
  const size = whole + minutes / 60 + seconds / 3_600;
  if (!(size >= 0 && size <= most)) return undefined;
  const signed = textOf(reference)?.toUpperCase() === negative ? -size : size;
  return Math.round(signed * 1e6) / 1e6;
}

function positionOf(gps: Readonly<Record<string, unknown>> = {}): Shot['position'] {
  const latitude = degrees(gps['GPSLatitude'], gps['GPSLatitudeRef'], 'S', 90);
  const longitude = degrees(gps['GPSLongitude'], gps['GPSLongitudeRef'], 'W', 180);
  // A GPS receiver without a signal writes zeros.
  if (latitude === undefined || longitude === undefined || (latitude === 0 && longitude === 0))
    return undefined;
  return { latitude, longitude };
}

function read(exif: Buffer) {
  try {
    return readExif(exif);
  } catch {
    return undefined;
  }
}

/** Reads EXIF data; empty when they are broken. `keepPosition`: whether to include the position. */
export function shotOf(exif: Buffer | undefined, keepPosition: boolean): Shot {
  const tags = exif && read(exif);
  if (!tags) return {};
  const { Image: image = {}, Photo: photo = {} } = tags;
  const found = {
    takenAt: timeOf(photo?.DateTimeOriginal, photo?.['OffsetTimeOriginal'], exif),
    camera: cameraOf(textOf(image?.Make), textOf(image?.Model)),
    position: keepPosition ? positionOf(tags.GPSInfo ?? {}) : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
