import type { ShownChange, ShownUse, ShownVersion } from './operations.ts';

const useLine = ({ operation, count, lastSeenAt }: ShownUse): string =>
  `      used by ${operation}, ${count} times, last at ${lastSeenAt}`;

/** A change, and who uses what it breaks. */
export const changeLines = ({ criticality, coordinate, message, usedBy }: ShownChange): string[] => [
  `  ${criticality.toLowerCase().replace('_', '-').padEnd(12)}  ${coordinate}: ${message}`,
  ...usedBy.map(useLine),
];

const whyOf = ({ reason, processorId, rolledBackTo }: ShownVersion): string => {
  const of = processorId ?? (rolledBackTo === null ? '' : `to ${rolledBackTo}`);
  return `${reason.toLowerCase().replace('_', ' ')} ${of}`.trim();
};

/** One version in a line. */
export const versionLine = (version: ShownVersion): string =>
  [
    `version ${version.version}`.padEnd(12),
    version.createdAt,
    whyOf(version).padEnd(30),
    version.createdBy === null ? '' : `by ${version.createdBy}`,
  ]
    .join('  ')
    .trimEnd();

/** A version with its subgraphs. */
export const versionLines = (version: ShownVersion): string[] => [
  versionLine(version),
  ...version.subgraphs.map(
    ({ name, origin, url, types }) =>
      `  ${name.padEnd(20)}  ${origin.toLowerCase().padEnd(10)}  ${url}${types.length > 0 ? `  ${types.join(', ')}` : ''}`,
  ),
];
