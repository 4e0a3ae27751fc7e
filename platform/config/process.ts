import { z } from 'zod';
import { hostList } from '../egress/hosts.ts';
import { serviceList } from './services.ts';
import { longSecret, longSecrets, readBy, secret, wholeNumber, yesOrNo } from './values.ts';

/** The variables of a process, whatever it runs. */
export const processVariables = {
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe(
      '`production` starts only with users’ keys, issuer, audience, each service’s own key and `CONNECTION_KEY`',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.blobgraph')
    .describe('folder of the embedded stores and of the development keys'),
  PORT_OFFSET: wholeNumber(0, 50_000)
    .default(0)
    .describe(
      'added to every port, so that several systems run beside each other; commands follow it and `DATA_DIR`',
    ),
  HOST: z.string().min(1).optional().describe('the address to listen on; unset: `127.0.0.1`'),
  SERVICES: serviceList
    .optional()
    .describe('the services that there are: one left out is neither started nor waited for; unset: all'),
  LOCAL_CALLS: yesOrNo
    .default(true)
    .describe(
      'whether services of one process call each other without a socket; `false`: over HTTP, as those of several processes do',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('the least important lines that are logged'),
};

/** The variables of who may call a service, and what keeps secrets. */
export const trustVariables = {
  ROUTER_SECRET: longSecrets(32).describe(
    'shown by [another router](routers.md) (`x-service-secret`) beside the user’s token: opens `/graphql` alone; 32 characters or more; of several routers, or while one is replaced, one in each line; unset: in development made under `DATA_DIR`, in production none',
  ),
  SERVICE_SECRET: longSecret(32).describe(
    'the secret that services of the release before sign with: accepted, and used to call them, while it is set; unset it once all are replaced',
  ),
  PROCESSOR_HOSTS: hostList
    .optional()
    .describe(
      'hosts (`summary.internal,*.processors.example`) at which registered processors may answer in production, beside those of the services here',
    ),
  ...readBy('processors, events', {
    CONNECTION_KEY: secret(
      z
        .string()
        .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
        .optional(),
    ).describe(
      'encrypts connection strings and webhooks’ secrets: 32 bytes in base64; unset: made under `DATA_DIR`',
    ),
  }),
};

/** The variables that bound what a service holds and has in work. */
export const loadVariables = {
  REQUEST_TIMEOUT_MS: wholeNumber(100, 600_000)
    .default(30_000)
    .describe('time of one request, calls of other services included; callers may ask for less'),
  MAX_REQUESTS: wholeNumber(1, 100_000)
    .default(500)
    .describe(
      'requests that one service has in work or waiting; when there are more, the user with most waiting is answered 503',
    ),
  ...readBy('state', {
    MAX_OUTBOX: wholeNumber(1, 100_000_000)
      .default(10_000)
      .describe(
        'documents whose events wait for the event log; while there are more, new blobs are answered 503',
      ),
    USER_RUNS: wholeNumber(0, 1_000_000)
      .default(50)
      .describe(
        'runs of one user that each processor is asked for at once; further ones wait, so that other users’ are not behind them; `0`: any number',
      ),
  }),
  ...readBy('gateway, events', {
    MAX_HISTORY_CHANGES: wholeNumber(10, 10_000_000)
      .default(20_000)
      .describe('changes that one process holds for its subscribers; older ones are read from the log'),
    MAX_HISTORY_MEBIBYTES: wholeNumber(1, 65_536)
      .default(16)
      .describe('memory of these changes; one user’s take half of either limit at most'),
  }),
};

/** The variables of the registry of processors. */
export const registryVariables = {
  ...readBy('processors', {
    HEALTH_CHECK_SECONDS: wholeNumber(1, 300)
      .default(2)
      .describe(
        'time between two health checks of a processor, and the longest that one may take: one that goes down, or returns, shows within twice as long',
      ),
  }),
  CANARY_PERCENT: wholeNumber(0, 100)
    .optional()
    .describe(
      'for a process that runs new versions of processors: each registers as a candidate beside the present version, for this share of new blobs until an operator changes it; unset: as the present version',
    ),
};

/** The variables of the reconciler. */
export const reconcilerVariables = readBy('state', {
  RECONCILE_EVERY_SECONDS: wholeNumber(0, 604_800)
    .default(3_600)
    .describe('time between two passes of the reconciler, each half of it early at most; `0`: no passes'),
  RECONCILE_GRACE_SECONDS: wholeNumber(0, 2_592_000)
    .default(21_600)
    .describe('age below which it leaves data alone: longer than any work may take'),
  RECONCILE_MAX_CHANGES: wholeNumber(1, 100_000).default(1_000).describe('repairs of one pass at most'),
});
