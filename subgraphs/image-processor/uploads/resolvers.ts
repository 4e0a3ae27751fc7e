import { toUserErrors } from '../../../platform/errors/errors.ts';
import type { SignedRequest } from '../../../platform/objects/signed/signed.ts';
import type { Context, FieldResolver } from '../../../platform/processor/kit/kit.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';
import type { OpenedUploads } from './open.ts';
import type { Upload } from './upload.ts';

const opened = ({ kit }: Context) => kit.opened as unknown as OpenedUploads;

/** An upload for clients, in snake_case. */
const uploadJson = ({ id, expiresAt }: Upload, { url, method, headers }: SignedRequest) => ({
  id,
  url,
  method,
  headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
  expires_at: expiresAt,
});

/** The mutations `requestUpload` and `completeUpload`. */
export const uploadMutations: Readonly<Record<'requestUpload' | 'completeUpload', FieldResolver>> = {
  requestUpload: {
    needs: [],
    async resolve(_root, { input }: { input?: unknown }, context) {
      const { userId } = requireViewer(context.caller);
      try {
        const { upload, request } = await opened(context).uploads.request(userId, input);
        return { upload: uploadJson(upload, request), user_errors: [] };
      } catch (error) {
        return { user_errors: toUserErrors(error) };
      }
    },
  },
  completeUpload: {
    needs: [],
    async resolve(_root, { input }: { input?: unknown }, context) {
      const { userId } = requireViewer(context.caller);
      const { uploadId } = input as { uploadId: string };
      try {
        return { blob_id: await opened(context).uploads.complete(userId, uploadId), user_errors: [] };
      } catch (error) {
        return { user_errors: toUserErrors(error) };
      }
    },
  },
};
