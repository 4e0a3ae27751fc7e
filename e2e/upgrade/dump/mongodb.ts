import { BSON, type Db, type Document, type IndexDescription, MongoClient } from 'mongodb';

/** A collection: documents, each as a line of canonical Extended JSON, and indexes except that of `_id`. */
export interface Collection {
  readonly documents: string;
  readonly indexes: readonly IndexDescription[];
}

/** By database, then by collection. */
export type Collections = ReadonlyMap<string, ReadonlyMap<string, Collection>>;

const { EJSON } = BSON;
/** Numbers keep their stored types. */
const EXACT = { promoteValues: false, promoteLongs: false, promoteBuffers: false } as const;

async function dumpCollection(database: Db, name: string): Promise<Collection> {
  const collection = database.collection(name);
  const documents = await collection.find({}, EXACT).sort({ _id: 1 }).toArray();
  const indexes = await collection.listIndexes().toArray();
  return {
    documents: documents.map((document) => `${EJSON.stringify(document, { relaxed: false })}\n`).join(''),
    indexes: indexes
      .filter(({ name: index }) => index !== '_id_')
      .map(({ v: _, ns: __, ...index }: Document) => index as IndexDescription)
      .toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)),
  };
}

async function connected<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { writeConcern: { w: 'majority', journal: true } });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** All databases of an installation. */
export const dumpMongo = (url: string, namespace: string): Promise<Collections> =>
  connected(url, async (client) => {
    const prefix = `${namespace}_`;
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    const found = new Map<string, ReadonlyMap<string, Collection>>();
    for (const { name } of databases.filter((database) => database.name.startsWith(prefix))) {
      const collections = new Map<string, Collection>();
      const listed = await client.db(name).listCollections({}, { nameOnly: true }).toArray();
      for (const collection of listed.map((one) => one.name).toSorted())
        collections.set(collection, await dumpCollection(client.db(name), collection));
      found.set(name.slice(prefix.length), collections);
    }
    return found;
  });

/** Creates the databases of an installation. */
export const loadMongo = (url: string, namespace: string, databases: Collections): Promise<void> =>
  connected(url, async (client) => {
    for (const [database, collections] of databases)
      for (const [name, { documents, indexes }] of collections) {
        const collection = client.db(`${namespace}_${database}`).collection(name);
        const lines = documents.split('\n').filter((line) => line !== '');
        const parsed = lines.map((line) => EJSON.parse(line, { relaxed: false }) as Document);
        if (parsed.length > 0) await collection.insertMany(parsed);
        if (indexes.length > 0) await collection.createIndexes([...indexes]);
      }
  });
