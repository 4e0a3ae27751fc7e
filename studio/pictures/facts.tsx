import type { ReactNode } from 'react';
import { bytes, Time } from '../design/text/time.tsx';
import { type Asset, type PictureRow, positionOf, takenOf } from './picture.ts';
import css from './pictures.module.css';

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

function Description({ asset: { altText, altTextBy } }: { readonly asset: Asset }) {
  if (!altText) return 'Nobody has described it: readers who cannot see it hear its title alone.';
  return (
    <>
      {altText}
      {altTextBy && altTextBy !== 'user' ? (
        <span className={css['soft']}> Written by {altTextBy}. Read it over.</span>
      ) : null}
    </>
  );
}

const Colours = ({ colours }: { readonly colours: readonly string[] }) => (
  <ul className={css['colours']}>
    {colours.map((colour) => (
      <li key={colour}>
        <span className={css['colour']} style={{ background: colour }} aria-hidden="true" />
        <code>{colour}</code>
      </li>
    ))}
  </ul>
);

/** All that is known of a picture. */
export function Facts({ asset, row }: { readonly asset: Asset; readonly row: PictureRow }) {
  const { original, renditions } = asset;
  const names = [...new Set(renditions.map(({ width, height }) => `${width} × ${height}`))];
  return (
    <dl className={css['facts']}>
      <Fact name="Description">
        <Description asset={asset} />
      </Fact>
      <Fact name="Size">
        {asset.width} × {asset.height} pixels
        {asset.pages > 1 ? `, the first of ${asset.pages} frames` : ''}
        {asset.hasAlpha ? ', partly transparent' : ''}
      </Fact>
      <Fact name="Original">
        {original.fileName}, {asset.format}, {bytes(original.sizeBytes)}
      </Fact>
      <Fact name="Made ready as">{names.join(', ')}, each as AVIF and WebP</Fact>
      <Fact name="Colours">
        <Colours colours={asset.dominantColors} />
      </Fact>
      {asset.camera ? <Fact name="Camera">{asset.camera}</Fact> : null}
      {asset.takenAt ? <Fact name="Taken">{takenOf(asset.takenAt)}</Fact> : null}
      {asset.position ? <Fact name="Place">{positionOf(asset.position)}</Fact> : null}
      <Fact name="Uploaded">
        <Time at={row.createdAt} />
      </Fact>
    </dl>
  );
}
