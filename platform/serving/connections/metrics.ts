import { gauge, type ServiceMetrics, total } from '../../telemetry/metrics.ts';
import type { OpenConnections } from './open-connections.ts';

/** Measures a service's connections that stay open: over WebSocket, and event streams. */
export function measureConnections({ registry }: ServiceMetrics, connections: OpenConnections): void {
  gauge(
    registry,
    'blobgraph_sockets_open',
    'Connections over WebSocket, and event streams.',
    () => connections.usage.open,
  );
  gauge(
    registry,
    'blobgraph_sockets_unauthenticated',
    'Connections over WebSocket that have not said who they are.',
    () => connections.usage.unauthenticated,
  );
  gauge(
    registry,
    'blobgraph_sockets_held_bytes',
    'Bytes kept for connections that stay open: not read, or of messages that have not come whole.',
    () => connections.usage.heldBytes,
  );
  total(
    registry,
    'blobgraph_sockets_refused_total',
    'Connections over WebSocket, and event streams, that were refused because there were too many.',
    () => connections.usage.refused,
  );
}
