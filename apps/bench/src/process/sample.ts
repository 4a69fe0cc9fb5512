/**
 * The sample's three weeks, as the first start lives them: on a database of its own, with nothing else going on. Beside it
 * where the time goes: PostgreSQL's own time for each statement, and the processor time of both. The bar is 3 s.
 */
