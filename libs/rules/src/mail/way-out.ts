const wayOut = /\{\{-?\s*links\.(unsubscribe|preferences)\b/;

/** Whether a text of a mail holds a link by which its reader stops marketing mail: only marketing mail may. */
export const hasWayOut = (text: string): boolean => wayOut.test(text);
