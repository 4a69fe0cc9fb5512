/** For whom a row or block is shown: the choices by name, each with its Liquid condition. */
export const audiences: readonly { label: string; condition: string }[] = [
  { label: 'Only customers', condition: "contact.type == 'customer'" },
  { label: 'Only leads', condition: "contact.type == 'lead'" },
  { label: 'Only people whose first name is known', condition: 'contact.first_name' },
];

const compact = (condition: string) => condition.replaceAll('"', "'").replace(/\s+/g, ' ').trim();

/** The name of a condition, or its Liquid where it is one of one's own. */
export const conditionName = (condition: string): string =>
  audiences.find((one) => one.condition === compact(condition))?.label ?? `Only if ${condition}`;

/** The choice that a condition is; undefined for one of one's own. */
export const audienceOf = (condition: string): string | undefined =>
  audiences.find((one) => one.condition === compact(condition))?.condition;
