/** Mails of one call to Postmark: it takes no more. */
export const batchLimit = 500;
