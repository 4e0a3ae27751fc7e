import { serveIsolated } from '../../../platform/isolated/serve.ts';
import { restrictLibvips } from './loaders.ts';
import { makePicture, type PictureTask } from './picture.ts';

restrictLibvips();
serveIsolated((task, bytes, onProgress) => makePicture(bytes, task as PictureTask, onProgress));
