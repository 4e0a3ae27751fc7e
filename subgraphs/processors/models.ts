import type DataLoader from 'dataloader';
import type { Egress } from '../../platform/egress/guarded-agent.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { Canaries } from './canary/canaries.ts';
import type { Health } from './health/decide.ts';
import type { HealthMonitor } from './health/health.ts';
import type { Canary, Processor } from './registry/processor.ts';
import type { ProcessorRegistry } from './registry/registry.ts';
import type {
  StoredChange,
  StoredSubgraph,
  StoredSupergraph,
  SupergraphSummary,
} from './supergraph/store/store.ts';
import type { Supergraphs } from './supergraph/supergraphs.ts';
import type { UsedOperation } from './usage/store.ts';

/** The resolvers' context, one a request. */
export interface Context {
  readonly caller: Caller;
  readonly registry: ProcessorRegistry;
  readonly canaries: Canaries;
  readonly health: HealthMonitor;
  readonly egress: Egress;
  readonly supergraphs: Supergraphs;
  /** Batched reads by id; null for an unknown one. */
  readonly processors: DataLoader<string, Processor | null>;
  /** Texts of stored supergraphs, by version. */
  readonly supergraphSdls: DataLoader<number, string>;
  /** Texts of their subgraphs, by hash. */
  readonly subgraphSdls: DataLoader<string, string>;
}

export type ProcessorModel = Processor;
export type ProcessorCanaryModel = Canary;
export type ProcessorHealthModel = Health;
export type SupergraphModel = object;
export type OperationUseModel = UsedOperation;
export type SupergraphVersionModel = StoredSupergraph | SupergraphSummary;
export type SupergraphSubgraphModel = StoredSubgraph;
export type SchemaChangeModel = StoredChange;
export type SchemaChangeUseModel = StoredChange['usedBy'][number];
