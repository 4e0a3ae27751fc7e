import { runTask } from './check.ts';

/** The thread's entry point. */
export default runTask;
