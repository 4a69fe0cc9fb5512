/** Words that end a name in a sentence, as a verb or a joining word follows it. */
export const verbs: ReadonlySet<string> = new Set(
  'is was are were be do does did done has have had contains contain starts ends to and or not neither nor who whose they their its whom then if otherwise else'.split(
    ' ',
  ),
);

const plain = /^[\p{L}\p{N}]+([_.][\p{L}\p{N}]+)*$/u;

/** Whether a name can be said in words, its underscores as spaces, and be found again in the sentence. */
export const isPlainName = (name: string): boolean =>
  plain.test(name) && !name.split('_').some((word) => verbs.has(word.toLowerCase()));
