import type { GatewayContext } from '../admission/context.ts';
import type { Subgraphs } from './subgraphs.ts';

/** An operation is large when its subgraph answers exceed this many bytes. */
export const LARGE_BYTES = 1024 * 1024;

/**
 * Makes operations with large subgraph answers wait for one another: parsing, merging and printing takes many times the
 * bytes received.
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
