import { activityType, activityTypeOf, type ClientMessage } from '#contracts';
import { emailAddress, isReservedType, RESERVED_TYPE } from '#rules';

export interface Refusal {
  pointer: string;
  message: string;
}

/** What a call of a client comes to; `notUsed`: it is as it should be, and nothing that Cortex keeps. */
export type Meaning = { type: string; metadata: Record<string, unknown> } | { refused: Refusal } | { notUsed: Refusal };

const NOT_USED: Record<'group' | 'alias', string> = {
  group: 'Cortex has no groups of people, so this was accepted and not recorded.',
  alias: 'An alias joins nobody here, so this was accepted and not recorded. Link the two people in the directory.',
};

/** @param aliases types by the name that clients give to what happened, as the settings have them */
export function meaningOf(message: ClientMessage, aliases: ReadonlyMap<string, string>): Meaning {
  const { properties, name, category } = message;
  const shown = { ...properties, ...(name ? { name } : {}), ...(category ? { category } : {}) };
  switch (message.type) {
    case 'track':
      return ofEvent(message.event, properties ?? {}, aliases);
    case 'identify':
      return { type: 'identified', metadata: withoutAddress(message.traits ?? message.context?.traits ?? {}) };
    case 'page':
      return { type: 'page_view', metadata: shown };
    case 'screen':
      return { type: 'screen_view', metadata: shown };
    case 'group':
    case 'alias':
      return { notUsed: { pointer: '/type', message: NOT_USED[message.type] } };
  }
}

function ofEvent(
  event: string | null | undefined,
  metadata: Record<string, unknown>,
  aliases: ReadonlyMap<string, string>,
): Meaning {
  const refuse = (message: string): Meaning => ({ refused: { pointer: '/event', message } });
  if (!event?.trim()) return refuse('Say what happened: give event.');
  const type = aliases.get(event) ?? activityTypeOf(event);
  if (type === '')
    return refuse(
      'No type can be made of this name. Use one with letters from a to z, or give it a type in event_aliases.',
    );
  if (!activityType.safeParse(type).success)
    return refuse('This name is too long for a type, of at most 100 characters. Give it one in event_aliases.');
  return isReservedType(type) ? refuse(RESERVED_TYPE) : { type, metadata };
}

/** The address says whose it is, and is kept there alone. */
function withoutAddress({ email: _email, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/** What a call says of whose it is. Ids as texts, the address in its one form. */
export interface Claim {
  anonymousId?: string;
  userId?: string;
  /** In the traits, or instead of a `userId`. */
  email?: string;
  signature?: string;
  /** The traits have something as an address that is none. */
  isBadAddress: boolean;
}

export function claimOf({ anonymousId, userId, traits, context }: ClientMessage): Claim {
  const user = textOf(userId);
  const given = textOf(traits?.email) ?? textOf(context?.traits?.email);
  const email = addressIn(given) ?? addressIn(user);
  return {
    anonymousId: textOf(anonymousId),
    userId: user,
    email,
    signature: context?.signature ?? undefined,
    isBadAddress: given !== undefined && addressIn(given) === undefined,
  };
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

function addressIn(text: string | undefined): string | undefined {
  const read = text?.includes('@') ? emailAddress.safeParse(text) : undefined;
  return read?.success ? read.data : undefined;
}
