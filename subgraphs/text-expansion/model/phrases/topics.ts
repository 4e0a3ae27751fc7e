import type { Topic } from './topic.ts';
import { mindTopics } from './topics.mind.ts';
import { peopleTopics } from './topics.people.ts';
import { placeTopics } from './topics.places.ts';
import { thingTopics } from './topics.things.ts';
import { timeTopics } from './topics.time.ts';

const mapOf = (topics: readonly Topic[]): ReadonlyMap<string, Topic> =>
  new Map(topics.flatMap((topic) => topic.words.split(' ').map((word) => [word, topic] as const)));

const abstractTopics = mapOf([...mindTopics, ...timeTopics]);
const concreteTopics = mapOf([...placeTopics, ...peopleTopics, ...thingTopics]);

/** The topic of a word (lower case), where it has one. */
export const topicOf = (word: string): Topic | undefined =>
  concreteTopics.get(word) ?? abstractTopics.get(word);

/** True for what cannot be seen or touched, as far as the topics know. */
export const isAbstract = (word: string): boolean => !concreteTopics.has(word) && abstractTopics.has(word);
