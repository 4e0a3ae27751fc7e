import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../platform/testing/clock.ts';
import { createTurns } from './turns.ts';

const USER = 'alice';
