export type Context = object;
