// Lists of words by ISO 639-3; it comes without types.
declare module 'stopword';
