/** The REST name for a name of the graph: `sizeBytes` becomes `size_bytes`, `exportURLs` becomes `export_urls`. */
export const restName = (name: string): string =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
