import {
  beginSecondFactor,
  confirmSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { sessionKey } from './session.queries';

const key = ['second-factor'];

export const useSecondFactor = () =>
  useQuery({ queryKey: key, queryFn: ({ signal }) => call(getSecondFactor, {}, { signal }) });

export const useBeginSecondFactor = () =>
  useMutation({ mutationFn: (password: string) => call(beginSecondFactor, { body: { password } }) });

/** The list of staff shows who has one. */
function useChange<I, O>(mutationFn: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key });
      await client.invalidateQueries({ queryKey: ['staff'] });
    },
  });
}

export const useConfirmSecondFactor = () => useChange((code: string) => call(confirmSecondFactor, { body: { code } }));
export const useRenewRecoveryCodes = () =>
  useChange((password: string) => call(renewRecoveryCodes, { body: { password } }));
export const useRemoveSecondFactor = () =>
  useChange((password: string) => call(removeSecondFactor, { body: { password } }));

/** Asks again who is signed in, once the recovery codes were read. */
export function useAskSession() {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: sessionKey });
}
