import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../telemetry/logger.ts';
import type { Listening } from '../log.ts';
import type { Subjects } from './jetstream/messages.ts';

export interface AnnouncementsDependencies {
  readonly connection: NatsConnection;
  readonly subjects: Subjects;
  readonly logger: Logger | undefined;
}

/** Messages outside the streams: plain publishing and subscribing. */
export class NatsAnnouncements {
  readonly #dependencies: AnnouncementsDependencies;

  constructor(dependencies: AnnouncementsDependencies) {
    this.#dependencies = dependencies;
  }

  announce(subject: string, body: Uint8Array): void {
    const { connection, subjects, logger } = this.#dependencies;
    try {
      connection.publish(subjects.outer(subject), body);
    } catch (error) {
      logger?.warn({ err: error, subject }, 'Sending an announcement failed');
    }
  }

  /** Resolves once the server knows of it. */
  async listen(
    filters: readonly string[],
    handler: (subject: string, body: Uint8Array) => void,
  ): Promise<Listening> {
    const { connection, subjects, logger } = this.#dependencies;
    const callback = (error: Error | null, message: { subject: string; data: Uint8Array }) => {
      try {
        if (error) throw error;
        handler(subjects.inner(message.subject), message.data);
      } catch (cause) {
        logger?.warn({ err: cause, subjects: filters }, 'Handling an announcement failed');
      }
    };
    const subscriptions = filters.map((filter) => connection.subscribe(subjects.outer(filter), { callback }));
    await connection.flush();
    return {
      stop: async () => {
        for (const subscription of subscriptions) subscription.unsubscribe();
      },
    };
  }
}
