import { defineProcessor } from '../../platform/processor/define.ts';
import { records } from '../../platform/processor/records/records.ts';
import { processImage } from './run.ts';
import { settings } from './settings.ts';

/** The image processor: makes renditions of uploaded pictures, and tells what is safe to tell of them. */
export default defineProcessor({
  id: 'image-processor',
  version: '1',
  name: 'Image processor',
  description: 'Makes renditions of an uploaded picture, and tells of its size, camera and colours.',
  takes: { 'blob.created': ['image-input-v1'] },
  makes: { type: 'ImageAsset', schema: 'image-asset-v1' },
  limits: { concurrency: 2, seconds: 120 },
  settings,
  records: records('image_assets', { store: 'postgresql' }),
  run: processImage,
});
