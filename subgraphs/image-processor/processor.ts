import type { TokenBound } from '../../platform/model/tokens/bound.ts';
import { openTokenBound } from '../../platform/model/tokens/open.ts';
import { tokenUsesTable } from '../../platform/model/tokens/uses.postgres.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import type { OpenDependencies } from '../../platform/processor/kit/open.ts';
import { records } from '../../platform/processor/records/records.ts';
import { createDescriber, type Describer } from './alt-text.ts';
import { imageFiles, ORIGINAL, renditionFile } from './files.ts';
import { createDecoder } from './picture/decoder.ts';
import { type ImageAssetData, type ImageTools, processImage, type RenditionData } from './run.ts';
import { type Settings, settings } from './settings.ts';
import { uploadMigrations } from './uploads/migrations.ts';
import { openUploads } from './uploads/open.ts';
import { originalsOf } from './uploads/original.ts';
import { uploadMutations } from './uploads/resolvers.ts';
import { createPostgresUploads } from './uploads/store.postgres.ts';

const MIB = 1024 ** 2;

/** The model that writes alt text; undefined when none is configured. */
function openDescriber(deps: OpenDependencies<Settings>, tokens: TokenBound): Describer | undefined {
  const { settings: env, clock, logger } = deps;
  if (!env.OPENAI_VISION_MODEL || !env.OPENAI_BASE_URL) return undefined;
  return createDescriber({
    baseUrl: env.OPENAI_BASE_URL,
    apiKey: env.OPENAI_API_KEY,
    model: env.OPENAI_VISION_MODEL,
    concurrency: env.OPENAI_CONCURRENCY,
    extraBody: env.OPENAI_EXTRA_BODY,
    tokens,
    clock,
    logger,
  });
}

function openTools(deps: OpenDependencies<Settings>, tokens: TokenBound): ImageTools {
  const { settings: env, objects, logger } = deps;
  const describer = openDescriber(deps, tokens);
  return {
    ...(describer ? { describer } : {}),
    objects,
    decoder: createDecoder({
      maxPixels: env.IMAGE_MAX_MEGAPIXELS * 1_000_000,
      maxBytes: env.IMAGE_MEMORY_MEBIBYTES * MIB,
      logger,
    }),
    maxBytes: env.IMAGE_MAX_MEBIBYTES * MIB,
  };
}

function openAll(deps: OpenDependencies<Settings>) {
  const { database } = deps;
  if (database.kind !== 'postgresql') throw new Error('Uploads are kept in PostgreSQL');
  const uploads = openUploads(deps, createPostgresUploads(database.database));
  const tokens = openTokenBound(deps, 'pictures');
  return {
    ...openTools(deps, tokens),
    ...uploads,
    async eraseUser(userId: string) {
      await uploads.eraseUser(userId);
      await tokens.eraseUser(userId);
      // Includes objects that belong to no upload any more.
      await deps.objects.deletePrefix(originalsOf(userId));
    },
  };
}

/** The image processor: uploads, and renditions of uploaded pictures. */
export default defineProcessor({
  id: 'image-processor',
  version: '1',
  name: 'Image processor',
  description: 'Makes renditions of an uploaded picture, and tells of its size, camera and colours.',
  takes: { 'blob.created': ['image-input-v1'] },
  makes: { type: 'ImageAsset', schema: 'image-asset-v1' },
  limits: { concurrency: 2, seconds: 120 },
  settings,
  records: records('image_assets', {
    store: 's3',
    members: {
      width: 'integer',
      height: 'integer',
      format: 'text',
      pages: 'integer',
      has_alpha: 'boolean',
      taken_at: 'text',
      camera: 'text',
      position: 'json',
      dominant_colors: 'json',
      thumbhash: 'text',
      alt_text: 'text',
      alt_text_by: 'text',
      renditions: 'json',
      original: 'json',
    },
    furtherTables: [...uploadMigrations, tokenUsesTable],
  }),
  open: openAll,
  run: processImage,
  stored: imageFiles,
  resolvers: {
    Mutation: uploadMutations,
    ImageAsset: {
      sizeBytes: {
        needs: ['original'],
        resolve: ({ original }) => (original as ImageAssetData['original']).size_bytes,
      },
      pages: { needs: ['pages'], resolve: ({ pages }) => pages ?? 1 },
      hasAlpha: { needs: ['has_alpha'], resolve: ({ has_alpha: hasAlpha }) => hasAlpha ?? false },
      // A rendition's address contains the blob's id.
      renditions: {
        needs: ['renditions'],
        resolve: ({ id, renditions }) => (renditions as RenditionData[]).map((each) => ({ ...each, of: id })),
      },
      original: {
        needs: ['original'],
        resolve: ({ id, original }) => ({ ...(original as object), of: id }),
      },
    },
    ImageRendition: {
      url: {
        needs: ['renditions'],
        resolve: (rendition, _args, { kit }) =>
          kit.files.address(rendition['of'] as string, renditionFile(rendition as unknown as RenditionData)),
      },
    },
    ImageOriginal: {
      url: {
        needs: ['original'],
        resolve: ({ of }, _args, { kit }) => kit.files.address(of as string, ORIGINAL),
      },
    },
  },
});
