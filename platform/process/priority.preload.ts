import { giveWayAsThread } from './priority.ts';

// Runs in a thread before its own module.
giveWayAsThread();
