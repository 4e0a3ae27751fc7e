import type { GatewayContext } from '../context.ts';
import type { Subgraphs } from './subgraphs.ts';

/** From so many bytes of subgraphs' answers on, what an operation makes of them is large. */
export const LARGE_BYTES = 1024 * 1024;

/**
 * Has operations whose subgraphs answer much wait for one another: what is parsed, merged and printed takes many times
 * the bytes that were received.
 */
export function boundLarge(subgraphs: Subgraphs<GatewayContext>): Subgraphs<GatewayContext> {
  const received = new WeakMap<GatewayContext, number>();
  return {
    async ask(request, context) {
      const text = await subgraphs.ask(request, context);
      const bytes = (received.get(context) ?? 0) + text.length;
      received.set(context, bytes);
      if (bytes > LARGE_BYTES) await context.makeLarge?.();
      return text;
    },
  };
}
