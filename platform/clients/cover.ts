/** The schema of the blobs that may be a book's cover: images that their users uploaded. */
export const COVER_SCHEMA = 'image-input-v1';
