import { loadConfig, serviceNames, servicePorts } from '../platform/config/config.ts';

/**
 * `node dist/cli/ready.js <service>`: exits with 0 when the service is ready, on this host and as this environment
 * configures it.
 */
const name = serviceNames.find((known) => known === process.argv[2]);
if (!name) throw new Error(`Name a service: ${serviceNames.join(', ')}`);
const port = servicePorts[name] + loadConfig().portOffset;
const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
process.exitCode = answer?.ok ? 0 : 1;
