import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Config, loadConfig } from '../../config/config.ts';
import type { Caller } from '../../identity/service/caller.ts';
import { testEgress, testTokens } from '../../testing/identity.ts';
import { createServiceHttp, type ServiceHttp } from '../http/http.ts';
import { LocalRequest } from '../local/request.ts';
import { LocalServices } from '../local/services.ts';
import { createLocalTransport } from '../local/transport.ts';

/** A service that answers, until the test has finished. */
export interface Answering {
  readonly url: string;
  /** Requests to it that are under way. */
  inWork(): Promise<number>;
}

/** A way by which services are called. */
export interface Hop {
  /** Answers as `listener` says, under the name of a service. */
  serve(name: string, listener: RequestListener): Promise<Answering>;
  /** Calls of a service, by its name, until the test has finished. `urls`: default, nobody answers. */
  client(caller: string, urls?: Partial<Config['urls']>): ServiceHttp;
  /** Who asked a service. */
  callerOf(service: string, request: IncomingMessage): Promise<Caller>;
}

const urlsWith = (urls: Partial<Config['urls']>): Config['urls'] => ({ ...loadConfig({}).urls, ...urls });

/** Over HTTP, with a token that says who asks. */
export const overSockets = (): Hop => ({
  async serve(_name, listener) {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      inWork: () =>
        new Promise((resolve, reject) => {
          server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
        }),
    };
  },
  client(caller, urls = {}) {
    const http = createServiceHttp({ urls: urlsWith(urls), tokens: testTokens(caller), egress: testEgress });
    onTestFinished(() => http.close());
    return http;
  },
  callerOf: (service, { headers: { authorization = '' } }) =>
    testTokens(service).verify(authorization.replace('Bearer ', ''), null),
});

/** Within one process: nothing listens anywhere, and there is no token. */
export function withinProcess(): Hop {
  const services = new LocalServices();
  let places = 0;
  return {
    async serve(name, listener) {
      places += 1;
      const url = `http://127.0.0.1:9/${places}`;
      let inWork = 0;
      const close = services.open({
        name,
        url,
        handle(request, response) {
          inWork += 1;
          response.once('close', () => {
            inWork -= 1;
          });
          listener(request, response as Parameters<RequestListener>[1]);
        },
      });
      onTestFinished(() => void close());
      return { url, inWork: async () => inWork };
    },
    client(caller, urls = {}) {
      const http = createServiceHttp({
        urls: urlsWith(urls),
        tokens: testTokens(caller),
        egress: testEgress,
        local: createLocalTransport(caller, services),
      });
      onTestFinished(() => http.close());
      return http;
    },
    async callerOf(_service, request) {
      const { caller } = LocalRequest.identityOf(request) ?? {};
      if (!caller) throw new TypeError('The request says nothing of its caller');
      return caller;
    },
  };
}
