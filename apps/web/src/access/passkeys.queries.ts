import { addPasskey, beginPasskey, listPasskeys, removePasskey } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { newPasskey } from './device-passkeys';

const key = ['passkeys'];

export const usePasskeys = () =>
  useQuery({ queryKey: key, queryFn: ({ signal }) => call(listPasskeys, {}, { signal }) });

function useChange<I>(mutationFn: (input: I) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

/** Asks the server what to make, lets the device make it, and stores its public half. */
export const useAddPasskey = () =>
  useChange(async ({ name, password }: { name: string; password: string }) => {
    const { options } = await call(beginPasskey, { body: { password } });
    return call(addPasskey, { body: { name, response: await newPasskey(options) } });
  });

export const useRemovePasskey = () =>
  useChange(({ id, password }: { id: string; password: string }) =>
    call(removePasskey, { params: { id }, body: { password } }),
  );
