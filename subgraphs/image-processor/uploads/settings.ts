import { z } from 'zod';
import { wholeNumber } from '../../../platform/config/config.ts';

/** Environment variables of uploads. */
export const uploadSettings = z.object({
  IMAGE_MAX_MEBIBYTES: wholeNumber(1, 256).default(25).describe('the largest file that may be uploaded'),
  UPLOAD_MINUTES: wholeNumber(1, 1_440)
    .default(60)
    .describe('for how long an upload is open: its file may be sent until then'),
  UPLOADS_OPEN: wholeNumber(1, 100_000).default(100).describe('uploads that one user may have open'),
  UPLOAD_MEBIBYTES_A_DAY: wholeNumber(1, 1_048_576)
    .default(2_048)
    .describe('what one user may announce in 24 hours'),
});

export type UploadSettings = z.infer<typeof uploadSettings>;
