import { gauge, type ServiceMetrics, total } from '../../telemetry/metrics.ts';
import type { SocketsOpen } from './websocket.ts';

/** Measures a service's connections over WebSocket. */
export function measureSockets({ registry }: ServiceMetrics, sockets: () => SocketsOpen): void {
  gauge(registry, 'blobgraph_sockets_open', 'Connections over WebSocket.', () => sockets().open);
  gauge(
    registry,
    'blobgraph_sockets_unauthenticated',
    'Connections over WebSocket that have not said who they are.',
    () => sockets().unauthenticated,
  );
  gauge(
    registry,
    'blobgraph_sockets_held_bytes',
    'Bytes kept for connections over WebSocket: not read, or of messages that have not come whole.',
    () => sockets().heldBytes,
  );
  total(
    registry,
    'blobgraph_sockets_refused_total',
    'Connections over WebSocket that were refused because there were too many.',
    () => sockets().refused,
  );
}
