/** To a process that waits: load the system as it is built now; start what was loaded. */
export type Order = 'load' | 'start';

/** From it: its modules are loaded; the system answers. */
export type Report = 'loaded' | 'ready';
