import { SignInServiceError, type OutsideAccount, type OutsideSignIn } from '#customers';
import { AppError } from '#platform';
import type { ActionContext, Outcome, OutsideEffect } from '../definition.js';

/** Every address of the person at which they may have an account elsewhere. */
interface Addressed {
  emails: string[];
}

/** What is done with each account of a person elsewhere. */
interface Step {
  name: string;
  label: string;
  isDone(account: OutsideAccount): boolean;
  run(account: OutsideAccount, signal: AbortSignal): Promise<void>;
  detail: string;
}

const nobody = (label: string): Outcome => ({ state: 'not_needed', detail: `${label} knows no account of theirs.` });

/** One that certainly was not done is a failure to show; of any other it is looked up. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignInServiceError && error.final) throw new AppError('sign_in_service_failed', error.message);
    throw error;
  }
}

/** Done once to each account, and looked up by what the accounts are then. */
function onEachAccount<Plan extends Addressed>(service: OutsideSignIn, step: Step): OutsideEffect<Plan> {
  const accounts = async (emails: readonly string[], signal: AbortSignal) => {
    const found: OutsideAccount[] = [];
    for (const email of emails) {
      const account = await service.find(email, signal);
      if (account) found.push(account);
    }
    return found;
  };
  return {
    name: step.name,
    label: `${step.label} at ${service.label}`,
    outside: {
      run: ({ plan }: ActionContext<Plan>, signal) =>
        told(async () => {
          const found = await accounts(plan.emails, signal);
          if (found.length === 0) return nobody(service.label);
          const open = found.filter((account) => !step.isDone(account));
          for (const account of open) await step.run(account, signal);
          return open.length > 0
            ? { state: 'done', detail: step.detail }
            : { state: 'not_needed', detail: 'It was so already.' };
        }),
      lookUp: async ({ plan }: ActionContext<Plan>, signal) => {
        const found = await accounts(plan.emails, signal);
        if (found.length === 0) return nobody(service.label);
        return found.every(step.isDone) ? { state: 'done', detail: step.detail } : 'not_done';
      },
    },
  };
}

/** Closes their sign-in elsewhere for good. */
export const blockOutside = <Plan extends Addressed>(service: OutsideSignIn): OutsideEffect<Plan> =>
  onEachAccount(service, {
    name: 'outside_sign_in',
    label: 'Block sign-in',
    isDone: ({ banned }) => banned,
    run: ({ id }, signal) => service.ban(id, signal),
    detail: `Nobody signs in with it there any more. Whoever is signed in is out when their token ends, within the hour as a rule.`,
  });

/** Opens it again. */
export const allowOutside = <Plan extends Addressed>(service: OutsideSignIn): OutsideEffect<Plan> =>
  onEachAccount(service, {
    name: 'outside_sign_in',
    label: 'Allow sign-in',
    isDone: ({ banned }) => !banned,
    run: ({ id }, signal) => service.liftBan(id, signal),
    detail: 'They can sign in there again.',
  });

/** Gives their account elsewhere the new address. */
export function moveOutside<Plan extends { old_email: string; email: string }>(
  service: OutsideSignIn,
): OutsideEffect<Plan> {
  const moved: Outcome = { state: 'done', detail: 'They sign in there with the new address.' };
  return {
    name: 'outside_sign_in',
    label: `Let sign-in at ${service.label} follow`,
    needs: ['address'],
    outside: {
      run: ({ plan }: ActionContext<Plan>, signal) =>
        told(async () => {
          const account = await service.find(plan.old_email, signal);
          if (!account) return nobody(service.label);
          await service.changeAddress(account.id, plan.email, signal);
          return moved;
        }),
      lookUp: async ({ plan }: ActionContext<Plan>, signal) => {
        if (await service.find(plan.old_email, signal)) return 'not_done';
        return (await service.find(plan.email, signal)) ? moved : nobody(service.label);
      },
    },
  };
}

/** Milliseconds by which the clocks of two machines may differ. */
const SKEW = 60_000;

/** An id says when it was made (UUID, version 7). */
const madeAt = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** Has the other program mail its own link, where they have an account there. What it kept says that it did. */
export function resetOutside<Plan extends { email: string }>(service: OutsideSignIn): OutsideEffect<Plan> {
  const sent: Outcome = { state: 'done', detail: `${service.label} mails them its own link.`, kept: { sent: true } };
  return {
    name: 'outside_mail',
    label: `Have ${service.label} send its email`,
    outside: {
      run: ({ plan }: ActionContext<Plan>, signal) =>
        told(async () => {
          if (!(await service.find(plan.email, signal))) return nobody(service.label);
          await service.mailReset(plan.email, signal);
          return sent;
        }),
      lookUp: async ({ id, plan }: ActionContext<Plan>, signal) => {
        const account = await service.find(plan.email, signal);
        if (!account) return nobody(service.label);
        const at = account.reset_mailed_at?.getTime() ?? 0;
        return at >= madeAt(id) - SKEW ? sent : 'not_done';
      },
    },
  };
}
