import { type Comparison, compareVersions, type Version } from './compare.ts';

/** The entry of the thread. */
export default ({ a, b }: { readonly a: Version; readonly b: Version }): Comparison => compareVersions(a, b);
