import { toValueSync, TypeGuards, type Template, type Value } from 'liquidjs';

/** One variable that a template reads, e.g. `contact.first_name`. */
export interface UsedVariable {
  /** Its names up to the first one that is itself computed: `['contact', 'first_name']`. */
  path: string[];
  /** Where it stands: the offset in the source. */
  at: number;
}

/**
 * Every variable that these parts read from the data they are given, in the order of the source. What the template
 * assigns or loops over is left out. Linear in the size of the template, where Liquid's own analysis is quadratic.
 */
export function usedVariables(templates: readonly Template[]): UsedVariable[] {
  const used: UsedVariable[] = [];
  const own = new Set<string>();
  const open = [...templates];
  for (let template = open.pop(); template; template = open.pop()) {
    for (const name of template.localScope?.() ?? []) own.add(name.content);
    for (const name of template.blockScope?.() ?? []) own.add(name);
    for (const argument of template.arguments?.() ?? []) collect(argument, used);
    const children = template.children?.(false, true);
    if (children) open.push(...(toValueSync(children) as Template[]));
  }
  return used.filter(({ path }) => !own.has(path[0]!)).sort((a, b) => a.at - b.at);
}

function collect(argument: unknown, used: UsedVariable[]): void {
  if (isValue(argument)) {
    for (const token of argument.initial.postfix) collect(token, used);
    for (const filter of argument.filters)
      for (const given of filter.args) collect(Array.isArray(given) ? given[1] : given, used);
  } else if (TypeGuards.isRangeToken(argument)) {
    collect(argument.lhs, used);
    collect(argument.rhs, used);
  } else if (TypeGuards.isPropertyAccessToken(argument)) {
    const path: string[] = [];
    let plain = argument.variable === undefined;
    for (const prop of argument.props) {
      if (TypeGuards.isWordToken(prop) || TypeGuards.isQuotedToken(prop) || TypeGuards.isNumberToken(prop)) {
        if (plain) path.push(String(prop.content));
      } else {
        plain = false;
        collect(prop, used);
      }
    }
    if (path.length > 0) used.push({ path, at: argument.begin });
  }
}

const isValue = (argument: unknown): argument is Pick<Value, 'initial' | 'filters'> =>
  typeof argument === 'object' && argument !== null && 'initial' in argument && 'filters' in argument;
