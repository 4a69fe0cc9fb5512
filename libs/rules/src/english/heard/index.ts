/** What the steps of a graph read typed sentences with; for them alone. */
export {
  anyOf,
  endOfWords,
  inRow,
  listed,
  LONGEST_TEXT,
  mapped,
  optional,
  pattern,
  Reading,
  words,
  type Expected,
  type Parser,
} from './grammar.js';
export { activityType, number, plainNoun, quoted, spanOf, text, thing } from './values.js';
export { group, people } from '../from-english.js';
