interface Rendition {
  readonly format: string;
  readonly url: string;
  readonly width: number;
}

interface Asset {
  readonly altText?: string | null;
  readonly renditions?: readonly Rendition[];
}

interface Picture {
  readonly derived: { readonly nodes: readonly { readonly content: object | null }[] };
}

/** A picture's smallest rendition that is wide enough; undefined while nothing was made of it. */
export function renditionOf(
  picture: Picture,
  width: number,
): { readonly url: string; readonly alt: string } | undefined {
  const asset = picture.derived.nodes[0]?.content as Asset | null | undefined;
  const all = (asset?.renditions ?? [])
    .filter(({ format }) => format === 'WEBP')
    .toSorted((a, b) => a.width - b.width);
  const found = all.find((each) => each.width >= width) ?? all.at(-1);
  return found ? { url: found.url, alt: asset?.altText ?? '' } : undefined;
}
