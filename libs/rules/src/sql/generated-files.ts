import { compiledSamples } from './sql-samples.js';
import { moneyUnitSql } from '../text/money.js';
import { toFunctionSql } from './to-function-sql.js';

/** What `npm run gen` writes from this lib: each file's path from the root of the project, and its text. */
export const generatedFiles = (): Record<string, string> => ({
  'migrations/repeatable/08_money_unit.sql': moneyUnitSql(),
  'migrations/repeatable/20_resolve_smart_list.sql': toFunctionSql(),
  'libs/rules/src/__sql__/compiled.sql': compiledSamples(),
});
