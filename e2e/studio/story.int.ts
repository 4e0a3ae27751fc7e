import { inject } from 'vitest';
import { tellStory } from './story.fixture.ts';

tellStory(inject('shape'));
