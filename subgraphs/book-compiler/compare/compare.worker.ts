import { type Comparison, compareVersions, type Version } from './compare.ts';

/** The thread's entry point. */
export default ({ a, b }: { readonly a: Version; readonly b: Version }): Comparison => compareVersions(a, b);
