/** The tags of Liquid that a mail may use. */
export const mailTags = ['if', 'unless', 'case', 'assign', 'for'] as const;

/** The filters of Liquid that a mail may use. */
export const mailFilters = [
  ...['append', 'capitalize', 'default', 'downcase', 'escape', 'prepend', 'remove', 'replace', 'size', 'slice'],
  ...['split', 'strip', 'strip_html', 'strip_newlines', 'truncate', 'truncatewords', 'upcase', 'url_encode'],
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'modulo', 'plus', 'round', 'times'],
  ...['first', 'join', 'last', 'reverse', 'sort', 'uniq', 'date', 'money'],
] as const;
