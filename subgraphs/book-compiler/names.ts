export const PROCESSOR_ID = 'book-compiler';
export const OUTPUT_SCHEMA_ID = 'compiled-book-v1';
/** How the index names the store. */
export const STORAGE_LOCATION = 'book-compiler-db';
/** The service's own database. */
export const DATABASE = 'book_compiler';

/** The processor whose results stand in for drafts when a book is compiled with `useExpanded`. */
export const EXPANDER = 'text-expansion';
