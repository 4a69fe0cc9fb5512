export { CsvProblem, eachRow, type RowsOf } from './each-row.js';
export { inUtf8, separatorOf } from './encoding.js';
