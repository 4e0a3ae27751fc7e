import { useMemo, useRef } from 'react';
import { thumbHashToDataURL } from 'thumbhash';
import { type Asset, largestOf, sourceSetOf } from './picture.ts';
import css from './pictures.module.css';

/** A blurred image that is shown until the picture is there. */
function placeholderOf(thumbhash: string): string | undefined {
  try {
    return thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (letter) => letter.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Least time between two tellings: what is broken for good is not asked for again and again. */
const TOLD_AGAIN_MS = 60_000;

export interface ShownProps {
  readonly asset: Asset;
  /** How wide it is drawn, e.g. `14rem`: the browser takes a rendition by it. */
  readonly sizes: string;
  /** Read out in its place where nobody has described it; empty where it stands beside it. */
  readonly title: string;
  readonly isLarge?: boolean;
  /** Its addresses are good for an hour or two: new ones must be had. Told at most once a minute: a store may be away. */
  readonly onBroken: () => void;
}

/** A picture in the rendition that fits, over its ThumbHash until it has come. */
export function Shown({ asset, sizes, title, isLarge = false, onBroken }: ShownProps) {
  const placeholder = useMemo(() => placeholderOf(asset.thumbhash), [asset.thumbhash]);
  const told = useRef(Number.NEGATIVE_INFINITY);
  const broken = () => {
    if (performance.now() - told.current < TOLD_AGAIN_MS) return;
    told.current = performance.now();
    onBroken();
  };
  const { renditions, width, height } = asset;
  const largest = largestOf(renditions, 'WEBP') ?? renditions[0];
  return (
    <picture className={isLarge ? css['large'] : css['small']}>
      <source type="image/avif" srcSet={sourceSetOf(renditions, 'AVIF')} sizes={sizes} />
      <img
        src={largest?.url}
        srcSet={sourceSetOf(renditions, 'WEBP')}
        sizes={sizes}
        width={width}
        height={height}
        alt={asset.altText ?? title}
        loading={isLarge ? 'eager' : 'lazy'}
        decoding="async"
        style={placeholder ? { backgroundImage: `url(${placeholder})` } : undefined}
        onError={broken}
      />
    </picture>
  );
}
