import { layOut } from './layout.ts';
import type { LayoutInput } from './place.ts';

/** A layout that was asked for, and which one. */
export interface Asked {
  readonly turn: number;
  readonly input: LayoutInput;
}

addEventListener('message', ({ data: { turn, input } }: MessageEvent<Asked>) => {
  postMessage({ turn, positions: layOut(input) });
});
