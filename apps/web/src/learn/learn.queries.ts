import {
  askForCustomerPassword,
  currentCustomer,
  customerSignIn,
  customerSignOut,
  listMyCourses,
  setCustomerPassword,
} from '#contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { paging } from '../api/paged';

const meKey = ['me'];

/** Which customer is signed in; a 401 leads to their sign-in page. */
export const useMe = () =>
  useQuery({ queryKey: meKey, queryFn: ({ signal }) => call(currentCustomer, {}, { signal }), staleTime: 60_000 });

export const useMyCourses = () =>
  useInfiniteQuery({
    queryKey: ['my-courses'],
    queryFn: ({ pageParam, signal }) => call(listMyCourses, { query: { cursor: pageParam } }, { signal }),
    ...paging,
  });

export function useCustomerSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => call(customerSignIn, { body }),
    onSuccess: (me) => {
      // Nothing that another person saw here before may be shown to this one.
      client.clear();
      client.setQueryData(meKey, me);
    },
  });
}

export function useCustomerSignOut() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => call(customerSignOut), onSuccess: () => client.clear() });
}

export const useAskForPassword = () =>
  useMutation({ mutationFn: (email: string) => call(askForCustomerPassword, { body: { email } }) });

export const useSetPassword = () =>
  useMutation({
    mutationFn: (body: { token: string; password: string }) => call(setCustomerPassword, { body }),
  });
