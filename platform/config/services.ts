import { z } from 'zod';
import { servicePorts } from './services.generated.ts';
import { optionalHttp } from './values.ts';

export type ServiceName = keyof typeof servicePorts;

export const serviceNames = Object.keys(servicePorts) as ServiceName[];

type UrlVariable = `${string}_URL`;

/** The variable that says where a service answers, e.g. `TEXT_EXPANSION_URL`. */
export const urlVariable = (service: string): UrlVariable =>
  `${service.toUpperCase().replaceAll('-', '_')}_URL`;

const isServiceName = (name: string): name is ServiceName =>
  (serviceNames as readonly string[]).includes(name);

/** Names of services with commas between. */
export const serviceList = z.string().transform((text, context): ServiceName[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.every(isServiceName)) return names;
  context.addIssue({
    code: 'custom',
    message: `must be some of ${serviceNames.join(',')}, with commas between`,
  });
  return z.NEVER;
});

/** The variables of all services' addresses. */
export const serviceUrlVariables = Object.fromEntries(
  serviceNames.map((name) => [urlVariable(name), optionalHttp]),
) as Record<UrlVariable, typeof optionalHttp>;

/** Where each service answers, without a trailing slash: by default on this machine, at its port. */
export function serviceUrls(env: object, portOffset: number): Record<ServiceName, string> {
  const given = env as Readonly<Record<string, string | undefined>>;
  const entries = serviceNames.map((name) => {
    const address = given[urlVariable(name)] ?? `http://127.0.0.1:${servicePorts[name] + portOffset}`;
    return [name, address.replace(/\/+$/, '')];
  });
  return Object.fromEntries(entries) as Record<ServiceName, string>;
}
