import {
  askForPasskey,
  askForReset,
  changePassword,
  currentSession,
  permissions,
  signIn,
  signInByPasskey,
  signOut,
  takeReset,
  type AnswerOf,
  type TableRow,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { passkeyFor } from './device-passkeys';

export const sessionKey = ['session'];

/** Who is signed in; a 401 leads to the sign-in page. */
export const useSession = () =>
  useQuery({ queryKey: sessionKey, queryFn: ({ signal }) => call(currentSession, {}, { signal }), staleTime: 60_000 });

/** Whether the signed-in person's role holds a row of the permission table. The server decides; this explains. */
export function useMay(row: TableRow): boolean {
  const { data } = useSession();
  return data !== undefined && permissions[row].roles.includes(data.role);
}

function useLetIn<Given>(mutationFn: (given: Given) => Promise<AnswerOf<typeof signIn>>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: (session) => {
      // Nothing that another person saw here before may be shown to this one.
      client.clear();
      client.setQueryData(sessionKey, session);
    },
  });
}

export const useSignIn = () =>
  useLetIn((body: { email: string; password: string; code?: string }) => call(signIn, { body }));

export const useSignInByPasskey = () =>
  useLetIn(async () => {
    const { options } = await call(askForPasskey);
    return call(signInByPasskey, { body: { response: await passkeyFor(options) } });
  });

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => call(signOut), onSuccess: () => client.clear() });
}

export const useChangePassword = () =>
  useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) => call(changePassword, { body }),
  });

export const useAskForReset = () =>
  useMutation({ mutationFn: (email: string) => call(askForReset, { body: { email } }) });

export const useTakeReset = () =>
  useMutation({ mutationFn: (body: { token: string; password: string }) => call(takeReset, { body }) });
