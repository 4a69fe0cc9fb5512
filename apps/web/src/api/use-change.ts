import { useMutation, useQueryClient } from '@tanstack/react-query';

/** A call that changes something, after which what is known under the key is asked again. */
export function useChange<I, O>(key: string, mutationFn: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: [key] }) });
}
